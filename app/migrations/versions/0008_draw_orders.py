"""Draw tickets that are bought, and play credits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT_KEYED

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; draws that were there before take no credits."""
    op.execute(
        "ALTER TABLE lotteries ADD COLUMN credits INTEGER"
        " CONSTRAINT ck_lotteries_credits CHECK (credits > 0)"
    )
    _make_orders()
    _make_credits()
    _make_vouchers()


def downgrade() -> None:
    """Drop them again."""
    for name in ("vouchers", "credit_entries", "credit_balances", "draw_orders"):
        op.drop_table(name)
    op.drop_column("lotteries", "credits")


def _make_orders() -> None:
    op.create_table(
        "draw_orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=True),
        sa.CheckConstraint("count BETWEEN 1 AND 10000", name=op.f("ck_draw_orders_count")),
        sa.CheckConstraint("taken BETWEEN 0 AND count", name=op.f("ck_draw_orders_taken")),
        sa.CheckConstraint("unit_cents >= 0", name=op.f("ck_draw_orders_unit_cents")),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_draw_orders_credits")),
        sa.CheckConstraint("credits = 0 OR unit_cents = 0", name=op.f("ck_draw_orders_one_price")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_draw_orders_order_id")),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_draw_orders_lottery_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_draw_orders")),
        **STRICT_KEYED,
    )
    op.create_index("ix_draw_orders_lottery", "draw_orders", ["lottery_id"])


def _make_credits() -> None:
    op.create_table(
        "credit_balances",
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_credit_balances_credits")),
        sa.PrimaryKeyConstraint("buyer", name=op.f("pk_credit_balances")),
        **STRICT_KEYED,
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.CheckConstraint("credits <> 0", name=op.f("ck_credit_entries_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
        **STRICT_KEYED,
    )
    op.create_index("ix_credit_entries_buyer", "credit_entries", ["buyer", "at"])


def _make_vouchers() -> None:
    op.create_table(
        "vouchers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("until_at", BIG, nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.Column("used_at", BIG, nullable=True),
        sa.CheckConstraint("credits > 0", name=op.f("ck_vouchers_credits")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_vouchers")),
        **STRICT_KEYED,
    )
