"""What was broken off ends by itself, and nothing that still has money or time is touched."""

from __future__ import annotations

import time

import pytest

from app.orders import settler
from app.orders.baskets import basket_view
from app.orders.ending import refuse_payment
from app.orders.settler import Settler, lapse_forgotten, thaw_broken
from app.orders.settling import capture
from tests.orders.buying import Tour, broken, money_of
from tests.orders.conftest import Later
from tests.orders.test_placing import begun

BROKEN_SECONDS = settler.BROKEN_OFF_SECONDS + 1


@pytest.mark.parametrize("frozen_count", [1, 2, 3])
def test_places_of_an_order_broken_off_are_in_the_basket_again(
    tour: Tour, later: Later, frozen_count: int
) -> None:
    order = begun(tour, frozen_count)
    later(BROKEN_SECONDS)

    assert thaw_broken(tour.office) == 1

    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"live"}
    assert money_of(tour.office, order).status == "cancelled"
    assert broken(tour.office) == []


def test_an_order_that_is_just_being_placed_is_left_alone(tour: Tour) -> None:
    begun(tour, 2)

    assert thaw_broken(tour.office) == 0


def test_an_order_that_is_being_paid_is_left_alone(tour: Tour, later: Later) -> None:
    order = tour.order(None).order_id
    later(BROKEN_SECONDS)

    assert thaw_broken(tour.office) == lapse_forgotten(tour.office) == 0
    assert money_of(tour.office, order).status == "paying"


def test_an_order_with_money_is_left_to_be_settled(tour: Tour, later: Later) -> None:
    order = begun(tour, 3)
    capture(tour.office, order, "demo", "ref", tour.total_cents, "GBP")
    later(BROKEN_SECONDS)

    assert thaw_broken(tour.office) == lapse_forgotten(tour.office) == 0


def test_places_frozen_for_an_order_that_is_over_are_let_go(tour: Tour) -> None:
    tour.order(None)
    with tour.office.db.write() as connection:
        connection.exec_driver_sql("UPDATE orders SET status = 'expired'")

    assert thaw_broken(tour.office) == 1

    assert tour.letters() == "ff ff ff"


def test_an_order_nobody_paid_does_not_stay_open_for_ever(tour: Tour, later: Later) -> None:
    order = tour.order(None).order_id
    refuse_payment(tour.office, order)
    assert lapse_forgotten(tour.office) == 0
    later(1800 + settler.LAPSED_SECONDS + 1)

    assert lapse_forgotten(tour.office) == 1

    assert money_of(tour.office, order).status == "expired"
    assert broken(tour.office) == []


def test_it_carries_on_by_itself(tour: Tour) -> None:
    order = tour.order(None).order_id
    capture(tour.office, order, "demo", "ref", tour.total_cents, "GBP")
    worker = Settler(tour.office)

    worker.start()
    until = time.monotonic() + 20
    while money_of(tour.office, order).status != "paid":
        assert time.monotonic() < until
        time.sleep(0.05)

    assert worker.is_well
    worker.stop()
    assert not worker.is_well
