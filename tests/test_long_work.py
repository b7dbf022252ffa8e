"""Long work runs by itself; whoever asks hears how far it is, and how it ended."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.long_work import LongWorks, Progress
from app.refusals import Busy, Invalid


def test_it_is_begun_once_and_ends_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.long_work.QUICK_SECONDS", 0.02)
    works, may_end, begun = LongWorks(), threading.Event(), []

    def do(progress: Progress) -> dict[str, Any]:
        begun.append(1)
        progress(3, 10)
        may_end.wait(5)
        return {"what": "done"}

    assert works.ask("a", do)["is_done"] is False
    assert works.ask("a", do) == {"is_done": False, "done": 3, "of": 10}
    with pytest.raises(Busy):
        works.ask("a", do, token="with other facts")
    may_end.set()
    works.stop()
    assert works.ask("a", do) == {"is_done": True, "what": "done"}
    assert len(begun) == 1


def test_its_refusal_reaches_whoever_asks_and_the_next_try_begins_anew() -> None:
    works = LongWorks()

    def refuse(progress: Progress) -> dict[str, Any]:
        raise Invalid({"a": "Not like that."})

    with pytest.raises(Invalid):
        works.ask("a", refuse)
    assert works.ask("a", lambda progress: {})["is_done"]


def test_it_ends_at_its_next_step_when_the_house_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.long_work.QUICK_SECONDS", 0.0)
    works, steps = LongWorks(), threading.Event()

    def do(progress: Progress) -> dict[str, Any]:
        while not steps.wait(0.001):
            progress(1, 2)
        return {}

    works.ask("a", do)
    works.stop()
    with pytest.raises(Busy):
        works.ask("a", do)


def test_a_refusal_that_nobody_waited_for_is_not_told_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.long_work.QUICK_SECONDS", 0.0)
    works, may_end = LongWorks(), threading.Event()

    def refuse(progress: Progress) -> dict[str, Any]:
        may_end.wait(5)
        raise Invalid({"a": "Not yet."})

    works.ask("a", refuse)
    may_end.set()
    works.stop()
    monkeypatch.setattr("app.long_work.FAULT_KEPT_SECONDS", -1)
    monkeypatch.setattr("app.long_work.QUICK_SECONDS", 5.0)

    assert works.ask("a", lambda progress: {"now": "yes"}) == {"is_done": True, "now": "yes"}
