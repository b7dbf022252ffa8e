"""Colour and shape of a price category on the map: never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.plans.plan import Feature, Plan

LETTERS = "abcde"  # five colour tokens, five symbols: circle, square, diamond, hexagon, triangle
WHEELCHAIR_SHAPE = "w"


@dataclass(frozen=True, slots=True)
class Look:
    """`colour` ends a token's name (--cat-a), `shape` a symbol's id (#ga)."""

    colour: str
    shape: str


def look_of(index: int) -> Look:
    """How the category at this position is drawn; after 25 the looks come again."""
    row, column = divmod(index, len(LETTERS))
    return Look(LETTERS[(column + row) % len(LETTERS)], LETTERS[column])


def accessible_categories(
    plan: Plan, seat_categories: Sequence[int], features: frozenset[Feature]
) -> frozenset[int]:
    """Categories of which every seat has one of these features; -1 is no category."""
    with_them, without = set[int](), {-1}
    for seat in plan.seats:
        found = with_them if seat.features & features else without
        found.add(seat_categories[seat.index])
    return frozenset(with_them - without)


def wheelchair_look(index: int) -> Look:
    """How a wheelchair place of this category is drawn."""
    return Look(look_of(index).colour, WHEELCHAIR_SHAPE)
