"""Whose places are: what the actors keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED


def make() -> None:
    """Make these tables, each after those it refers to."""
    _make_actors()
    _make_house_time()
    _make_holds()
    _make_allocations()
    _make_area_blocks()


def drop() -> None:
    """Drop them again, with their indexes."""
    op.drop_table("area_blocks")
    op.drop_table("allocations")
    op.drop_table("holds")
    op.drop_table("house_time")
    op.drop_table("actors")


def _make_actors() -> None:
    op.create_table(
        "actors",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_actors")),
        **STRICT_KEYED,
    )


def _make_house_time() -> None:
    op.create_table(
        "house_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("house_ms", BIG, nullable=False),
        sa.Column("drift_ms", BIG, nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("offset_ms", BIG, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_house_time_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_time")),
        **STRICT,
    )


def _make_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_ms", BIG, nullable=False),
        sa.Column("expires_ms", BIG, nullable=False),
        sa.Column("rest_ms", BIG, nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("guarded", sa.Integer(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('live', 'paying', 'expired', 'released', 'sold')",
            name=op.f("ck_holds_state"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_holds_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        **STRICT_KEYED,
    )
    op.create_index("ix_holds_event_state", "holds", ["event_id", "state"])


def _make_allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("ticket_type", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'held' AND hold_id IS NOT NULL AND ticket_id IS NULL)"
            " OR (state = 'sold' AND ticket_id IS NOT NULL)"
            " OR (state = 'blocked' AND hold_id IS NULL AND ticket_id IS NULL)",
            name=op.f("ck_allocations_owner"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'sold', 'blocked')", name=op.f("ck_allocations_state")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_allocations_event_id")),
        sa.PrimaryKeyConstraint("event_id", "seat_id", name=op.f("pk_allocations")),
        **STRICT_KEYED,
    )
    op.create_index("ix_allocations_hold", "allocations", ["hold_id"])


def _make_area_blocks() -> None:
    op.create_table(
        "area_blocks",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_area_blocks_count")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_area_blocks_event_id")),
        sa.PrimaryKeyConstraint("event_id", "area", "reason", name=op.f("pk_area_blocks")),
        **STRICT_KEYED,
    )
