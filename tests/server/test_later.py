"""Answers that come later: nobody waits for them in a thread, and each comes exactly once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from app import flask_pool
from app.adapter import Answer
from app.flask_pool import FlaskPool
from app.later import LATER, json_later
from app.refusals import Busy, PlacesTaken, Refusal

Start = Callable[..., Any]


class Asked:
    """A question whose answer this test gives: it stands in for an actor's letter."""

    def __init__(self, *, might_wait: bool = False, known: bool = False) -> None:
        self.might_wait, self.known = might_wait, known
        self.fault: Exception | None = None
        self.refused: Refusal | None = None
        self.sent_by = ""
        self.tell: Callable[[], None] = lambda: None
        self.read_count = 0

    def send(self, tell: Callable[[], None]) -> bool:
        self.sent_by, self.tell = threading.current_thread().name, tell
        if self.refused is not None:
            raise self.refused
        return not self.known

    def outcome(self) -> dict[str, str]:
        self.read_count += 1
        if self.fault is not None:
            raise self.fault
        return {"seat": "A 1"}

    ask = outcome

    def leave(self) -> Refusal | None:
        self.read_count += 1
        return Busy(retry_after=3)


def site(question: Asked) -> Callable[..., Iterable[bytes]]:
    """A site that answers what the question brings, and carries a header of its own."""

    def wsgi_app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        response = json_later(question, dict, 201)  # type: ignore[arg-type]
        response.headers["X-Own"] = "kept"
        return response(environ, start_response)

    return wsgi_app


def ask(
    question: Asked, answer: Callable[[], None], here: bool = False, threads: int = 1
) -> Answer:
    """Ask the site over a pool; `answer` is carried out once the question waits."""

    async def talk() -> Answer | None:
        pool = FlaskPool(site(question), threads=threads)
        run: Callable[[dict[str, Any]], Awaitable[Answer | None]]
        run = pool.run_here if here else pool.run
        asked = asyncio.ensure_future(run({}))
        await asyncio.sleep(0.05)
        answer()
        try:
            return await asyncio.wait_for(asked, 5)
        finally:
            pool.stop()

    found = asyncio.run(talk())
    assert found is not None
    return found


def headers(answer: Answer) -> dict[bytes, bytes]:
    """Its headers; each may come once only."""
    assert len({name for name, _ in answer[1]}) == len(answer[1])
    return dict(answer[1])


@pytest.mark.parametrize("here", [False, True])
def test_an_answer_comes_when_the_actor_has_answered(here: bool) -> None:
    question = Asked()

    answer = ask(question, lambda: question.tell(), here)

    assert answer[0] == 201
    assert json.loads(answer[2]) == {"seat": "A 1"}
    told = headers(answer)
    assert told[b"x-own"] == b"kept"
    assert told[b"content-type"] == b"application/json"
    assert told[b"content-length"] == str(len(answer[2])).encode()
    assert (question.sent_by == threading.main_thread().name) == here


@pytest.mark.parametrize("here", [False, True])
def test_a_no_of_the_actor_is_a_problem(here: bool) -> None:
    question = Asked()
    question.fault = PlacesTaken(seats=["A 1"])

    answer = ask(question, lambda: question.tell(), here)

    assert answer[0] == 409
    assert json.loads(answer[2])["code"] == "places_taken"
    assert headers(answer)[b"content-type"] == b"application/problem+json"


@pytest.mark.parametrize("here", [False, True])
def test_a_no_that_needs_no_actor_comes_at_once(here: bool) -> None:
    question = Asked()
    question.refused = Busy(retry_after=7)

    answer = ask(question, lambda: None, here)

    assert answer[0] == 503
    assert headers(answer)[b"retry-after"] == b"7"


@pytest.mark.parametrize("here", [False, True])
def test_an_answer_that_is_known_already_waits_for_nobody(here: bool) -> None:
    answer = ask(Asked(known=True), lambda: None, here)

    assert answer[0] == 201


def test_what_breaks_while_it_is_shaped_is_a_fault_with_a_number() -> None:
    question = Asked()
    question.fault = RuntimeError("secret details")

    answer = ask(question, lambda: question.tell())

    assert answer[0] == 500
    assert b"secret details" not in answer[2]
    assert json.loads(answer[2])["incident"]


def test_what_might_have_to_wait_is_sent_by_a_thread_of_the_pool() -> None:
    question = Asked(might_wait=True)

    answer = ask(question, lambda: question.tell(), here=True)

    assert answer[0] == 201
    assert question.sent_by.startswith("page-")


def test_who_waits_too_long_is_told_so_and_a_late_answer_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flask_pool, "WAITING_SECONDS", 0.1)
    question = Asked()

    async def talk() -> Answer | None:
        pool = FlaskPool(site(question), threads=1)
        told = await pool.run({})
        question.tell()
        await asyncio.sleep(0.05)
        pool.stop()
        return told

    answer = asyncio.run(talk())
    assert answer is not None
    assert answer[0] == 503
    assert headers(answer)[b"retry-after"] == b"3"
    assert question.read_count == 1


@pytest.mark.parametrize("here", [False, True])
def test_the_turn_of_who_went_away_ends_all_the_same(here: bool) -> None:
    question = Asked()

    async def talk() -> None:
        pool = FlaskPool(site(question), threads=1)
        asked = asyncio.ensure_future(pool.run_here({}) if here else pool.run({}))
        await asyncio.sleep(0.05)
        asked.cancel()
        await asyncio.sleep(0)
        question.tell()
        await asyncio.sleep(0.05)
        pool.stop()

    asyncio.run(talk())

    assert question.read_count == 1


def test_a_crowd_is_answered_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flask_pool, "HERE_LIMIT", 3)

    async def talk() -> list[Answer | None]:
        pool = FlaskPool(site(Asked(known=True)), threads=1)
        answers = await asyncio.gather(*(pool.run_here({}) for _ in range(10)))
        pool.stop()
        return answers

    assert [answer and answer[0] for answer in asyncio.run(talk())] == [201] * 10


def test_no_thread_is_taken_while_many_wait() -> None:
    questions = [Asked() for _ in range(20)]
    waiting = iter(questions)

    def wsgi_app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        return site(next(waiting))(environ, start_response)

    async def talk() -> list[Answer | None]:
        pool = FlaskPool(wsgi_app, threads=1)
        asked = [asyncio.ensure_future(pool.run({})) for _ in questions]
        async with asyncio.timeout(5):
            while not all(question.sent_by for question in questions):
                await asyncio.sleep(0.01)
            for question in questions:
                question.tell()
            answers = await asyncio.gather(*asked)
        pool.stop()
        return answers

    assert [answer and answer[0] for answer in asyncio.run(talk())] == [201] * 20


def test_a_server_that_knows_nothing_of_it_lets_its_thread_wait() -> None:
    started: list[Any] = []

    pieces = site(Asked())(
        {"REQUEST_METHOD": "POST"}, lambda status, headers: started.extend([status, dict(headers)])
    )

    assert json.loads(b"".join(pieces)) == {"seat": "A 1"}
    assert started[0].startswith("201")
    assert started[1]["X-Own"] == "kept"
    assert LATER not in started[1]
