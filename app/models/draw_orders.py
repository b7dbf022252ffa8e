"""Draw tickets that are bought, and the play credits that they may cost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT_KEYED, Instant, Table


class DrawOrder(Table):
    """The draw tickets of an order; its purchase has the same id. Stays when tickets are archived.

    `taken` is how many it got, none until its money is settled. `unit_cents` is what one cost in
    money; with `credits`, what all of them cost in play credits.
    """

    __tablename__ = "draw_orders"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 10000", name="count"),
        CheckConstraint("taken BETWEEN 0 AND count", name="taken"),
        CheckConstraint("unit_cents >= 0", name="unit_cents"),
        CheckConstraint("credits >= 0", name="credits"),
        CheckConstraint("credits = 0 OR unit_cents = 0", name="one_price"),
        Index("ix_draw_orders_lottery", "lottery_id"),
        STRICT_KEYED,
    )

    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    lottery_id: Mapped[int] = mapped_column(ForeignKey("lotteries.id"))
    count: Mapped[int] = mapped_column()
    unit_cents: Mapped[int] = mapped_column()
    credits: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int | None] = mapped_column()


class CreditBalance(Table):
    """How many play credits a buyer has: the sum of their entries, never below nothing."""

    __tablename__ = "credit_balances"
    __table_args__ = (CheckConstraint("credits >= 0", name="credits"), STRICT_KEYED)

    buyer: Mapped[str] = mapped_column(Text, primary_key=True)  # keyed hash of the folded address
    credits: Mapped[int] = mapped_column()


class CreditEntry(Table):
    """Play credits that came or went; `id` says why, so that each happens once."""

    __tablename__ = "credit_entries"
    __table_args__ = (
        CheckConstraint("credits <> 0", name="credits"),
        Index("ix_credit_entries_buyer", "buyer", "at"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # "<order>:spent", "<order>:back", …
    buyer: Mapped[str] = mapped_column(Text)
    credits: Mapped[int] = mapped_column()
    note: Mapped[str] = mapped_column(Text)  # what for, in words
    at: Mapped[datetime] = mapped_column(Instant)


class Voucher(Table):
    """A code for play credits; only its keyed hash is kept, and it counts once."""

    __tablename__ = "vouchers"
    __table_args__ = (CheckConstraint("credits > 0", name="credits"), STRICT_KEYED)

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    credits: Mapped[int] = mapped_column()
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    used_by: Mapped[str | None] = mapped_column(Text)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
