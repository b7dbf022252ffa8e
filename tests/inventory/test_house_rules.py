"""Promises of the house's own commands, where the order of what is named must not matter."""

from __future__ import annotations

import pytest

from app.inventory.commands import AreaChoice, BlockPlaces, UnblockPlaces
from app.refusals import PlacesTaken, UnknownPlace
from tests.inventory.houses import gala, told

TWO = AreaChoice("bar", 2)


def test_no_more_is_blocked_than_there_is_however_often_it_is_named() -> None:
    house = gala()

    with pytest.raises(PlacesTaken):
        told(house, BlockPlaces("band", "ada", areas=(TWO, TWO)))

    assert house.area_taken["bar"] == 0


def test_no_more_is_unblocked_than_was_blocked() -> None:
    house = gala()
    told(house, BlockPlaces("band", "ada", areas=(TWO,)))

    told(house, UnblockPlaces("ada", "band", areas=(TWO, TWO)))

    assert house.area_taken["bar"] == 0
    assert house.area_blocks == {}


def test_an_area_that_does_not_exist_cannot_be_unblocked() -> None:
    with pytest.raises(UnknownPlace):
        told(gala(), UnblockPlaces("ada", "band", areas=(AreaChoice("moon", 1),)))
