"""Values that mypy freezes: equal by what they say, usable as keys, and not to be changed."""

from __future__ import annotations

from app.inventory.records import SeatHeld


def test_values_are_equal_by_what_they_say() -> None:
    held = SeatHeld("A1", "h1", "adult")

    assert held == SeatHeld("A1", "h1", "adult")
    assert held != SeatHeld("A2", "h1", "adult")
    assert len({held, SeatHeld("A1", "h1", "adult")}) == 1


def test_only_mypy_stands_in_the_way_of_a_change() -> None:
    """`./run check` fails here, over an `ignore` too many, once it stands there no more."""
    held = SeatHeld("A1", "h1", "adult")

    held.seat = "A2"  # type: ignore[misc]

    assert held.seat == "A2"
