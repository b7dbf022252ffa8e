"""Payments at other people's machines: the sessions opened there, and what they call to tell."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT_KEYED, Choice, Flag, Instant, Json, Table, one_of


class SessionState(enum.StrEnum):
    """opening: asked for, and perhaps there; waiting: the buyer has done all, the bank has not;
    unsure: counts as closed, but nobody has confirmed it: it is asked about until somebody has.
    """

    OPENING = "opening"
    OPEN = "open"
    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"
    UNSURE = "unsure"


class DeliveryState(enum.StrEnum):
    """A failed one waits for a person; ignored ones are of a kind that we do not act on."""

    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


class DisputeState(enum.StrEnum):
    """won: the money is ours again, or nothing was ever taken; lost: it is gone for good."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class PaySession(Table):
    """One attempt to pay an order at a gateway; `id` is also the idempotency key there."""

    __tablename__ = "pay_sessions"
    __table_args__ = (
        one_of("state", SessionState),
        UniqueConstraint("gateway", "reference"),
        CheckConstraint("attempt > 0", name="attempt"),
        # an order has one session that money can come from
        Index(
            "uq_pay_sessions_open",
            "order_id",
            unique=True,
            sqlite_where=text("state IN ('opening', 'open', 'waiting')"),
            postgresql_where=text("state IN ('opening', 'open', 'waiting')"),
        ),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # "<order>:<attempt>"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    attempt: Mapped[int] = mapped_column()
    gateway: Mapped[str] = mapped_column(Text)
    state: Mapped[SessionState] = mapped_column(Choice(SessionState))
    reference: Mapped[str | None] = mapped_column(Text)
    pay_url: Mapped[str | None] = mapped_column(Text)
    is_live: Mapped[bool] = mapped_column(Flag, default=False)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)


class DeliveryRow(Table):
    """A delivery as it was proved and read: its facts, never the whole body."""

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        Index("ix_deliveries_state", "state", "received_at"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # the gateway's own
    gateway: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[DeliveryState] = mapped_column(Choice(DeliveryState))
    tries: Mapped[int] = mapped_column(default=0)
    words: Mapped[str | None] = mapped_column(Text)  # why it failed
    at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class MassRefund(Table):
    """An event whose tickets are all being given back; carried on until none is left."""

    __tablename__ = "mass_refunds"
    __table_args__ = (STRICT_KEYED,)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Dispute(Table):
    """A buyer's bank asks for the money back; while it is open or lost its tickets admit nobody.

    `cents` is what the bank has taken: nothing while it only asks. `lifted_by` let the tickets in
    all the same.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        one_of("state", DisputeState),
        CheckConstraint("cents >= 0", name="cents"),
        Index("ix_disputes_order", "order_id"),
        Index("ix_disputes_payment", "payment_id"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # the gateway's own
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[DisputeState] = mapped_column(Choice(DisputeState))
    cents: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)  # the gateway's word
    lifted_by: Mapped[str | None] = mapped_column(Text)
    respond_by: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
