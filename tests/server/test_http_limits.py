"""What cannot be read as a request: a clean 400 with words, a problem under /api, then the end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.http_limits import HEAD_LIMIT_BYTES, LimitedProtocol

LONG = b"x" * (HEAD_LIMIT_BYTES + 1)


class Line(asyncio.Transport):
    """A connection that keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


def answer_to(*pieces: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body of the 400 that these bytes get; each piece arrives on its own."""

    async def talk() -> Line:
        config = uvicorn.Config(lambda: None, lifespan="off", ws="none", log_config=None)
        config.load()
        protocol, line = LimitedProtocol(config, ServerState(), {}), Line()
        protocol.connection_made(line)
        for piece in pieces:
            if not line.is_closed:
                protocol.data_received(piece)
        protocol.connection_lost(None)
        return line

    line = asyncio.run(talk())
    head, _, body = line.written.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    assert status == "HTTP/1.1 400 Bad Request"
    assert line.is_closed
    headers = dict(line.split(": ", 1) for line in lines)
    assert (headers["connection"], headers["content-length"]) == ("close", str(len(body)))
    return headers, body


BAD: dict[str, tuple[bytes, ...]] = {
    "a header of no kind": (b"GET /checkout HTTP/1.1\r\nHost: a\r\n b@d\x00\r\n\r\n",),
    "no request at all": (b"\x16\x03\x01 hello\r\n\r\n",),
    "a long header": (b"GET /checkout HTTP/1.1\r\nHost: a\r\nCookie: ", LONG, b"\r\n\r\n"),
    "a long address": (b"GET /checkout?q=" + LONG + b" HTTP/1.1\r\n",),
}


@pytest.mark.parametrize("name", BAD)
def test_a_request_that_cannot_be_read_gets_words(name: str) -> None:
    headers, body = answer_to(*BAD[name])

    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert b"Nothing was changed. " in body
    is_long = b"The head of the request is too long." in body
    assert is_long == ("long" in name)


@pytest.mark.parametrize("name", [name for name in BAD if "request" not in name])
def test_it_is_a_problem_for_programs(name: str) -> None:
    pieces = [piece.replace(b"/checkout", b"/api/v1/orders") for piece in BAD[name]]

    headers, body = answer_to(*pieces)

    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "bad_request")
