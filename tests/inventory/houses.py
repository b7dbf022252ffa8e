"""Small houses for tests of the rules: plain functions that build them."""

from __future__ import annotations

from typing import Any, TypeVar

from app.inventory.commands import Command, HoldSeats, SeatChoice
from app.inventory.decide import settle
from app.inventory.offer import AreaOffer, Limits, NamedKey, Offer, Seat
from app.inventory.outcome import Moment
from app.inventory.state import EventInventory
from app.inventory.views import HoldView

NOON_MS = 1_790_000_000_000
SECOND_MS = 1000
T = TypeVar("T")
ADULT = "adult"
CHILD = "child"


def limits(**changes: int) -> Limits:
    """Ordinary limits with some changed."""
    facts = {
        "order": 10,
        "buyer": 20,
        "forbid_lone_seats": False,
        "hold_ms": 600_000,
        "extension_ms": 300_000,
        "extensions": 4,
        "hold_life_ms": 3_600_000,
        "refused_card_ms": 300_000,
        "later_quotas": {"manual": 4, "transfer": 4},
    }
    return Limits(**(facts | changes))  # type: ignore[arg-type]


def offer(rows: int = 3, seats: int = 8, **changes: Any) -> Offer:
    """A house with rows A, B, C … of numbered seats, a floor for 8 and a bar for 3 people."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    made = tuple(
        Seat(
            id=f"{letters[row]}{number + 1}",
            index=row * seats + number,
            section="Stalls",
            row=letters[row],
            number=str(number + 1),
            category="front" if row == 0 else "back",
            features=frozenset(),
            x=number * 25.0,
            y=row * 30.0,
            row_at=row,
        )
        for row in range(rows)
        for number in range(seats)
    )
    return Offer(
        event_id=7,
        slug="gala",
        currency="GBP",
        status="published",
        sales_open_ms=NOON_MS - 86_400_000,
        sales_close_ms=NOON_MS + 30 * 86_400_000,
        seats=made,
        areas={
            "floor": AreaOffer("floor", "Floor", "standing", 8),
            "bar": AreaOffer("bar", "Bar", "standing", 3),
        },
        categories=(
            NamedKey("front", "Front"), NamedKey("back", "Back"), NamedKey("standing", "Standing"),
        ),
        ticket_types=(NamedKey(ADULT, "Adult"), NamedKey(CHILD, "Under 16")),
        prices={
            ("front", ADULT): 2400, ("front", CHILD): 1200, ("back", ADULT): 1600,
            ("back", CHILD): 800, ("standing", ADULT): 1500,
        },
        limits=limits(**changes),
        focus=(seats * 12.5, 0.0),
        seat_index={seat.id: seat.index for seat in made},
        rows=tuple(tuple(range(row * seats, (row + 1) * seats)) for row in range(rows)),
    )  # fmt: skip


def gala(rows: int = 3, seats: int = 8, **changes: Any) -> EventInventory:
    """A house with nothing held."""
    return EventInventory(offer(rows, seats, **changes))


def at(seconds: float = 0) -> Moment:
    """So many seconds after noon, on both clocks."""
    now = NOON_MS + int(seconds * SECOND_MS)
    return Moment(now, now)


def told(state: EventInventory, command: Command[T], seconds: float = 0) -> T:
    """The outcome of one settled command."""
    return settle(state, command, at(seconds)).outcome


def holds(state: EventInventory, basket: str, *seats: str, seconds: float = 0) -> HoldView:
    """A basket holds these seats."""
    choices = tuple(SeatChoice(seat) for seat in seats)
    return told(state, HoldSeats(basket, f"7-{basket}", choices), seconds)
