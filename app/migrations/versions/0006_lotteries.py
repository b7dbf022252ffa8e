"""Prize draws: their batches, purchases, tickets and prizes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "lotteries",
    "lottery_bases",
    "lottery_secrets",
    "lottery_batches",
    "lottery_places",
    "lottery_purchases",
    "lottery_parts",
    "lottery_wins",
    "lottery_limits",
)


def upgrade() -> None:
    """Make the tables."""
    _make_lotteries()
    _make_bases()
    _make_secrets()
    _make_batches()
    _make_places()
    _make_purchases()
    _make_parts()
    _make_wins()
    _make_limits()


def downgrade() -> None:
    """Drop them again."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _make_lotteries() -> None:
    op.create_table(
        "lotteries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'ended')", name=op.f("ck_lotteries_status")
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_lotteries_organizer_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_lotteries_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lotteries")),
        sa.UniqueConstraint("slug", name=op.f("uq_lotteries_slug")),
        **STRICT,
    )


def _make_bases() -> None:
    op.create_table(
        "lottery_bases",
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("promoter", sa.Text(), nullable=False),
        sa.Column("free_entry", sa.Text(), nullable=False),
        sa.Column("until_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_lottery_bases_lottery_id")
        ),
        sa.PrimaryKeyConstraint("lottery_id", name=op.f("pk_lottery_bases")),
        **STRICT_KEYED,
    )


def _make_secrets() -> None:
    op.create_table(
        "lottery_secrets",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("merkle_root", sa.Text(), nullable=False),
        sa.Column("chunks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_lottery_secrets")),
        **STRICT,
    )


def _make_batches() -> None:
    op.create_table(
        "lottery_batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("typed_value", sa.Text(), nullable=False),
        sa.Column("typed_by", sa.Text(), nullable=False),
        sa.Column("public_value", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("won", sa.Text(), nullable=False),
        sa.Column("unclaimed", sa.Text(), nullable=False),
        sa.Column("opened_ms", BIG, nullable=False),
        sa.Column("closed_ms", BIG, nullable=True),
        sa.Column("drawn_ms", BIG, nullable=True),
        sa.Column("settled_ms", BIG, nullable=True),
        sa.CheckConstraint("cursor BETWEEN 0 AND size", name=op.f("ck_lottery_batches_cursor")),
        sa.CheckConstraint("issued BETWEEN 0 AND cursor", name=op.f("ck_lottery_batches_issued")),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'drawn', 'settled', 'archived')",
            name=op.f("ck_lottery_batches_status"),
        ),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_lottery_batches_lottery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_batches")),
        sa.UniqueConstraint(
            "lottery_id", "number", name=op.f("uq_lottery_batches_lottery_id_number")
        ),
        sa.UniqueConstraint("successor", name=op.f("uq_lottery_batches_successor")),
        **STRICT_KEYED,
    )


def _make_places() -> None:
    op.create_table(
        "lottery_places",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["lottery_batches.id"], name=op.f("fk_lottery_places_batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_lottery_places")),
        **STRICT,
    )


def _make_purchases() -> None:
    op.create_table(
        "lottery_purchases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.Column("wants_fewer", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("is_play", sa.Integer(), nullable=False),
        sa.Column("public_name", sa.Text(), nullable=False),
        sa.Column("contribution", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deadline_ms", BIG, nullable=False),
        sa.Column("rest_ms", BIG, nullable=False),
        sa.Column("guarded", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("paid_ms", BIG, nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("back_cents", sa.Integer(), nullable=False),
        sa.Column("doubled", sa.Text(), nullable=False),
        sa.Column("placed_at", BIG, nullable=False),
        sa.CheckConstraint("count BETWEEN 1 AND 10000", name=op.f("ck_lottery_purchases_count")),
        sa.CheckConstraint("drawn BETWEEN 0 AND count", name=op.f("ck_lottery_purchases_drawn")),
        sa.CheckConstraint(
            "status IN ('placed', 'paying', 'paid', 'filled', 'lapsed', 'returned')",
            name=op.f("ck_lottery_purchases_status"),
        ),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_lottery_purchases_lottery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_purchases")),
        **STRICT_KEYED,
    )
    op.create_index("ix_lottery_purchases_buyer", "lottery_purchases", ["buyer"])
    op.create_index("ix_lottery_purchases_lottery", "lottery_purchases", ["lottery_id", "status"])


def _make_parts() -> None:
    op.create_table(
        "lottery_parts",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.CheckConstraint("first > 0 AND count > 0", name=op.f("ck_lottery_parts_range")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["lottery_batches.id"], name=op.f("fk_lottery_parts_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["lottery_purchases.id"], name=op.f("fk_lottery_parts_purchase_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "first", name=op.f("pk_lottery_parts")),
        **STRICT_KEYED,
    )
    op.create_index("ix_lottery_parts_purchase", "lottery_parts", ["purchase_id"])


def _make_wins() -> None:
    op.create_table(
        "lottery_wins",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=False),
        sa.Column("claimed_ms", BIG, nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["lottery_batches.id"], name=op.f("fk_lottery_wins_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["lottery_purchases.id"], name=op.f("fk_lottery_wins_purchase_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_lottery_wins")),
        **STRICT_KEYED,
    )
    op.create_index("ix_lottery_wins_purchase", "lottery_wins", ["purchase_id"])


def _make_limits() -> None:
    op.create_table(
        "lottery_limits",
        sa.Column("lottery_id", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("has_budget", sa.Integer(), nullable=False),
        sa.Column("cents", BIG, nullable=True),
        sa.Column("later_cents", BIG, nullable=True),
        sa.Column("later_from", sa.Text(), nullable=True),
        sa.Column("break_until", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lottery_id"], ["lotteries.id"], name=op.f("fk_lottery_limits_lottery_id")
        ),
        sa.PrimaryKeyConstraint("lottery_id", "buyer", name=op.f("pk_lottery_limits")),
        **STRICT_KEYED,
    )
