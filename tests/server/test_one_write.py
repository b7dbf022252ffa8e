"""Head and body of an answer leave together, and nothing is ever kept back for good."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.one_write import OneWrite

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Line(asyncio.Transport):
    """A connection that keeps each piece that was written to it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5)})
        self.pieces: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_head_goes_with_its_body(line: Line) -> None:
    out = OneWrite(line)

    out.write(HEAD)
    assert line.pieces == []
    out.write(b"hello")

    assert line.pieces == [HEAD + b"hello"]


def test_a_body_that_comes_in_parts_waits_for_nothing(line: Line) -> None:
    out = OneWrite(line)

    for piece in (HEAD, b"one", b"two"):
        out.write(piece)

    assert line.pieces == [HEAD + b"one", b"two"]


@pytest.mark.parametrize("ending", ["empty body", "flush", "close"])
def test_a_head_alone_goes_at_the_end(line: Line, ending: str) -> None:
    out = OneWrite(line)
    out.write(HEAD)

    if ending == "empty body":
        out.write(b"")
    elif ending == "flush":
        out.flush()
        out.flush()
    else:
        out.close()

    assert line.pieces == [HEAD]
    assert out.is_closing() == (ending == "close")


def test_answers_that_follow_each_other_are_not_mixed(line: Line) -> None:
    out = OneWrite(line)

    for piece in (HEAD, b"HTTP/1.1 in a body", HEAD, b"second"):
        out.write(piece)

    assert line.pieces == [HEAD + b"HTTP/1.1 in a body", HEAD + b"second"]


def test_the_word_to_go_on_sending_goes_at_once(line: Line) -> None:
    out = OneWrite(line)

    out.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert line.pieces == [b"HTTP/1.1 100 Continue\r\n\r\n"]


def test_everything_else_is_the_connections(line: Line) -> None:
    assert OneWrite(line).get_extra_info("peername") == ("127.0.0.1", 5)
