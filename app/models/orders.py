"""What was sold: orders, their lines, payments, refunds and tickets."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT_KEYED, Big, Choice, Flag, Instant, Json, Table, one_of

BY_HAND: Final = ("manual", "transfer")  # gateways whose money a person takes and pays back


class OrderStatus(enum.StrEnum):
    """Where an order is; only `paid` has tickets."""

    PENDING = "pending"
    PAYING = "paying"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class PaymentState(enum.StrEnum):
    """captured counts for its order; returned goes back whole."""

    CAPTURED = "captured"
    RETURNED = "returned"


class RefundState(enum.StrEnum):
    """How far money is on its way back."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class TicketState(enum.StrEnum):
    """A void ticket opens nothing."""

    ISSUED = "issued"
    VOID = "void"


class Order(Table):
    """The promise to sell; `id` is the code people read out. `open_events` counts unsold events."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", OrderStatus),
        CheckConstraint("total_cents >= 0", name="total_cents"),
        CheckConstraint("open_events >= 0", name="open_events"),
        Index("ix_orders_email", "email_key"),
        Index("ix_orders_status", "status"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    basket_id: Mapped[str] = mapped_column(Text, index=True)
    status: Mapped[OrderStatus] = mapped_column(Choice(OrderStatus))
    gateway: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)  # the gateway's open session
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)  # keyed hash of the folded address
    locale: Mapped[str] = mapped_column(Text, default="en")
    currency: Mapped[str] = mapped_column(Text)
    total_cents: Mapped[int] = mapped_column()
    open_events: Mapped[int] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)  # manual: e-mailed link pressed
    deadline_ms: Mapped[int | None] = mapped_column(Big)  # house time
    offer_basket_id: Mapped[str | None] = mapped_column(Text)  # late money: places kept instead
    idempotency_key: Mapped[str | None] = mapped_column(Text, unique=True)
    fingerprint: Mapped[str | None] = mapped_column(Text)
    is_demo: Mapped[bool] = mapped_column(Flag, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OrderLine(Table):
    """One ticket type and place of an order, at its price."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_cents"),
        CheckConstraint("(seat_id IS NULL) <> (area IS NULL)", name="place"),
        Index("ix_order_lines_order", "order_id"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # "<order>-<event>-<n>"
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    seat_id: Mapped[str | None] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    ticket_type: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    price_cents: Mapped[int] = mapped_column()


class Payment(Table):
    """One movement of money towards us, unique by gateway and reference."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("gateway", "reference"),
        one_of("state", PaymentState),
        CheckConstraint("amount_cents >= 0", name="amount_cents"),
        Index("ix_payments_order", "order_id"),
        # the first payment counts: at most one captured payment per order
        Index(
            "uq_payments_captured",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'captured'"),
            postgresql_where=text("state = 'captured'"),
        ),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    gateway: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    state: Mapped[PaymentState] = mapped_column(Choice(PaymentState))
    amount_cents: Mapped[int] = mapped_column()
    currency: Mapped[str] = mapped_column(Text)
    settled: Mapped[bool] = mapped_column(Flag, default=False)  # sold, or its refund requested
    return_reason: Mapped[str | None] = mapped_column(Text)  # decided, before anything is undone
    captured_at: Mapped[datetime] = mapped_column(Instant)


class Refund(Table):
    """Money on its way back; `id` is also the idempotency key towards the gateway."""

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("state", RefundState),
        CheckConstraint("amount_cents > 0", name="amount_cents"),
        Index("ix_refunds_payment", "payment_id"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    amount_cents: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RefundState] = mapped_column(Choice(RefundState))
    reference: Mapped[str | None] = mapped_column(Text)
    # what became void for it; none at all for a part of the money that leaves tickets as they are
    ticket_ids: Mapped[list[str] | None] = mapped_column(Json)
    paid_out_by: Mapped[str | None] = mapped_column(Text)  # where a person did it by hand
    requested_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Ticket(Table):
    """The right of one person to enter; the code in the QR is signed when read, never kept."""

    __tablename__ = "tickets"
    __table_args__ = (
        one_of("state", TicketState),
        Index("ix_tickets_order", "order_id"),
        Index("ix_tickets_event", "event_id"),
        Index(
            "uq_tickets_live_seat",
            "event_id",
            "seat_id",
            unique=True,
            sqlite_where=text("state = 'issued'"),
            postgresql_where=text("state = 'issued'"),
        ),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    line_id: Mapped[str] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    seat_id: Mapped[str | None] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    ticket_type: Mapped[str] = mapped_column(Text)
    serial: Mapped[int] = mapped_column(Big, unique=True)
    key_id: Mapped[int] = mapped_column()
    generation: Mapped[int] = mapped_column(default=0)
    staff_code: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[TicketState] = mapped_column(Choice(TicketState))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
