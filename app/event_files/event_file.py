"""What an event file says, as plain frozen values; times are UTC, money is minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.toml_files.houses import HouseWords, VenueWords


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """Which drawing of places: a file beside the event file, a sample, or an imported plan.

    Exactly one of the three is set. `features` maps a feature to the ids of its seats; with
    `suggest` the words of the plan's rows and categories promise features too.
    """

    file: str | None = None
    sample: str | None = None
    imported: str | None = None
    suggest: bool = True
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeWords:
    """A ticket type."""

    key: str
    name: str
    note: str = ""
    tax_rate: int | None = None  # in basis points


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """A price category, the plan's categories that lie in it, all-in prices by ticket type."""

    key: str
    name: str
    prices: Mapping[str, int]
    plan_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaWords:
    """Places without numbers."""

    key: str
    name: str
    category: str
    capacity: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SeriesWords:
    """The run that the event belongs to."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class SalesTerms:
    """When and how the event sells; `payments` as in the events table."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    order_limit: int = 10
    buyer_limit: int = 20
    forbid_lone_seats: bool = False
    returns_close_hours: int | None = None
    payments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventFile:
    """One event with all it needs to be sold."""

    house: HouseWords
    venue: VenueWords
    slug: str
    title: str
    starts_at: datetime
    time_zone: str
    currency: str
    ticket_types: tuple[TypeWords, ...]
    categories: tuple[CategoryWords, ...]
    plan: PlanChoice | None = None
    areas: tuple[AreaWords, ...] = ()
    series: SeriesWords | None = None
    sales: SalesTerms = SalesTerms()
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    art: str = ""
    room: str = ""
    stock: str = "straw"
    doors_at: datetime | None = None
    ends_at: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
