"""Card payments: sessions at a gateway, what it tells of them, and refunds of single tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT_KEYED

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('opening', 'open', 'waiting')")


def upgrade() -> None:
    """Make the tables, and what a refund says of itself."""
    _make_pay_sessions()
    _make_deliveries()
    _make_mass_refunds()
    op.add_column("refunds", sa.Column("ticket_ids", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("paid_out_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop all of it again."""
    op.drop_column("refunds", "paid_out_by")
    op.drop_column("refunds", "ticket_ids")
    op.drop_table("mass_refunds")
    op.drop_table("deliveries")
    op.drop_table("pay_sessions")


def _make_pay_sessions() -> None:
    op.create_table(
        "pay_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("pay_url", sa.Text(), nullable=True),
        sa.Column("is_live", sa.Integer(), nullable=False),
        sa.Column("begun_at", BIG, nullable=False),
        sa.Column("closes_at", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('opening', 'open', 'waiting', 'paid', 'closed', 'unsure')",
            name=op.f("ck_pay_sessions_state"),
        ),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_pay_sessions_attempt")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_pay_sessions_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_sessions")),
        sa.UniqueConstraint("gateway", "reference", name=op.f("uq_pay_sessions_gateway_reference")),
        **STRICT_KEYED,
    )
    op.create_index(
        "uq_pay_sessions_open",
        "pay_sessions",
        ["order_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _make_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'done', 'ignored', 'failed')", name=op.f("ck_deliveries_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        **STRICT_KEYED,
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "received_at"])


def _make_mass_refunds() -> None:
    op.create_table(
        "mass_refunds",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("begun_at", BIG, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_mass_refunds_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_mass_refunds")),
        **STRICT_KEYED,
    )
