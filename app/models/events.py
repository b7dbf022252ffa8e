"""What is on: venues, seating plans, series, events and their prices."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, STRICT_KEYED, Choice, Flag, Instant, Json, Table, one_of


class EventStatus(enum.StrEnum):
    """Where an event is in its life; whether it sells also depends on its sale times."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Stock(enum.StrEnum):
    """The six paper colours."""

    STRAW = "straw"
    ROSE = "rose"
    SAGE = "sage"
    SKY = "sky"
    LILAC = "lilac"
    BUFF = "buff"


class Venue(Table):
    """A house."""

    __tablename__ = "venues"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    # help ("or the counter, from 90 minutes before"), access, visit, legal and other words by name
    notes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    time_zone: Mapped[str] = mapped_column(Text)


class SeatingPlan(Table):
    """A reusable drawing of places: the imported file as it came, and what was confirmed of it."""

    __tablename__ = "seating_plans"
    __table_args__ = (CheckConstraint("seat_count >= 0", name="seat_count"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    source: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of the pretix JSON
    seat_count: Mapped[int] = mapped_column()
    features: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)  # by seat id
    created_at: Mapped[datetime] = mapped_column(Instant)


class Series(Table):
    """Events sold as one run."""

    __tablename__ = "series"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)


class Event(Table):
    """One performance at one time, with its own inventory and its own actor."""

    __tablename__ = "events"
    __table_args__ = (
        one_of("status", EventStatus),
        one_of("stock", Stock),
        CheckConstraint("order_limit BETWEEN 1 AND 100", name="order_limit"),
        CheckConstraint("buyer_limit BETWEEN 1 AND 1000000", name="buyer_limit"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("seating_plans.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(Json, default=list)  # "children", "access", "theatre"
    art: Mapped[str] = mapped_column(Text, default="")  # name of a built-in drawing
    room: Mapped[str] = mapped_column(Text, default="")  # "Main house", "Studio"
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    doors_at: Mapped[datetime | None] = mapped_column(Instant)
    time_zone: Mapped[str] = mapped_column(Text)
    stock: Mapped[Stock] = mapped_column(Choice(Stock), default=Stock.STRAW)
    status: Mapped[EventStatus] = mapped_column(Choice(EventStatus), default=EventStatus.DRAFT)
    status_words: Mapped[str] = mapped_column(Text, default="")  # why paused, cancelled, moved
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    sales_open_at: Mapped[datetime | None] = mapped_column(Instant)
    sales_close_at: Mapped[datetime | None] = mapped_column(Instant)
    currency: Mapped[str] = mapped_column(Text, default="GBP")
    order_limit: Mapped[int] = mapped_column(default=10)
    buyer_limit: Mapped[int] = mapped_column(default=20)
    forbid_lone_seats: Mapped[bool] = mapped_column(Flag, default=False)
    # until how long before the start buyers may return tickets by themselves; none: not at all
    returns_close_hours: Mapped[int | None] = mapped_column(
        CheckConstraint("returns_close_hours >= 0", name="returns_close_hours")
    )
    # by way of paying, as event files say it: card, manual, transfer; an absent one of the last
    # two is off
    payments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # running ("2 h 10 min with interval"), access, tax, refund and other words by name
    notes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class PriceCategory(Table):
    """The band a seat or area lies in; `plan_names` are the plan's categories that belong to it."""

    __tablename__ = "price_categories"
    __table_args__ = (STRICT_KEYED,)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    plan_names: Mapped[list[str]] = mapped_column(Json, default=list)
    position: Mapped[int] = mapped_column()


class TicketType(Table):
    """What a person chooses: adult, concession; the one with the lowest position is the default."""

    __tablename__ = "ticket_types"
    __table_args__ = (STRICT_KEYED,)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    tax_rate: Mapped[int | None] = mapped_column()  # in basis points, within its prices
    position: Mapped[int] = mapped_column()


class Price(Table):
    """Category times ticket type, all-in, in minor units; no row means not sold together."""

    __tablename__ = "prices"
    __table_args__ = (CheckConstraint("cents >= 0", name="cents"), STRICT_KEYED)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    ticket_type: Mapped[str] = mapped_column(Text, primary_key=True)
    cents: Mapped[int] = mapped_column()


class Area(Table):
    """Unnumbered places; `taken` counts held, sold and blocked ones, the second wall."""

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="taken"),
        STRICT_KEYED,
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    capacity: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)


class EventKey(Table):
    """An event's signing key; the private half is sealed with the installation's secret."""

    __tablename__ = "event_keys"
    __table_args__ = (CheckConstraint("key_id BETWEEN 0 AND 15", name="key_id"), STRICT_KEYED)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    key_id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    private_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
