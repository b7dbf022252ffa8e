"""From ASGI to WSGI and back: bodies that are complete, environments, whole answers."""

from __future__ import annotations

import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from app.later import Ending
from app.state_answers import accepts_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

BODY_LIMIT_BYTES: Final = 1024 * 1024  # routes set their own, lower ones
SMALL_BODY_BYTES: Final = 64 * 1024  # always taken; what is beyond shares the next limit
BODIES_LIMIT_BYTES: Final = 32 * 1024 * 1024  # of all requests together
HEADER_NAMES_LIMIT: Final = 256
HEADER_PAIRS_LIMIT: Final = 512
GZIP_LEAST_BYTES: Final = 800
GZIP_LEVEL: Final = 4
GZIPPED_KINDS: Final = (b"text/", b"application/json", b"application/problem", b"image/svg")


def call_wsgi(wsgi_app: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Run a WSGI application to its end: status, headers, whole body (compressed if asked)."""
    started: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        started[:] = [int(status[:3]), headers]
        return lambda _: None

    pieces: Iterable[bytes] = wsgi_app(environ, start_response)
    try:
        body = b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    status, headers = started
    encoded = [_encoded(header) for header in headers]
    return _compressed(status, encoded, body, environ.get("HTTP_ACCEPT_ENCODING", ""))


def completed(
    headers: list[tuple[bytes, bytes]], ending: Ending, environ: dict[str, Any]
) -> Answer:
    """The headers that the application gave, with the status and the body that came later."""
    status, told, body = ending
    retold, names = _retold(tuple(told))
    encoded = [header for header in headers if header[0] not in names]
    encoded += retold
    encoded.append((b"content-length", b"%d" % len(body)))
    return _compressed(status, encoded, body, environ.get("HTTP_ACCEPT_ENCODING", ""))


def _compressed(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, accept_encoding: str
) -> Answer:
    if len(body) < GZIP_LEAST_BYTES or not accepts_gzip(accept_encoding):
        return status, headers, body
    named = dict(headers)
    if b"content-encoding" in named or not named.get(b"content-type", b"").startswith(
        GZIPPED_KINDS
    ):
        return status, headers, body
    import gzip

    body = gzip.compress(body, GZIP_LEVEL, mtime=0)
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    kept += [
        (b"content-encoding", b"gzip"),
        (b"vary", b"Accept-Encoding"),
        (b"content-length", str(len(body)).encode()),
    ]
    return status, kept, body


class Bodies:
    """Bodies of requests as they arrive: each has a limit, and so have all together."""

    def __init__(self) -> None:
        self._held_bytes = 0

    async def collect(self, receive: Receive) -> bytes | int:
        """The whole body, or the status to refuse it with: 413 too long, 400 broken off, 503 full.

        How long it may take is the protocol's business (app/http_limits.py). Whoever gets a body
        gives it back with `let_go` once the request is answered.
        """
        pieces: list[bytes] = []
        size = held = 0
        while True:
            message = await receive()
            piece = message.get("body", b"")
            size += len(piece)
            if size > SMALL_BODY_BYTES:
                more = size - SMALL_BODY_BYTES - held
                held += more
                self._held_bytes += more
            status = self._status(message, size, held)
            if status:
                self._held_bytes -= held
                return status
            if piece:
                pieces.append(piece)
            if not message.get("more_body"):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def let_go(self, body: bytes) -> None:
        """The request of this body has been answered."""
        self._held_bytes -= max(0, len(body) - SMALL_BODY_BYTES)

    def _status(self, message: dict[str, Any], size: int, held: int) -> int:
        if message["type"] == "http.disconnect":
            return 400
        if size > BODY_LIMIT_BYTES:
            return 413
        return 503 if held and self._held_bytes > BODIES_LIMIT_BYTES else 0


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The WSGI environment of an ASGI request whose body is complete."""
    server = scope.get("server") or ("127.0.0.1", 80)
    client = scope.get("client") or ("", 0)
    path = scope["path"]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path if path.isascii() else path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for raw_name, raw_value in scope["headers"]:
        key = _key_of(raw_name)
        if key is not None:
            value = raw_value.decode("latin-1")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    if body or scope["method"] in ("POST", "PUT", "PATCH"):
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


@lru_cache(HEADER_NAMES_LIMIT)
def _key_of(raw_name: bytes) -> str | None:
    """Where a header goes in the environment; None for those that are not passed on."""
    if b"_" in raw_name:
        return None  # no way to smuggle a header past a proxy under another name
    name = raw_name.decode("latin-1").upper().replace("-", "_")
    if name in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
        return None
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


@lru_cache(HEADER_PAIRS_LIMIT)
def _retold(
    told: tuple[tuple[str, str], ...],
) -> tuple[list[tuple[bytes, bytes]], frozenset[bytes]]:
    """Headers that come later, and the names of those before that they take the place of."""
    retold = [_encoded(header) for header in told]
    names = [name for name, _ in retold if name != b"set-cookie"]
    return retold, frozenset((b"content-length", *names))


@lru_cache(HEADER_PAIRS_LIMIT)
def _encoded(header: tuple[str, str]) -> tuple[bytes, bytes]:
    """A header as the protocol wants it; most of them are the same every time."""
    return header[0].lower().encode("latin-1"), header[1].encode("latin-1")
