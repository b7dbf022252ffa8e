"""What is on, in memory: event cards that pages and API read without a query."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.clock import utc_now
from app.db import Database
from app.models import Event, Organizer, Series, Venue
from app.refusals import NotFound

CARDS_LIMIT: Final = 5000
# what `house_of` reads, of a query that joins the organizer and the venue
HOUSE_COLUMNS: Final = (
    Organizer.name.label("house_name"),
    Organizer.contact_email,
    Organizer.is_demo,
    Venue.name.label("venue_name"),
    Venue.address,
    Venue.phone,
    Venue.email.label("venue_email"),
    Venue.time_zone.label("venue_zone"),
    Venue.notes.label("venue_notes"),
)


@dataclass(frozen=True, slots=True)
class House:
    """The organizer and venue behind an event, in words for people."""

    organizer_id: int
    name: str
    contact_email: str
    is_demo: bool
    venue: str
    address: str
    phone: str
    email: str
    time_zone: str
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event's own facts; its places and prices are the inventory's."""

    id: int
    slug: str
    title: str
    summary: str
    description: str
    tags: tuple[str, ...]
    art: str
    room: str
    starts_at: datetime
    ends_at: datetime | None
    doors_at: datetime | None
    time_zone: str
    stock: str
    status: str
    status_words: str
    moved_to_id: int | None
    sales_open_at: datetime | None
    sales_close_at: datetime
    currency: str
    plan_id: int | None
    series_id: int | None
    series_title: str | None
    order_limit: int
    buyer_limit: int
    forbid_lone_seats: bool
    returns_close_hours: int | None
    payments: dict[str, Any]
    notes: dict[str, str]
    house: House

    @property
    def zone(self) -> ZoneInfo:
        """The event's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def local_start(self) -> datetime:
        """When it starts, on the venue's wall."""
        return self.starts_at.astimezone(self.zone)

    def sale_state(self, at: datetime | None = None) -> str:
        """draft, paused, cancelled, early, open, or over."""
        now = at or utc_now()
        if self.status != "published":
            return self.status
        if self.sales_open_at is not None and now < self.sales_open_at:
            return "early"
        return "open" if now < self.sales_close_at else "over"


class Catalogue:
    """All events of one installation; read again after a change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._guard = threading.Lock()
        self._by_id: dict[int, EventCard] | None = None
        self._by_slug: dict[str, EventCard] = {}
        self._on_show: tuple[EventCard, ...] = ()

    def by_slug(self, slug: str) -> EventCard:
        """The published, paused or cancelled event at this address; drafts are `NotFound`."""
        self._loaded()
        card = self._by_slug.get(slug)
        if card is None or card.status == "draft":
            raise NotFound("There is no such event.")
        return card

    def id_known_for(self, slug: str) -> int | None:
        """The event at this address as far as memory knows: never asks the database."""
        card = self._by_slug.get(slug)
        return None if card is None or card.status == "draft" else card.id

    @property
    def is_loaded(self) -> bool:
        """Whether the next question is answered from memory."""
        return self._by_id is not None

    def any_by_slug(self, slug: str) -> EventCard:
        """The event at this address whatever its status, or `NotFound`."""
        self._loaded()
        card = self._by_slug.get(slug)
        if card is None:
            raise NotFound(f"There is no event called {slug!r}.")
        return card

    def by_id(self, event_id: int) -> EventCard:
        """The event with this id, or `NotFound`."""
        card = self._loaded().get(event_id)
        if card is None:
            raise NotFound("There is no such event.")
        return card

    def on_show(self) -> tuple[EventCard, ...]:
        """Everything but drafts, soonest first."""
        self._loaded()
        return self._on_show

    def all_events(self) -> tuple[EventCard, ...]:
        """Every event, soonest first."""
        return tuple(sorted(self._loaded().values(), key=lambda card: (card.starts_at, card.id)))

    def main_house(self) -> House | None:
        """The house that has no demo, else the demo's; None where there are no events."""
        houses = [card.house for card in self.on_show() or self.all_events()]
        return next((house for house in houses if not house.is_demo), next(iter(houses), None))

    def series_of(self, card: EventCard) -> tuple[EventCard, ...]:
        """The other dates of the same run, soonest first."""
        if card.series_id is None:
            return ()
        return tuple(e for e in self.on_show() if e.series_id == card.series_id)

    def refresh(self, event_id: int | None = None) -> None:
        """Read again at the next question."""
        with self._guard:
            self._by_id = None

    def _loaded(self) -> dict[int, EventCard]:
        found = self._by_id
        if found is not None:
            return found
        with self._guard:
            if self._by_id is None:
                with self._db.read() as connection:
                    cards = _read_cards(connection)
                self._by_slug = {card.slug: card for card in cards}
                self._on_show = tuple(card for card in cards if card.status != "draft")
                self._by_id = {card.id: card for card in cards}
            return self._by_id


def _read_cards(connection: Connection) -> list[EventCard]:
    query = (
        select(
            Event.__table__,
            Series.title.label("series_title"),
            *HOUSE_COLUMNS,
        )
        .select_from(Event)
        .join(Organizer, Organizer.id == Event.organizer_id)
        .join(Venue, Venue.id == Event.venue_id)
        .outerjoin(Series, Series.id == Event.series_id)
        .order_by(Event.starts_at, Event.id)
        .limit(CARDS_LIMIT)
    )
    return [_card(row) for row in connection.execute(query)]


def house_of(row: Any) -> House:
    """The house of a row with `organizer_id` and the HOUSE_COLUMNS."""
    return House(
        row.organizer_id, row.house_name, row.contact_email, row.is_demo, row.venue_name,
        row.address, row.phone, row.venue_email, row.venue_zone, row.venue_notes,
    )  # fmt: skip


def _card(row: Any) -> EventCard:
    return EventCard(
        id=row.id, slug=row.slug, title=row.title, summary=row.summary,
        description=row.description, tags=tuple(row.tags), art=row.art, room=row.room,
        starts_at=row.starts_at, ends_at=row.ends_at, doors_at=row.doors_at,
        time_zone=row.time_zone, stock=str(row.stock), status=str(row.status),
        status_words=row.status_words, moved_to_id=row.moved_to_id,
        sales_open_at=row.sales_open_at, sales_close_at=row.sales_close_at or row.starts_at,
        currency=row.currency, plan_id=row.plan_id, series_id=row.series_id,
        series_title=row.series_title, order_limit=row.order_limit,
        buyer_limit=row.buyer_limit, forbid_lone_seats=row.forbid_lone_seats,
        returns_close_hours=row.returns_close_hours,
        payments=row.payments, notes=row.notes, house=house_of(row),
    )  # fmt: skip
