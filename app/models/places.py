"""Who has which place: actors, holds and the one row of every seat that is not free."""

from __future__ import annotations

import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, STRICT_KEYED, Big, Choice, Flag, Json, Table, one_of


class HoldState(enum.StrEnum):
    """live and paying hold places; the others are over."""

    LIVE = "live"
    PAYING = "paying"
    EXPIRED = "expired"
    RELEASED = "released"
    SOLD = "sold"


class SeatState(enum.StrEnum):
    """What a seat with a row is; a free seat has none."""

    HELD = "held"
    SOLD = "sold"
    BLOCKED = "blocked"


class ActorRow(Table):
    """One writer per key; `epoch` fences off a stale owner, `version` counts its commits."""

    __tablename__ = "actors"
    __table_args__ = (STRICT_KEYED,)

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    epoch: Mapped[int] = mapped_column()
    version: Mapped[int] = mapped_column()


class HouseTime(Table):
    """One row: house time and its drift from the wall when last seen, for the next start.

    On the same boot of the same machine the steady clock and its offset say it exactly.
    """

    __tablename__ = "house_time"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    house_ms: Mapped[int] = mapped_column(Big)
    drift_ms: Mapped[int] = mapped_column(Big)
    boot_id: Mapped[str] = mapped_column(Text, default="")
    offset_ms: Mapped[int] = mapped_column(Big, default=0)


class HoldRow(Table):
    """Places kept for one basket at one event; times are house time in milliseconds."""

    __tablename__ = "holds"
    __table_args__ = (
        one_of("state", HoldState),
        Index("ix_holds_event_state", "event_id", "state"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    basket_id: Mapped[str] = mapped_column(Text)
    state: Mapped[HoldState] = mapped_column(Choice(HoldState))
    first_ms: Mapped[int] = mapped_column(Big)
    expires_ms: Mapped[int] = mapped_column(Big)
    rest_ms: Mapped[int] = mapped_column(Big, default=0)  # left when payment froze the hold
    extensions: Mapped[int] = mapped_column(default=0)
    order_id: Mapped[str | None] = mapped_column(Text)
    guarded: Mapped[bool] = mapped_column(Flag, default=False)  # only its gateway's word frees it
    areas: Mapped[list[list[object]]] = mapped_column(Json, default=list)  # [[area, type, count]]


class Allocation(Table):
    """The one row of a seat that is not free: held by a hold, sold by a ticket, or blocked."""

    __tablename__ = "allocations"
    __table_args__ = (
        one_of("state", SeatState),
        CheckConstraint(
            "(state = 'held' AND hold_id IS NOT NULL AND ticket_id IS NULL)"
            " OR (state = 'sold' AND ticket_id IS NOT NULL)"
            " OR (state = 'blocked' AND hold_id IS NULL AND ticket_id IS NULL)",
            name="owner",
        ),
        Index("ix_allocations_hold", "hold_id"),
        STRICT_KEYED,
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    seat_id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[SeatState] = mapped_column(Choice(SeatState))
    hold_id: Mapped[str | None] = mapped_column(Text)
    ticket_id: Mapped[str | None] = mapped_column(Text)
    ticket_type: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class AreaBlock(Table):
    """How many places of an area the organizer has taken off sale, with a reason."""

    __tablename__ = "area_blocks"
    __table_args__ = (CheckConstraint("count > 0", name="count"), STRICT_KEYED)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    area: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column()
