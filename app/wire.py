"""A small HTTP/1.1 client on asyncio, for simulated crowds on this computer only."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json as jsonlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

DEFAULT_TIMEOUT_SECONDS = 15.0
HEAD_LIMIT_BYTES = 65_536
BODY_LIMIT_BYTES = 64 * 1024 * 1024


class AnswerLostError(Exception):
    """The server went away, or kept silent too long, before it gave a whole answer."""


class NotThisComputerError(Exception):
    """The address is not a loopback address, so no crowd is sent there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: status, headers with lower-case names, and the raw body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON, or None when it is empty."""
        return jsonlib.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server on this computer listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return the address as a URL without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def loopback_address(url: str) -> Address:
    """Return the address behind an http URL; raise NotThisComputerError unless it is loopback."""
    parts = urlsplit(url if "//" in url else f"http://{url}")
    host = parts.hostname or ""
    if parts.scheme != "http" or not host:
        raise NotThisComputerError(f"{url} is not an http address on this computer")
    found = {str(row[4][0]) for row in _resolve(host, url)}
    if not all(ipaddress.ip_address(address.split("%")[0]).is_loopback for address in found):
        raise NotThisComputerError(f"{url} is not on this computer")
    return Address(sorted(found)[0], parts.port or 80)


class Connection:
    """One keep-alive connection that carries one request at a time and reconnects by itself."""

    def __init__(self, address: Address, headers: Mapping[str, str] | None = None) -> None:
        self.address = address
        self._host = address.url.removeprefix("http://")
        self._headers = "".join(f"{name}: {text}\r\n" for name, text in (headers or {}).items())
        self._stream: _Stream | None = None

    async def ask(
        self,
        method: str,
        path: str,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        form: bytes | None = None,
    ) -> Answer:
        """Send one request and return the whole answer; raise AnswerLostError otherwise."""
        request = self.request(method, path, json, headers, form)
        try:
            async with asyncio.timeout(timeout_seconds):
                stream = await self._open()
                return await stream.exchange(request, head_only=method == "HEAD")
        except (OSError, TimeoutError, EOFError, ValueError) as fault:
            self.close()
            raise AnswerLostError(f"{method} {path}: {type(fault).__name__} {fault}") from fault
        except asyncio.CancelledError:
            self.close()
            raise

    async def connect(self) -> None:
        """Open the connection now, so that the next request only has to be sent."""
        try:
            async with asyncio.timeout(DEFAULT_TIMEOUT_SECONDS):
                await self._open()
        except (OSError, TimeoutError) as fault:
            raise AnswerLostError(f"connecting to {self.address.url}: {fault}") from fault

    def close(self) -> None:
        """Drop the connection; the next request opens a new one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    async def _open(self) -> _Stream:
        if self._stream is None or self._stream.closed:
            loop = asyncio.get_running_loop()
            _, stream = await loop.create_connection(_Stream, self.address.host, self.address.port)
            self._stream = stream
        return self._stream

    def request(
        self,
        method: str,
        path: str,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        form: bytes | None = None,
    ) -> bytes:
        """The bytes of one request."""
        body, kind = b"", ""
        if json is not None:
            body, kind = jsonlib.dumps(json).encode(), "application/json"
        elif form is not None:
            body, kind = form, "application/x-www-form-urlencoded"
        lines = [f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n{self._headers}"]
        lines += [f"{name}: {text}\r\n" for name, text in (headers or {}).items()]
        if kind:
            lines.append(f"Content-Type: {kind}\r\n")
        if kind or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {len(body)}\r\n")
        return "".join([*lines, "\r\n"]).encode("latin-1") + body


class _Stream(asyncio.Protocol):
    """The socket side of one connection: collects one answer at a time."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._head: tuple[int, dict[str, str]] | None = None
        self._head_only = False
        self._waiter: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        raw = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._fail(exc or EOFError("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            answer = self._parse()
        except ValueError as fault:
            self.close()
            self._fail(fault)
            return
        if answer is not None and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(answer)

    async def exchange(self, request: bytes, head_only: bool) -> Answer:
        """Write one request and wait for its answer."""
        assert self._transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self._head_only = head_only
        if self.closed:
            raise EOFError("the connection was closed")
        self._transport.write(request)
        answer = await self._waiter
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Close without waiting for what may still come."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, fault: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(fault)

    def _parse(self) -> Answer | None:
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                _check(len(self._buffer) <= HEAD_LIMIT_BYTES, "the head of the answer is too long")
                return None
            self._head = parse_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
        status, headers = self._head
        body = self._body(status, headers)
        if body is None:
            return None
        self._head = None
        return Answer(status, headers, body)

    def _body(self, status: int, headers: dict[str, str]) -> bytes | None:
        if self._head_only or status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return _take_chunks(self._buffer)
        _check("content-length" in headers, "the answer tells no length")
        length = int(headers["content-length"])
        _check(length <= BODY_LIMIT_BYTES, "the answer is too long")
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body


def _resolve(host: str, url: str) -> list[Any]:
    try:
        return list(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except OSError as fault:
        raise NotThisComputerError(f"{url} cannot be looked up: {fault}") from fault


def _check(fine: bool, words: str) -> None:
    if not fine:
        raise ValueError(words)


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers, with lower-case names; raises ValueError for what is not HTTP."""
    lines = head.decode("latin-1").split("\r\n")
    protocol, _, rest = lines[0].partition(" ")
    _check(protocol.startswith("HTTP/1."), "this is not HTTP")
    pairs = (line.partition(":") for line in lines[1:])
    return int(rest[:3]), {name.strip().lower(): text.strip() for name, _, text in pairs}


def _take_chunks(buffer: bytearray) -> bytes | None:
    parts: list[bytes] = []
    at = 0
    while True:
        end = buffer.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(bytes(buffer[at:end]).split(b";")[0], 16)
        _check(size <= BODY_LIMIT_BYTES, "the answer is too long")
        start = end + 2
        if len(buffer) < start + size + 2:
            return None
        if size == 0:
            del buffer[: start + 2]
            return b"".join(parts)
        parts.append(bytes(buffer[start : start + size]))
        at = start + size + 2
