"""uvicorn's protocol with limits it lacks: time and size of a request, number of connections."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.early_answers import early_answer
from app.errors import BadRequest
from app.one_write import OneWrite

REQUEST_SECONDS: Final = 20.0  # from its first byte to its last
HEAD_LIMIT_BYTES: Final = 32 * 1024
CONNECTIONS_LIMIT: Final = 12_000
HEAD_TOO_LONG: Final = BadRequest(
    "The head of the request is too long.",
    next_step="Use a shorter address or delete the cookies of this site, then try again.",
)


class LimitedProtocol(HttpToolsProtocol):
    """Closes connections that send a request too slowly or without end.

    The clock only runs while a request is incomplete: one that comes in one piece costs nothing.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection and start its clock, or turn it away when the house is full."""
        self._out = OneWrite(transport)
        super().connection_made(self._out)  # type: ignore[arg-type]
        self._head_bytes = 0
        self._is_arriving = True  # a connection that never speaks is as slow as one that stops
        self._clock: asyncio.TimerHandle | None = None
        if len(self.connections) > CONNECTIONS_LIMIT:
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its clocks."""
        self._is_arriving = False
        self._watch()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head beyond its limit ends the connection with a clean 400."""
        try:
            super().data_received(data)
        except Exception:  # noqa: BLE001  the parser wraps whatever a callback raises
            if not self.transport.is_closing():
                self.send_400_response("")
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read, a head too long among it, and end the connection."""
        refusal = HEAD_TOO_LONG if self._head_bytes > HEAD_LIMIT_BYTES else BadRequest()
        path = getattr(self, "url", b"").decode("latin-1")
        _status, headers, body = early_answer(refusal, path, (b"connection", b"close"))
        lines = [*self.server_state.default_headers, *headers]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + body)
        self.transport.close()

    def on_response_complete(self) -> None:
        """An answer without a body goes, too."""
        self._out.flush()
        super().on_response_complete()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0
        self._is_arriving = True

    def on_message_complete(self) -> None:
        """The request is here."""
        self._is_arriving = False
        super().on_message_complete()

    def on_url(self, url: bytes) -> None:
        """Count the request line too."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count every header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_LIMIT_BYTES:
            raise ValueError("the head of a request is too long")

    def _watch(self) -> None:
        clock: Any = self._clock
        if self._is_arriving and clock is None:
            self._clock = self.loop.call_later(REQUEST_SECONDS, self._too_slow)
        elif clock is not None and not self._is_arriving:
            clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.close()
