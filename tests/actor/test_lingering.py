"""Behind a crowd a commit waits a moment for company; nobody waits for a crowd that has gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest

from app import inventory_actor
from app.inventory.commands import ShowBasket
from app.letters import Letter
from tests.actor.acting import Desk, in_thread
from tests.trouble import faults

CROWD = inventory_actor.CROWD_COUNT + 3


def ask_together(desk: Desk) -> None:
    """Let a crowd ask while a commit is slow: what they ask for is the next batch."""
    with faults("store.commit=sleep:300"):
        first = in_thread(lambda: desk.ask(desk.hold("bo", 0)))
        time.sleep(0.1)
        crowd = [in_thread(partial(desk.ask, desk.hold(f"cy-{n}", n))) for n in range(1, CROWD)]
        assert all(not isinstance(told(), BaseException) for told in (first, *crowd))


def seconds_of(work: Callable[[], object]) -> float:
    began_at = time.monotonic()
    work()
    return time.monotonic() - began_at


def test_a_lone_buyer_waits_for_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_actor, "LINGER_SECONDS", 30.0)

    assert seconds_of(lambda: [desk.ask(ShowBasket("bo")) for _ in range(5)]) < 10


def test_behind_a_crowd_the_next_waits_a_moment_and_no_longer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_actor, "LINGER_SECONDS", 0.4)
    ask_together(desk)

    assert seconds_of(lambda: desk.ask(ShowBasket("bo"))) >= 0.4
    assert seconds_of(lambda: desk.ask(ShowBasket("bo"))) < 0.4


def test_when_as_many_are_back_nobody_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_together(desk)
    monkeypatch.setattr(inventory_actor, "LINGER_SECONDS", 30.0)

    letters = [Letter(ShowBasket("bo"), None) for _ in range(CROWD)]
    for letter in letters:
        desk.actor._mailbox.put(letter)

    for letter in letters:
        letter.wait()  # raises when it takes longer than a second and a half
