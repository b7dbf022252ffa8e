"""Promises of giving: the best free places without a price, once, or a no that changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory.commands import BlockPlaces, ChangeStatus, GivePlaces, NewOrder, NewTicket
from app.inventory.decide import settle
from app.inventory.records import OrderPlaced
from app.inventory.state import EventInventory
from app.refusals import Invalid, NotOnSale, PlacesTaken, Refusal
from tests.inventory.houses import NOON_MS, at, gala, offer, told
from tests.inventory.houses import holds as holds_seats


def gift(count: int, order_id: str = "g1") -> GivePlaces:
    """Free tickets for Bo."""
    order = NewOrder(order_id, "free", "Bo", "bo@example.org", "bo", "en", False, NOON_MS)
    tickets = tuple(NewTicket(f"{order_id}-t{n}", n, f"code{n}") for n in range(count))
    return GivePlaces(order, f"7-{order_id}", tickets, 1, "dee")


def refused(state: EventInventory, command: GivePlaces, kind: type[Refusal]) -> None:
    before = bytes(state.letters), dict(state.area_taken), dict(state.tickets), dict(state.holds)
    with pytest.raises(kind):
        told(state, command)
    after = bytes(state.letters), dict(state.area_taken), dict(state.tickets), dict(state.holds)
    assert after == before


def test_given_seats_lie_together_and_cost_nothing() -> None:
    state = gala()
    holds_seats(state, "cy", "A4", "A5")

    settled = settle(state, gift(3), at())

    seats = sorted(line.seat or "" for line in settled.outcome.lines)
    assert len({seat[0] for seat in seats}) == 1
    assert [int(seat[1:]) - int(seats[0][1:]) for seat in seats] == [0, 1, 2]
    assert [line.cents for line in settled.outcome.lines] == [0, 0, 0]
    placed = [fact.total_cents for fact in settled.records if isinstance(fact, OrderPlaced)]
    assert (placed, list(state.holds)) == ([0], ["7-cy"])


def test_giving_again_gives_the_same_tickets() -> None:
    state = gala()
    first = told(state, gift(2))

    assert told(state, gift(2)) == first
    assert len(state.tickets) == 2


def test_it_is_given_before_the_sale_opens_and_where_seats_are_gone_from_an_area() -> None:
    state = EventInventory(replace(offer(1, 2), sales_open_ms=NOON_MS + 1))
    told(state, gift(2, "g0"))

    sold = told(state, gift(8))

    assert {line.area for line in sold.lines} == {"floor"}
    assert state.area_free("floor") == 0
    refused(state, gift(4, "g2"), PlacesTaken)


def test_nothing_is_given_where_nothing_is_played_or_asked_for() -> None:
    state = gala()
    refused(state, gift(0), Invalid)
    refused(state, gift(25), PlacesTaken)
    told(state, BlockPlaces("crew", "ada", ("A1",)))
    told(state, ChangeStatus("cancelled", "Ill", "ada", NOON_MS))
    refused(state, gift(1), NotOnSale)
