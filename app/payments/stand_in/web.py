"""HTTP/1.1 on loopback, within hard limits: kept connections, one thread each."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from app.payments.stand_in.exchange import Answer, Request, as_json
from app.payments.stand_in.webhook import is_loopback

HOST: Final = "127.0.0.1"
CONNECTIONS_LIMIT: Final = 256
BODY_BYTES_LIMIT: Final = 256 * 1024
HEADERS_BYTES_LIMIT: Final = 16 * 1024
IDLE_SECONDS: Final = 60
METHODS: Final = ("GET", "POST", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS")

Answers = Callable[[Request], Answer]


class _TooMuchError(Exception):
    """A request over a limit; its status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Handler(socketserver.StreamRequestHandler):
    """One connection, request after request."""

    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        """Answer until the other side has enough."""
        with contextlib.suppress(OSError):
            while self._answer_one():
                pass

    def _answer_one(self) -> bool:
        try:
            request = self._read()
        except _TooMuchError as problem:
            told = {"error": {"message": str(problem), "type": "invalid_request_error"}}
            self._send(as_json(told, problem.status), stays=False)
            return False
        if request is None:
            return False
        answer = self.server.answer(request)
        if answer.silent:
            return False
        stays = request.headers.get("connection", "").lower() != "close"
        self._send(answer, stays, is_head=request.method == "HEAD")
        return stays

    def _read(self) -> Request | None:
        line = self.rfile.readline(HEADERS_BYTES_LIMIT + 1)
        if not line.strip():
            return None
        headers = self._read_headers(HEADERS_BYTES_LIMIT - len(line))
        parts = line.decode("latin-1").split()
        if len(parts) != 3 or parts[0] not in METHODS or parts[2] != "HTTP/1.1":
            raise _TooMuchError(400, "This is no request of HTTP/1.1.")
        if not _is_for_us(headers.get("host", "")):
            raise _TooMuchError(421, "The stand-in answers only to names of this computer.")
        target = urlsplit(parts[1])
        return Request(parts[0], target.path, target.query, headers, self._read_body(headers))

    def _read_headers(self, left: int) -> dict[str, str]:
        headers: dict[str, str] = {}
        while True:
            line = self.rfile.readline(max(left, 0) + 1)
            left -= len(line)
            if left < 0:
                raise _TooMuchError(431, f"Headers may have {HEADERS_BYTES_LIMIT} bytes.")
            if not line.endswith(b"\n"):
                raise _TooMuchError(400, "The request ends in the middle.")
            if not line.strip():
                return headers
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise _TooMuchError(411, "Say how long the body is.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            raise _TooMuchError(400, "Content-Length is no number.")
        if int(length) > BODY_BYTES_LIMIT:
            raise _TooMuchError(413, f"Bodies may have {BODY_BYTES_LIMIT} bytes.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _TooMuchError(400, "The body ends in the middle.")
        return body

    def _send(self, answer: Answer, stays: bool, is_head: bool = False) -> None:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        headers |= {"Cache-Control": "no-store", "X-Stand-In": "no money moves"} | answer.headers
        if not stays:
            headers["Connection"] = "close"
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.wfile.write(head if is_head else head + answer.body)


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback only."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = CONNECTIONS_LIMIT * 2

    def __init__(self, port: int, answer: Answers) -> None:
        self.answer = answer
        self._room = threading.BoundedSemaphore(CONNECTIONS_LIMIT)
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), Handler)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection its thread; over the limit it is closed at once."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)
            self._room.release()

    def wake(self) -> None:
        """Let whoever waits for a connection look up."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
            pass

    def hang_up(self) -> None:
        """End all connections."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _is_for_us(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
