"""An answer's head and body leave in one packet: a system call and a wake-up of the reader less."""

from __future__ import annotations

import asyncio
from typing import Any, Final

ANSWER: Final = b"HTTP/1.1 "
NOT_YET: Final = b"HTTP/1.1 100"  # go on sending: no body follows


class OneWrite:
    """A transport that keeps the head of an answer back until its body comes, or its end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send this, behind the head that was kept back; a head itself waits for its body."""
        if not self._head and data.startswith(ANSWER) and not data.startswith(NOT_YET):
            self._head = data
            return
        self._head, head = b"", self._head
        if head or data:
            self._transport.write(head + data)

    def flush(self) -> None:
        """The answer has no body: its head goes alone."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is left, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
