"""Promises to an order whose money has come: its own lines, no cancelled show, one offer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory.commands import (
    ChangeStatus,
    EndPayment,
    KeepOffer,
    MoveDeadline,
    NewTicket,
    Refreeze,
    Sell,
    StartPayment,
)
from app.inventory.decide import decide
from app.inventory.records import OrderLapsed
from app.inventory.state import EventInventory
from app.inventory.views import Frozen
from app.refusals import HoldEnded, HoldExpired, NotOnSale, PlacesTaken
from tests.inventory.houses import NOON_MS, at, gala, holds, told

DEADLINE_MS = NOON_MS + 1_800_000
TICKETS = tuple(NewTicket(f"t{n}", n, f"CODE{n}") for n in range(9))


def pays(house: EventInventory, *seats: str, cents: int) -> Frozen:
    """Bo holds these seats and goes to pay."""
    holds(house, "bo", *seats)
    return told(house, StartPayment("o1", "bo", "bo", DEADLINE_MS, cents))


def test_each_line_gets_its_own_seat_in_whatever_order_a_restart_read_them() -> None:
    house = gala()
    frozen = pays(house, "B1", "A1", cents=4000)
    hold = house.holds[house.order_holds["o1"]]
    hold.seats = {seat: hold.seats[seat] for seat in sorted(hold.seats)}

    sold = told(house, Sell("o1", frozen.lines, TICKETS[:2], 1, NOON_MS))

    assert sold.lines == frozen.lines
    assert [(ticket.line_id, ticket.seat, ticket.cents) for ticket in house.tickets.values()] == [
        ("o1-7-1", "B1", 1600),
        ("o1-7-2", "A1", 2400),
    ]


def test_nothing_but_the_orders_own_places_is_sold() -> None:
    house = gala()
    frozen = pays(house, "A1", cents=2400)
    other = (replace(frozen.lines[0], seat="A2"),)

    with pytest.raises(HoldEnded):
        told(house, Sell("o1", other, TICKETS[:1], 1, NOON_MS))


def test_late_money_buys_nothing_at_a_cancelled_event() -> None:
    house = gala()
    frozen = pays(house, "A1", cents=2400)
    told(house, ChangeStatus("cancelled", "ill", "ada", NOON_MS))

    with pytest.raises(NotOnSale):
        told(house, Refreeze("o1", "bo", "bo", "7-again", frozen.lines, DEADLINE_MS))


def test_a_place_that_a_new_plan_lost_is_gone() -> None:
    house = gala()
    frozen = pays(house, "A1", cents=2400)
    told(house, EndPayment("o1", release=True))
    lost = (replace(frozen.lines[0], seat="gone"),)

    with pytest.raises(PlacesTaken) as refusal:
        told(house, Refreeze("o1", "bo", "bo", "7-again", lost, DEADLINE_MS))

    assert refusal.value.details["seats"] == ["gone"]


def test_an_offer_is_made_once() -> None:
    house = gala()
    frozen = pays(house, "B4", cents=1600)
    told(house, EndPayment("o1", release=True))

    first, second = (
        told(house, KeepOffer("offer", "7-offer", frozen.lines, 600)) for _ in range(2)
    )

    assert first == second


def test_a_cancelled_event_offers_nothing() -> None:
    house = gala()
    frozen = pays(house, "B4", cents=1600)
    told(house, ChangeStatus("cancelled", "ill", "ada", NOON_MS))

    assert told(house, KeepOffer("offer", "7-offer", frozen.lines, 600)) is None


def test_a_confirmed_order_keeps_its_places_until_the_later_deadline() -> None:
    house = gala()
    pays(house, "A1", cents=2400)

    told(house, MoveDeadline("o1", "bo", DEADLINE_MS + 9_000_000))

    with pytest.raises(PlacesTaken):
        holds(house, "cy", "A1", seconds=9000)


def test_an_order_that_lapsed_is_not_confirmed_with_another_hold() -> None:
    house = gala()
    pays(house, "A1", cents=2400)

    with pytest.raises(HoldExpired):
        told(house, MoveDeadline("o1", "bo", DEADLINE_MS + 9_000_000), seconds=1800)


def test_an_order_given_up_has_not_lapsed() -> None:
    house = gala()
    pays(house, "A1", cents=2400)

    facts = decide(house, EndPayment("o1", release=True), at(0)).records

    assert not any(isinstance(fact, OrderLapsed) for fact in facts)
