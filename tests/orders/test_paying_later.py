"""Paying later by hand: confirmed in time, kept until the house's deadline, never for ever."""

from __future__ import annotations

import pytest

from app.box_office import BoxOffice
from app.clock import house
from app.inventory.commands import MoveDeadline
from app.orders.baskets import basket_view
from app.orders.paying import record_payment
from app.orders.paying_later import confirm_order, later_closes_ms
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.refusals import HoldEnded, HoldExpired, Invalid, PaymentNotPossible
from tests.orders.buying import BO, KEY, Tour, allow_manual, broken, effects, money_of
from tests.orders.conftest import Later
from tests.trouble import faults

HOLD_SECONDS = 600


@pytest.fixture
def tour(office: BoxOffice) -> Tour:
    """Bo with two seats at each of three shows that can be paid later."""
    made = Tour(office)
    for show in made.shows:
        allow_manual(show)
    made.hold_all()
    return made


@pytest.fixture
def waiting(tour: Tour) -> str:
    """An order over three shows that waits for its buyer's word; its id."""
    return place_order(tour.office, "bo", BO, "manual").order_id


def test_an_order_waits_for_its_buyers_word(tour: Tour, waiting: str) -> None:
    assert money_of(tour.office, waiting).status == "pending"
    assert tour.letters() == "hh hh hh"
    assert effects(tour.office, "mail.order_pending") == 1


def test_without_a_word_the_places_are_free_when_the_holds_time_is_over(
    tour: Tour, waiting: str, later: Later
) -> None:
    later(HOLD_SECONDS + 1)
    for show in tour.shows:
        show.hold("cy", 3, 1)

    assert money_of(tour.office, waiting).status == "expired"
    with pytest.raises(HoldEnded):
        confirm_order(tour.office, waiting)
    assert broken(tour.office) == []


def test_a_confirmed_order_keeps_its_places_until_the_house_closes_it(
    tour: Tour, waiting: str, later: Later
) -> None:
    confirm_order(tour.office, waiting)
    confirm_order(tour.office, waiting)
    later(7 * 24 * 3600)

    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"paying"}
    cards = [tour.office.catalogue.by_id(show.id) for show in tour.shows]
    closes_ms = later_closes_ms(cards, "manual")
    assert closes_ms is not None
    later((closes_ms - house.now_ms()) / 1000 + 61)
    assert basket_view(tour.office, "bo").holds == ()
    assert money_of(tour.office, waiting).status == "expired"


def test_a_show_that_lapsed_lets_none_be_kept(tour: Tour, waiting: str, later: Later) -> None:
    later(HOLD_SECONDS - 30)
    for show in tour.shows[:2]:
        far_ms = house.now_ms() + 3_600_000
        show.inventory.ask(MoveDeadline(waiting, "bo", far_ms))
    later(60)

    with pytest.raises(HoldExpired):
        confirm_order(tour.office, waiting)

    assert tour.letters() == "ff ff ff"
    assert money_of(tour.office, waiting).status == "expired"
    assert broken(tour.office) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_word_that_fails_half_way_can_be_given_again(
    tour: Tour, waiting: str, number: int
) -> None:
    with faults(f"store.commit=fail@{number}"), pytest.raises(Exception, match="busy"):
        confirm_order(tour.office, waiting)

    confirm_order(tour.office, waiting)

    ends = {hold.expires_ms for hold in basket_view(tour.office, "bo").holds}
    assert len(ends) == 1


def test_money_at_the_counter_makes_tickets(tour: Tour, waiting: str) -> None:
    confirm_order(tour.office, waiting)

    for _ in range(2):
        record_payment(tour.office, waiting, "dee")

    money = money_of(tour.office, waiting)
    assert (money.status, money.payments, money.tickets) == ("paid", ("captured",), 6)
    assert broken(tour.office) == []


def test_money_at_the_counter_after_the_deadline_buys_what_is_free(
    tour: Tour, waiting: str, later: Later
) -> None:
    later(HOLD_SECONDS + 1)
    assert basket_view(tour.office, "bo").holds == ()

    record_payment(tour.office, waiting, "dee")

    assert money_of(tour.office, waiting).tickets == 6


def test_money_for_an_order_that_is_not_paid_by_hand_is_refused(tour: Tour) -> None:
    order = tour.order(None).order_id

    with pytest.raises(Invalid):
        record_payment(tour.office, order, "dee")


def test_one_address_has_one_order_that_waits(tour: Tour, waiting: str) -> None:
    tour.shows[0].hold("another basket", 7)

    with pytest.raises(PaymentNotPossible):
        place_order(tour.office, "another basket", BO, "manual")
    other = Buyer("Cy", "cy@example.org")
    assert place_order(tour.office, "another basket", other, "manual").status == "pending"


def test_the_letter_is_written_when_the_order_was_broken_off_before_it(tour: Tour) -> None:
    first = place_order(tour.office, "bo", BO, "manual", kept=KEY)
    with tour.office.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
        connection.exec_driver_sql("DELETE FROM kept_answers")
    tour.office.answers._remembered.clear()

    again = place_order(tour.office, "bo", BO, "manual", kept=KEY)

    assert again == first
    assert effects(tour.office, "mail.order_pending") == 1
