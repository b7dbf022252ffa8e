"""What claimed prizes bring: free seats, keys to something on the site, what winners told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT_KEYED

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_gifts()
    _make_entitlements()
    op.create_table(
        "claim_details",
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_claim_details")),
        **STRICT_KEYED,
    )
    op.create_index("ix_claim_details_buyer", "claim_details", ["buyer"])


def downgrade() -> None:
    """Drop them again."""
    for name in ("claim_details", "entitlements", "seat_gifts"):
        op.drop_table(name)


def _make_gifts() -> None:
    op.create_table(
        "seat_gifts",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tried_at", BIG, nullable=False),
        sa.CheckConstraint("state IN ('open', 'given')", name=op.f("ck_seat_gifts_state")),
        sa.CheckConstraint("position > 0", name=op.f("ck_seat_gifts_position")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["lottery_batches.id"], name=op.f("fk_seat_gifts_batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_seat_gifts")),
        sa.UniqueConstraint("order_id", name=op.f("uq_seat_gifts_order_id")),
        **STRICT_KEYED,
    )
    op.create_index("ix_seat_gifts_purchase_id", "seat_gifts", ["purchase_id"])
    op.create_index("ix_seat_gifts_open", "seat_gifts", ["state", "tried_at"])


def _make_entitlements() -> None:
    op.create_table(
        "entitlements",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("opens", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("from_at", BIG, nullable=False),
        sa.Column("until_at", BIG, nullable=True),
        sa.CheckConstraint(
            "opens IN ('early-access', 'members-page')", name=op.f("ck_entitlements_opens")
        ),
        sa.CheckConstraint("position > 0", name=op.f("ck_entitlements_position")),
        sa.CheckConstraint(
            "(opens = 'early-access') = (event_id IS NOT NULL)", name=op.f("ck_entitlements_event")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["lottery_batches.id"], name=op.f("fk_entitlements_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_entitlements_lottery_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_entitlements_event_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_entitlements")),
        **STRICT_KEYED,
    )
    op.create_index("ix_entitlements_buyer", "entitlements", ["buyer", "opens"])
