"""What claimed prizes bring: free seats, keys to something on the site, and what winners told."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT_KEYED, Choice, Instant, Table, one_of


class GiftState(enum.StrEnum):
    """An open one has given nothing so far; a given one has its order."""

    OPEN = "open"
    GIVEN = "given"


class SeatGift(Table):
    """Free seats that a draw ticket won; `order_id` is chosen first, so that they come once.

    `reason` is why an open one brought nothing at the last try.
    """

    __tablename__ = "seat_gifts"
    __table_args__ = (
        one_of("state", GiftState),
        CheckConstraint("position > 0", name="position"),
        Index("ix_seat_gifts_open", "state", "tried_at"),
        STRICT_KEYED,
    )

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purchase_id: Mapped[str] = mapped_column(Text, index=True)
    order_id: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[GiftState] = mapped_column(Choice(GiftState), default=GiftState.OPEN)
    reason: Mapped[str] = mapped_column(Text, default="")
    tried_at: Mapped[datetime] = mapped_column(Instant)


class Opens(enum.StrEnum):
    """The sale of an event before its time, or the members' page of a house."""

    EARLY_ACCESS = "early-access"
    MEMBERS_PAGE = "members-page"


class Entitlement(Table):
    """Something on the site that is open to one buyer, because of one prize."""

    __tablename__ = "entitlements"
    __table_args__ = (
        one_of("opens", Opens),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("(opens = 'early-access') = (event_id IS NOT NULL)", name="event"),
        Index("ix_entitlements_buyer", "buyer", "opens"),
        STRICT_KEYED,
    )

    batch_id: Mapped[str] = mapped_column(ForeignKey("lottery_batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    buyer: Mapped[str] = mapped_column(Text)  # keyed hash of the folded address
    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"))
    tier: Mapped[str] = mapped_column(Text)  # its key
    opens: Mapped[Opens] = mapped_column(Choice(Opens))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)


class ClaimDetails(Table):
    """Where the prizes of a purchase go, as its winner told: sealed, and kept for a while only."""

    __tablename__ = "claim_details"
    __table_args__ = (STRICT_KEYED,)

    purchase_id: Mapped[str] = mapped_column(Text, primary_key=True)
    buyer: Mapped[str] = mapped_column(Text, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Instant)
