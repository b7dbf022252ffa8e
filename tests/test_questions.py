"""A question knows its answer however quick its actor is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.inventory.commands import HoldBest, HoldSeats, SeatChoice
from app.refusals import UnknownPlace
from app.tokens import new_id
from tests.opened import Show, opened, show_of

ANSWERED_SECONDS = 5.0


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    with opened(tmp_path) as office:
        yield show_of(office, "gala", 10)


@pytest.fixture
def quick_actor(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a letter is put aside until it has been answered."""
    actor = show.inventory.actor
    send = actor.send

    def send_and_be_put_aside(*words: Any, **named: Any) -> Any:
        letter = send(*words, **named)
        until = time.monotonic() + ANSWERED_SECONDS
        while not letter._is_answered and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.05)  # and until somebody was told
        return letter

    monkeypatch.setattr(actor, "send", send_and_be_put_aside)


def told(show: Show, command: Any) -> list[object]:
    """What the question says at the moment at which its asker is told that it is answered."""
    question = show.office.question(show.id, command, None)
    found: list[object] = []
    answered = threading.Event()

    def tell() -> None:
        try:
            found.append(question.outcome())
        except Exception as fault:  # noqa: BLE001  it is what is looked at
            found.append(fault)
        answered.set()

    assert question.send(tell)
    assert answered.wait(ANSWERED_SECONDS)
    return found


@pytest.mark.usefixtures("quick_actor")
def test_a_yes_that_comes_before_its_letter_is_known_is_a_yes(show: Show) -> None:
    command = HoldSeats("bo", f"{show.id}-{new_id()}", (SeatChoice(show.seats[0]),))

    [hold] = told(show, command)

    assert getattr(hold, "basket", hold) == "bo"


@pytest.mark.usefixtures("quick_actor")
def test_a_no_that_comes_before_its_letter_is_known_is_that_no(show: Show) -> None:
    [refusal] = told(show, HoldBest("bo", f"{show.id}-{new_id()}", 5, "no such price"))

    assert isinstance(refusal, UnknownPlace)
