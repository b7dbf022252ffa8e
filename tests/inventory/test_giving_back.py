"""Promises of giving places back: no more than is held, whatever a request names and how often."""

from __future__ import annotations

import pytest

from app.inventory.commands import AreaChoice, HoldBest, HoldSeats, ReleasePlaces, SeatChoice
from app.inventory.state import EventInventory
from app.inventory.views import HoldView
from app.refusals import LoneSeat
from tests.inventory.houses import ADULT, gala, holds, told


def stands(house: EventInventory, basket: str, count: int) -> HoldView:
    """A basket holds seat A1 and places on the floor."""
    choices = (AreaChoice("floor", count, ADULT),)
    return told(house, HoldSeats(basket, f"7-{basket}", (SeatChoice("A1"),), choices))


def test_a_place_named_twice_is_given_back_once() -> None:
    house = gala()
    hold = stands(house, "bo", 1)

    once = AreaChoice("floor", 1, ADULT)
    left = told(house, ReleasePlaces(hold.id, "bo", areas=(once, once)))

    assert house.area_taken["floor"] == 0
    assert left is not None
    assert left.place_count == 1


def test_named_twice_two_places_are_given_back() -> None:
    house = gala()
    hold = stands(house, "bo", 3)

    once = AreaChoice("floor", 1, ADULT)
    told(house, ReleasePlaces(hold.id, "bo", areas=(once, once)))

    assert house.area_taken["floor"] == 1


def test_an_area_that_does_not_exist_is_passed_over() -> None:
    house = gala()
    hold = stands(house, "bo", 1)

    left = told(house, ReleasePlaces(hold.id, "bo", areas=(AreaChoice("moon", 1),)))

    assert left is not None
    assert left.place_count == 2


def test_the_house_strands_no_seat_where_that_is_forbidden() -> None:
    house = gala(1, 3, forbid_lone_seats=True)

    with pytest.raises(LoneSeat):
        told(house, HoldBest("bo", "7-bo", 2))


def test_giving_a_seat_back_leaves_the_rest_as_it_was() -> None:
    house = gala()
    hold = holds(house, "bo", "A1", "A2")

    left = told(house, ReleasePlaces(hold.id, "bo", seats=("A2", "A2", "C1")))

    assert left is not None
    assert [seat.seat for seat in left.seats] == ["A1"]
    assert left.expires_ms == hold.expires_ms
