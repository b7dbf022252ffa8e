"""What is to be done and what was done: outbox, schedule, postbox, kept answers, journal, mail."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, STRICT_KEYED, Choice, Instant, Json, Table, one_of


class EffectState(enum.StrEnum):
    """due may be claimed; claimed has a lease; dead waits for a person."""

    DUE = "due"
    CLAIMED = "claimed"
    DONE = "done"
    DEAD = "dead"


class Lane(enum.StrEnum):
    """A mail server that hangs must not hold up the rest, so letters queue for themselves."""

    WORK = "work"
    MAIL = "mail"


def lane_of(kind: str) -> Lane:
    """The lane of an effect of this kind."""
    return Lane.MAIL if kind.startswith("mail.") else Lane.WORK


def _lane(context: Any) -> Lane:
    return lane_of(context.get_current_parameters()["kind"])


class OutboxRow(Table):
    """An effect to carry out, written in the same transaction as what it follows from."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", EffectState),
        one_of("lane", Lane),
        Index("ix_outbox_state_lane_due", "state", "lane", "due_at"),
        Index("ix_outbox_done", "done_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[Lane] = mapped_column(Choice(Lane), default=_lane)
    kind: Mapped[str] = mapped_column(Text)  # "mail.order_paid", "refund.submit" ...
    dedupe_key: Mapped[str] = mapped_column(Text, unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[EffectState] = mapped_column(Choice(EffectState), default=EffectState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    claims: Mapped[int] = mapped_column(default=0)  # only ever grows: proves whose claim it is
    due_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class KeptMail(Table):
    """A letter that could not be sent because no mail server is set; shown to admins only."""

    __tablename__ = "kept_mails"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), unique=True)
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)  # the whole letter as it would be sent
    kept_at: Mapped[datetime] = mapped_column(Instant)


class ScheduleRow(Table):
    """Periodic work, claimed like an effect."""

    __tablename__ = "schedule"
    __table_args__ = (STRICT_KEYED,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    last_at: Mapped[datetime | None] = mapped_column(Instant)


class PostboxLetter(Table):
    """A letter to an actor from another process (PostgreSQL only)."""

    __tablename__ = "postbox"
    __table_args__ = (UniqueConstraint("letter_key"), Index("ix_postbox_open", "done_at"), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)  # which control request
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(Json)
    posted_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class KeptAnswer(Table):
    """The first answer to an idempotency key: ids and numbers only, never a token or code."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index("ix_kept_answers_at", "kept_at"), STRICT_KEYED)

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    kept_at: Mapped[datetime] = mapped_column(Instant)


class JournalEntry(Table):
    """Who did what, append-only."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_event", "event_id"),
        Index("ix_journal_order", "order_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column()
    order_id: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text, default="")  # account, "buyer", "settler" ...
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
