"""One at a time for each order, and nobody waits for ever."""

from __future__ import annotations

import time

import pytest

from app.orders import turns
from app.orders.turns import turn_of
from app.refusals import Busy
from tests.actor.acting import in_thread


def test_whoever_is_second_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def second() -> None:
        with turn_of("o1"):
            steps.append("second")

    with turn_of("o1"):
        wait = in_thread(second)
        time.sleep(0.1)
        steps.append("first")
    wait()

    assert steps == ["first", "second"]


def test_another_order_does_not_wait() -> None:
    with turn_of("o1"), turn_of("o2"):
        assert set(turns._turns) == {"o1", "o2"}


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.1)

    def second() -> None:
        with turn_of("o1"):
            pass

    with turn_of("o1"):
        assert isinstance(in_thread(second)(), Busy)


def test_turns_are_forgotten() -> None:
    with turn_of("o1"):
        pass

    assert turns._turns == {}
