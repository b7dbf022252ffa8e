"""uvicorn's protocol with limits it lacks: time and size of a request's head, connections."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 15.0
HEAD_LIMIT_BYTES: Final = 32 * 1024
CONNECTIONS_LIMIT: Final = 12_000


class LimitedProtocol(HttpToolsProtocol):
    """Closes connections that send their head too slowly or without end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection and start its clock, or turn it away when the house is full."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._head_clock: asyncio.TimerHandle | None = None
        if len(self.connections) > CONNECTIONS_LIMIT:
            transport.abort()
            return
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its clocks."""
        self._stop_clock()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Another request on a kept connection starts its own clock."""
        super().on_message_begin()
        self._head_bytes = 0
        if self._head_clock is None:
            self._start_clock()

    def on_url(self, url: bytes) -> None:
        """Count the request line too."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count every header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here: its clock stops."""
        self._stop_clock()
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_LIMIT_BYTES:
            raise ValueError("the head of a request is too long")

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head beyond its limit ends the connection with a clean 400."""
        try:
            super().data_received(data)
        except Exception:  # noqa: BLE001  the parser wraps whatever a callback raises
            if not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def _start_clock(self) -> None:
        self._head_clock = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_clock(self) -> None:
        clock: Any = self._head_clock
        if clock is not None:
            clock.cancel()
            self._head_clock = None

    def _too_slow(self) -> None:
        self._head_clock = None
        if not self.transport.is_closing():
            self.transport.close()
