"""Prize draws: what is promised, what was sold, and what became of it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, STRICT_KEYED, Big, Choice, Flag, Instant, Json, Table, one_of


class LotteryStatus(enum.StrEnum):
    """A draft is seen by nobody; one that has ended keeps its page and its proof."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"


class Lottery(Table):
    """A prize draw with its page; its batches, purchases and prizes are its actor's."""

    __tablename__ = "lotteries"
    __table_args__ = (
        one_of("status", LotteryStatus),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    stock: Mapped[str] = mapped_column(Text, default="straw")
    currency: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    status: Mapped[LotteryStatus] = mapped_column(Choice(LotteryStatus))
    credits: Mapped[int | None] = mapped_column(  # what a ticket costs in them; none: not taken
        CheckConstraint("credits > 0", name="credits")
    )
    rules: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # limits, as `PoolRules`
    public: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # how its value is fixed
    notes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # as `DrawWords`
    created_at: Mapped[datetime] = mapped_column(Instant)


class LotteryBasis(Table):
    """Why paid tickets of a draw may be sold; without one they are not."""

    __tablename__ = "lottery_bases"
    __table_args__ = (STRICT_KEYED,)

    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    promoter: Mapped[str] = mapped_column(Text)
    free_entry: Mapped[str] = mapped_column(Text)
    until_ms: Mapped[int | None] = mapped_column(Big)


class LotterySecret(Table):
    """The secret of a batch, sealed with the installation's; written before it is committed to."""

    __tablename__ = "lottery_secrets"
    __table_args__ = (STRICT,)

    batch_id: Mapped[str] = mapped_column(Text, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    params: Mapped[str] = mapped_column(Text)  # canonical, as the commitment covers them
    merkle_root: Mapped[str] = mapped_column(Text, default="")  # of instant batches
    chunks: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # of its tree, for one path


class LotteryBundle(Table):
    """A part of the file that proves a batch's draw, packed; all `parts` of it stay for ever."""

    __tablename__ = "lottery_bundles"
    __table_args__ = (CheckConstraint("part BETWEEN 1 AND parts", name="part"), STRICT)

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    parts: Mapped[int] = mapped_column()
    content: Mapped[bytes] = mapped_column(LargeBinary)


class LotteryBatch(Table):
    """A finite batch; `cursor` tickets are sold, in order of payment."""

    __tablename__ = "lottery_batches"
    __table_args__ = (
        UniqueConstraint("lottery_id", "number"),
        CheckConstraint("cursor BETWEEN 0 AND size", name="cursor"),
        CheckConstraint("issued BETWEEN 0 AND cursor", name="issued"),
        CheckConstraint("status IN ('open', 'closed', 'drawn', 'settled', 'archived')",
                        name="status"),
        STRICT_KEYED,
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"))
    number: Mapped[int] = mapped_column()
    line: Mapped[str] = mapped_column(Text)  # the first of those with the same odds
    successor: Mapped[str | None] = mapped_column(Text, unique=True)
    size: Mapped[int] = mapped_column()
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    commitment: Mapped[str] = mapped_column(Text)
    typed_value: Mapped[str] = mapped_column(Text, default="")
    typed_by: Mapped[str] = mapped_column(Text, default="")
    public_value: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")  # once it is public
    status: Mapped[str] = mapped_column(Text)
    cursor: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    announced: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    won: Mapped[list[int]] = mapped_column(Json, default=list)
    unclaimed: Mapped[list[int]] = mapped_column(Json, default=list)
    opened_ms: Mapped[int] = mapped_column(Big)
    closed_ms: Mapped[int | None] = mapped_column(Big)
    drawn_ms: Mapped[int | None] = mapped_column(Big)
    settled_ms: Mapped[int | None] = mapped_column(Big)


class LotteryPlaces(Table):
    """Where the prizes of a batch lie: packed, sealed, and apart from what changes with a sale."""

    __tablename__ = "lottery_places"
    __table_args__ = (STRICT,)

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class LotteryPurchase(Table):
    """So many tickets that one buyer wants, and how far they are."""

    __tablename__ = "lottery_purchases"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 10000", name="count"),
        CheckConstraint("drawn BETWEEN 0 AND count", name="drawn"),
        CheckConstraint(
            "status IN ('placed', 'paying', 'paid', 'filled', 'lapsed', 'returned')", name="status"
        ),
        Index("ix_lottery_purchases_lottery", "lottery_id", "status"),
        Index("ix_lottery_purchases_buyer", "buyer"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"))
    buyer: Mapped[str] = mapped_column(Text)  # keyed hash of the folded address
    count: Mapped[int] = mapped_column()
    line: Mapped[str] = mapped_column(Text)
    unit_cents: Mapped[int] = mapped_column()
    wants_fewer: Mapped[bool] = mapped_column(Flag)
    day: Mapped[str] = mapped_column(Text)
    is_play: Mapped[bool] = mapped_column(Flag)
    public_name: Mapped[str] = mapped_column(Text)
    contribution: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    deadline_ms: Mapped[int] = mapped_column(Big)
    rest_ms: Mapped[int] = mapped_column(Big, default=0)
    guarded: Mapped[bool] = mapped_column(Flag, default=False)
    reference: Mapped[str | None] = mapped_column(Text)
    paid_ms: Mapped[int] = mapped_column(Big, default=0)
    drawn: Mapped[int] = mapped_column(default=0)
    back_cents: Mapped[int] = mapped_column(default=0)
    doubled: Mapped[list[str]] = mapped_column(Json, default=list)
    placed_at: Mapped[datetime] = mapped_column(Instant)


class LotteryPart(Table):
    """Tickets in a row that belong to a purchase: a position is the start of one part at most."""

    __tablename__ = "lottery_parts"
    __table_args__ = (
        CheckConstraint("first > 0 AND count > 0", name="range"),
        Index("ix_lottery_parts_purchase", "purchase_id"),
        STRICT_KEYED,
    )

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column()
    purchase_id: Mapped[str] = mapped_column(ForeignKey("lottery_purchases.id"))


class LotteryWin(Table):
    """A prize that somebody has won and may know of; `confirmed_by` gave it out."""

    __tablename__ = "lottery_wins"
    __table_args__ = (Index("ix_lottery_wins_purchase", "purchase_id"), STRICT_KEYED)

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[int] = mapped_column()
    purchase_id: Mapped[str] = mapped_column(ForeignKey("lottery_purchases.id"))
    claimed_ms: Mapped[int | None] = mapped_column(Big)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_ms: Mapped[int | None] = mapped_column(Big)


class LotteryLimit(Table):
    """What a buyer has asked to be kept from: a budget for a month, and a break."""

    __tablename__ = "lottery_limits"
    __table_args__ = (STRICT_KEYED,)

    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"), primary_key=True)
    buyer: Mapped[str] = mapped_column(Text, primary_key=True)
    has_budget: Mapped[bool] = mapped_column(Flag, default=False)
    cents: Mapped[int | None] = mapped_column(Big)
    later_cents: Mapped[int | None] = mapped_column(Big)
    later_from: Mapped[str | None] = mapped_column(Text)
    break_until: Mapped[str | None] = mapped_column(Text)
