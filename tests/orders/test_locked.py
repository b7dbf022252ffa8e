"""Another program locks the database half way: a no within six seconds, or a yes that holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import patience
from app.box_office import BoxOffice
from app.orders.baskets import basket_view
from app.orders.settler import BROKEN_OFF_SECONDS, thaw_broken
from app.orders.settling import settle_open
from app.refusals import Busy
from tests.actor.acting import in_thread
from tests.opened import opened
from tests.orders.buying import KEY, Tour, broken, effects, money_of, order_ids
from tests.orders.conftest import Later
from tests.trouble import locked

NO_WITHIN_SECONDS = 6.0
LOCKED_SECONDS = 7.0


@pytest.fixture
def tour(tmp_path: Path) -> Iterator[Tour]:
    with opened(tmp_path) as office:
        made = Tour(office)
        made.hold_all()
        yield made


@contextmanager
def lock_after(office: BoxOffice, seconds: float) -> Iterator[None]:
    """From then on the database is locked for a while."""
    done = threading.Event()

    def lock() -> None:
        time.sleep(seconds)
        with locked(office.db):
            done.wait(LOCKED_SECONDS)

    locker = threading.Thread(target=lock)
    locker.start()
    try:
        yield
    finally:
        done.set()
        locker.join()


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_an_order_is_answered_in_time_whenever_the_lock_comes(
    tour: Tour, later: Later, seconds: float
) -> None:
    def order() -> str:
        patience.begin()
        try:
            return tour.order("paid", KEY).order_id
        finally:
            patience.end()

    with lock_after(tour.office, seconds):
        time.sleep(0.02)
        began_at = time.monotonic()
        answer = in_thread(order)()
        took = time.monotonic() - began_at

    assert took < NO_WITHIN_SECONDS, took
    settle_open(tour.office)
    later(BROKEN_OFF_SECONDS + 1)
    thaw_broken(tour.office)
    if isinstance(answer, BaseException):
        assert isinstance(answer, Busy), answer
        assert all(money_of(tour.office, order).came_cents == 0 for order in order_ids(tour.office))
        assert {hold.state for hold in basket_view(tour.office, "bo").holds} <= {"live", "paying"}
    else:
        assert money_of(tour.office, answer).tickets == 6
        assert effects(tour.office, "mail.order_paid") == 1
    assert broken(tour.office) == []


def test_after_a_no_the_same_key_gets_its_order(tour: Tour) -> None:
    with lock_after(tour.office, 0.0):
        time.sleep(0.1)
        with pytest.raises(Busy):
            tour.order("paid", KEY)

    placed = tour.order("paid", KEY)

    assert money_of(tour.office, placed.order_id).tickets == 6
    paid = [o for o in order_ids(tour.office) if money_of(tour.office, o).status == "paid"]
    assert paid == [placed.order_id]
    assert broken(tour.office) == []
