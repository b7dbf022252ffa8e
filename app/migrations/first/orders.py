"""What was sold: orders, their money and their tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT_KEYED


def make() -> None:
    """Make these tables, each after those it refers to."""
    _make_orders()
    _make_order_lines()
    _make_payments()
    _make_refunds()
    _make_tickets()


def drop() -> None:
    """Drop them again, with their indexes."""
    op.drop_table("tickets")
    op.drop_table("refunds")
    op.drop_table("payments")
    op.drop_table("order_lines")
    op.drop_table("orders")


def _make_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("open_events", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", BIG, nullable=True),
        sa.Column("deadline_ms", BIG, nullable=True),
        sa.Column("offer_basket_id", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Integer(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("paid_at", BIG, nullable=True),
        sa.Column("ended_at", BIG, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'paying', 'paid', 'cancelled', 'expired', 'refunded')",
            name=op.f("ck_orders_status"),
        ),
        sa.CheckConstraint("open_events >= 0", name=op.f("ck_orders_open_events")),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_orders_total_cents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_orders_idempotency_key")),
        **STRICT_KEYED,
    )
    op.create_index(op.f("ix_orders_basket_id"), "orders", ["basket_id"])
    op.create_index("ix_orders_email", "orders", ["email_key"])
    op.create_index("ix_orders_status", "orders", ["status"])


def _make_order_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("ticket_type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(seat_id IS NULL) <> (area IS NULL)", name=op.f("ck_order_lines_place")
        ),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_order_lines_price_cents")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_order_lines_event_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        **STRICT_KEYED,
    )
    op.create_index("ix_order_lines_order", "order_lines", ["order_id"])


def _make_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("captured_at", BIG, nullable=False),
        sa.CheckConstraint("state IN ('captured', 'returned')", name=op.f("ck_payments_state")),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_payments_amount_cents")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("gateway", "reference", name=op.f("uq_payments_gateway_reference")),
        **STRICT_KEYED,
    )
    op.create_index("ix_payments_order", "payments", ["order_id"])
    op.create_index(
        "uq_payments_captured",
        "payments",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'captured'"),
        postgresql_where=sa.text("state = 'captured'"),
    )


def _make_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("requested_at", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'submitted', 'succeeded', 'failed')",
            name=op.f("ck_refunds_state"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_refunds_amount_cents")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        **STRICT_KEYED,
    )
    op.create_index("ix_refunds_payment", "refunds", ["payment_id"])


def _make_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("ticket_type", sa.Text(), nullable=False),
        sa.Column("serial", BIG, nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_at", BIG, nullable=False),
        sa.Column("voided_at", BIG, nullable=True),
        sa.CheckConstraint("state IN ('issued', 'void')", name=op.f("ck_tickets_state")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_tickets_event_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f("fk_tickets_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_tickets_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("line_id", name=op.f("uq_tickets_line_id")),
        sa.UniqueConstraint("serial", name=op.f("uq_tickets_serial")),
        sa.UniqueConstraint("staff_code", name=op.f("uq_tickets_staff_code")),
        **STRICT_KEYED,
    )
    op.create_index("ix_tickets_event", "tickets", ["event_id"])
    op.create_index("ix_tickets_order", "tickets", ["order_id"])
    op.create_index(
        "uq_tickets_live_seat",
        "tickets",
        ["event_id", "seat_id"],
        unique=True,
        sqlite_where=sa.text("state = 'issued'"),
        postgresql_where=sa.text("state = 'issued'"),
    )
