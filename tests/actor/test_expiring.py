"""A hold whose time is over ends by itself, and everybody sees it within five seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import house
from app.inventory.commands import ShowHold, StartPayment
from app.refusals import HoldExpired, PlacesTaken
from tests.opened import Show, opened, show_of
from tests.orders.buying import pending_order
from tests.trouble import faults, locked

SEEN_SECONDS = 5.0


@pytest.fixture
def show(tmp_path: Path, database_url: str) -> Iterator[Show]:
    """An event that keeps places for one second."""
    with opened(tmp_path, database_url, fullhouse_hold_seconds="1") as office:
        yield show_of(office)


def seconds_until(is_so: Callable[[], bool], limit_seconds: float) -> float:
    """How long it took until something happened by itself."""
    began_at = time.monotonic()
    while not is_so():
        assert time.monotonic() - began_at < limit_seconds, "not in time"
        time.sleep(0.02)
    return time.monotonic() - began_at


def test_places_are_free_again_without_anybody_asking(show: Show) -> None:
    show.hold("bo", 0, 1)

    seconds_until(lambda: show.letters(0, 1) == "ff", 1 + SEEN_SECONDS)


def test_no_hold_ends_before_its_time(show: Show) -> None:
    hold = show.hold("bo", 0)

    seconds_until(lambda: show.letters(0) == "f", 1 + SEEN_SECONDS)

    assert house.now_ms() >= hold.expires_ms


def test_in_its_last_moment_a_hold_is_still_its_buyers(show: Show) -> None:
    hold = show.hold("bo", 0)
    while house.now_ms() < hold.expires_ms - 300:
        time.sleep(0.02)

    try:
        show.hold("cy", 0)
    except PlacesTaken:
        return
    assert house.now_ms() >= hold.expires_ms, "stolen"


def test_whoever_comes_after_its_end_gets_the_seat_at_once(show: Show) -> None:
    hold = show.hold("bo", 0)
    while house.now_ms() <= hold.expires_ms:
        time.sleep(0.01)

    assert show.hold("cy", 0).basket == "cy"
    with pytest.raises(HoldExpired):
        show.inventory.ask(ShowHold(hold.id, "bo"))


def test_every_show_is_swept(show: Show) -> None:
    others = [show_of(show.office, f"other-{number}") for number in range(4)]
    for other in (show, *others):
        other.hold("bo", 0)

    seconds_until(lambda: all(o.letters(0) == "f" for o in (show, *others)), 1 + SEEN_SECONDS)


def test_what_is_being_paid_for_is_not_swept(show: Show) -> None:
    hold = show.hold("bo", 0)
    order = pending_order(show.office, "bo")
    deadline_ms = house.now_ms() + 60_000
    show.inventory.ask(StartPayment(order, "bo", "bo", deadline_ms, hold.total_cents))

    time.sleep(2.5)

    assert show.letters(0) == "h"


def test_a_sweep_that_fails_is_tried_again(show: Show) -> None:
    show.hold("bo", 0)

    with faults("store.commit=fail@1"):
        seconds_until(lambda: show.letters(0) == "f", 1 + SEEN_SECONDS)


def test_after_a_lock_holds_end_by_themselves(tmp_path: Path) -> None:
    with opened(tmp_path, fullhouse_hold_seconds="1") as office:
        show = show_of(office)
        show.hold("bo", 0)
        with locked(office.db):
            time.sleep(2.0)
            assert show.letters(0) == "h", "nothing is shown that is not durable"

        seconds_until(lambda: show.letters(0) == "f", SEEN_SECONDS)


def test_the_sweeper_says_how_it_is(show: Show) -> None:
    assert show.office.inventories.is_swept

    show.office.inventories.stop()

    assert not show.office.inventories.is_swept
