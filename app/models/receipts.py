"""Receipts and credit notes as they were issued: numbered without gaps, never written again."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, Choice, Flag, Instant, Json, Table, one_of

_RECEIPTS: Final = text("kind = 'receipt'")
_CREDIT_NOTES: Final = text("refund_id IS NOT NULL")


class ReceiptKind(enum.StrEnum):
    """A receipt for what was paid; a credit note for what of it goes back."""

    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"


class Receipt(Table):
    """One paper; its number is of its venue and year, with a sequence of its own for demos.

    `seller`, `lines` and `taxes` are what it said when it was issued. Sums of credit notes are
    negative.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        one_of("kind", ReceiptKind),
        CheckConstraint("serial > 0", name="serial"),
        CheckConstraint("(kind = 'receipt') = (refund_id IS NULL)", name="refund_id"),
        UniqueConstraint("venue_id", "is_demo", "year", "serial"),
        Index("ix_receipts_order", "order_id"),
        Index("uq_receipts_order", "order_id", unique=True,
              sqlite_where=_RECEIPTS, postgresql_where=_RECEIPTS),
        Index("uq_receipts_refund", "refund_id", unique=True,
              sqlite_where=_CREDIT_NOTES, postgresql_where=_CREDIT_NOTES),
        STRICT,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReceiptKind] = mapped_column(Choice(ReceiptKind))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    payment_id: Mapped[str] = mapped_column(Text)
    refund_id: Mapped[str | None] = mapped_column(Text)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    is_demo: Mapped[bool] = mapped_column(Flag)
    year: Mapped[int] = mapped_column()
    serial: Mapped[int] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column(Instant)
    currency: Mapped[str] = mapped_column(Text)
    total_cents: Mapped[int] = mapped_column()
    seller: Mapped[dict[str, str]] = mapped_column(Json)  # name, venue, address, tax
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    taxes: Mapped[list[dict[str, int]]] = mapped_column(Json)  # rate, cents, tax_cents
