"""The pool of page threads and the bodies they are given: bounded, and not to be broken."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from app import adapter, flask_pool, patience
from app.adapter import Answer, Bodies
from app.flask_pool import FlaskPool
from app.refusals import Busy

SHORT = adapter.SMALL_BODY_BYTES
Start = Callable[..., Any]


def hello(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answers with what it was sent."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read() if "wsgi.input" in environ else b"hello"]


def ask(pool: FlaskPool, *environs: dict[str, Any]) -> list[Answer | BaseException | None]:
    """Ask for all of these at once."""

    async def all_of_them() -> list[Answer | BaseException | None]:
        asked = (pool.run(environ) for environ in environs)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_a_page_is_answered_by_a_thread_of_the_pool() -> None:
    pool = FlaskPool(hello, threads=1)

    assert ask(pool, {}) == [(200, [(b"content-type", b"text/plain")], b"hello")]
    pool.stop()


def test_a_page_that_breaks_takes_no_thread_with_it() -> None:
    def unsendable(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [("X-Words", environ.get("words", "fine"))])
        return [b"ok"]

    pool = FlaskPool(unsendable, threads=1)

    (broken,) = ask(pool, {"words": "no header can say \u2603"})
    (answer,) = ask(pool, {})

    assert isinstance(broken, UnicodeEncodeError)
    assert isinstance(answer, tuple)
    assert answer[0] == 200
    pool.stop()


def test_who_waits_too_long_for_a_thread_is_told_so_and_not_served_later() -> None:
    leave, served = threading.Event(), []

    def slow(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        served.append(environ["name"])
        leave.wait(10)
        start_response("200 OK", [])
        return [b""]

    pool = FlaskPool(slow, threads=1)
    threading.Timer(flask_pool.WAITING_SECONDS + 0.5, leave.set).start()
    first, second = ask(pool, {"name": "first"}, {"name": "second"})

    assert first is not None
    assert second is None
    assert served == ["first"]
    pool.stop()


def test_beyond_the_queue_the_answer_is_no_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flask_pool, "WAITING_LIMIT", 2)
    leave = threading.Event()

    def slow(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        leave.wait(10)
        start_response("200 OK", [])
        return [b""]

    pool = FlaskPool(slow, threads=1)
    threading.Timer(0.5, leave.set).start()
    answers = ask(pool, *({} for _ in range(6)))

    assert answers.count(None) >= 3
    pool.stop()


def test_a_request_has_been_waiting_since_it_came_not_since_it_was_taken() -> None:
    found: list[float] = []

    def look(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        time.sleep(0.3)
        found.append(patience.left_seconds(100))
        start_response("200 OK", [])
        return [b""]

    pool = FlaskPool(look, threads=1)
    ask(pool, {}, {})

    assert found[0] < patience.REQUEST_SECONDS - 0.29
    assert found[1] < patience.REQUEST_SECONDS - 0.59
    pool.stop()


def test_a_body_comes_in_pieces() -> None:
    assert collected(b"ab", b"", b"cd") == b"abcd"


def test_a_body_that_breaks_off_is_refused() -> None:
    assert collected(b"ab", None) == 400


def test_a_body_that_is_too_long_is_refused() -> None:
    assert collected(*[b"x" * SHORT] * (adapter.BODY_LIMIT_BYTES // SHORT + 1)) == 413


def test_all_bodies_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "BODIES_LIMIT_BYTES", 3 * SHORT)
    bodies = Bodies()

    first = collected(b"x" * 3 * SHORT, bodies=bodies)
    assert isinstance(first, bytes)
    assert collected(b"x" * 3 * SHORT, bodies=bodies) == 503
    bodies.let_go(first)
    assert isinstance(collected(b"x" * 3 * SHORT, bodies=bodies), bytes)


def test_a_small_body_always_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "BODIES_LIMIT_BYTES", SHORT)
    bodies = Bodies()
    collected(b"x" * 2 * SHORT, bodies=bodies)

    assert collected(b"x" * SHORT, bodies=bodies) == b"x" * SHORT


def test_a_refused_body_is_not_counted_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "BODIES_LIMIT_BYTES", 2 * SHORT)
    bodies = Bodies()
    for _ in range(9):
        assert collected(b"x" * 2 * SHORT, None, bodies=bodies) == 400

    assert isinstance(collected(b"x" * 3 * SHORT, bodies=bodies), bytes)


def test_a_thread_without_a_request_has_all_the_patience_it_asks_for() -> None:
    assert patience.left_seconds(100) == 100


def test_patience_ends() -> None:
    patience.begin(time.monotonic() - patience.REQUEST_SECONDS + 0.5)
    try:
        assert 0 < patience.left_seconds(100) <= 0.5
        with pytest.raises(Busy):
            patience.left_seconds(100, reserve=1)
    finally:
        patience.end()


def collected(*pieces: bytes | None, bodies: Bodies | None = None) -> bytes | int:
    """What becomes of a body in these pieces; None hangs up."""
    messages: list[dict[str, Any]] = [
        {"type": "http.disconnect"}
        if piece is None
        else {"type": "http.request", "body": piece, "more_body": at < len(pieces) - 1}
        for at, piece in enumerate(pieces)
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def collect() -> bytes | int:
        return await (bodies or Bodies()).collect(receive)

    return asyncio.run(collect())
