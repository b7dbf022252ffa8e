"""What one event offers: its seats, areas, prices and limits. Immutable while an actor runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from app.frozen import frozen


@frozen
class Seat:
    """A numbered place; `row_at` counts rows over the whole plan, x and y are plan units."""

    id: str
    index: int
    section: str
    row: str
    number: str
    category: str
    features: frozenset[str]
    x: float
    y: float
    row_at: int


@frozen
class AreaOffer:
    """Unnumbered places."""

    key: str
    name: str
    category: str
    capacity: int
    note: str = ""


@frozen
class NamedKey:
    """A price category or a ticket type: a key for programs, a name for people."""

    key: str
    name: str
    note: str = ""


@frozen
class Limits:
    """How much and how long. Times in milliseconds."""

    order: int
    buyer: int
    forbid_lone_seats: bool
    hold_ms: int
    extension_ms: int
    extensions: int
    hold_life_ms: int
    refused_card_ms: int
    later_quotas: Mapping[str, int] = field(default_factory=dict)  # by way of paying later


@frozen
class Offer:
    """Everything about an event that does not change with a sale. Sale times are wall time, ms."""

    event_id: int
    slug: str
    currency: str
    status: str
    sales_open_ms: int | None
    sales_close_ms: int | None
    seats: tuple[Seat, ...]
    areas: Mapping[str, AreaOffer]
    categories: tuple[NamedKey, ...]
    ticket_types: tuple[NamedKey, ...]
    prices: Mapping[tuple[str, str], int]
    limits: Limits
    focus: tuple[float, float]
    fill_from: frozenset[str] = frozenset()  # seats from which best-available fills outward
    seat_index: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[tuple[int, ...], ...] = ()  # seat indexes of each row in order

    def price(self, category: str, ticket_type: str) -> int | None:
        """The all-in price, or None when this type is not sold there."""
        return self.prices.get((category, ticket_type))

    def default_type(self, category: str) -> str | None:
        """The first ticket type that is sold in a category."""
        for ticket_type in self.ticket_types:
            if (category, ticket_type.key) in self.prices:
                return ticket_type.key
        return None

    def sells_at(self, wall_ms: int, *, early: bool = False) -> bool:
        """Whether the event sells at a wall time; `early` to somebody with a key to its sale."""
        return (
            self.status == "published"
            and (early or self.sales_open_ms is None or self.sales_open_ms <= wall_ms)
            and (self.sales_close_ms is None or wall_ms < self.sales_close_ms)
        )
