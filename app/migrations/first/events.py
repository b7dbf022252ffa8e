"""What is sold: houses, plans, events and their prices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED


def make() -> None:
    """Make these tables, each after those it refers to."""
    _make_venues()
    _make_seating_plans()
    _make_series()
    _make_events()
    _make_price_categories()
    _make_ticket_types()
    _make_prices()
    _make_areas()
    _make_event_keys()


def drop() -> None:
    """Drop them again, with their indexes."""
    op.drop_table("event_keys")
    op.drop_table("areas")
    op.drop_table("prices")
    op.drop_table("ticket_types")
    op.drop_table("price_categories")
    op.drop_table("events")
    op.drop_table("series")
    op.drop_table("seating_plans")
    op.drop_table("venues")


def _make_venues() -> None:
    op.create_table(
        "venues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_venues_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
        sa.UniqueConstraint("slug", name=op.f("uq_venues_slug")),
        **STRICT,
    )


def _make_seating_plans() -> None:
    op.create_table(
        "seating_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("seat_count", sa.Integer(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint("seat_count >= 0", name=op.f("ck_seating_plans_seat_count")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_seating_plans_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating_plans")),
        **STRICT,
    )


def _make_series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_series_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
        **STRICT,
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("art", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("starts_at", BIG, nullable=False),
        sa.Column("ends_at", BIG, nullable=True),
        sa.Column("doors_at", BIG, nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_words", sa.Text(), nullable=False),
        sa.Column("moved_to_id", sa.Integer(), nullable=True),
        sa.Column("sales_open_at", BIG, nullable=True),
        sa.Column("sales_close_at", BIG, nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("order_limit", sa.Integer(), nullable=False),
        sa.Column("buyer_limit", sa.Integer(), nullable=False),
        sa.Column("forbid_lone_seats", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("published_at", BIG, nullable=True),
        sa.Column("cancelled_at", BIG, nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'paused', 'cancelled')", name=op.f("ck_events_status")
        ),
        sa.CheckConstraint(
            "stock IN ('straw', 'rose', 'sage', 'sky', 'lilac', 'buff')",
            name=op.f("ck_events_stock"),
        ),
        sa.CheckConstraint("buyer_limit BETWEEN 1 AND 1000000", name=op.f("ck_events_buyer_limit")),
        sa.CheckConstraint("order_limit BETWEEN 1 AND 100", name=op.f("ck_events_order_limit")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["events.id"], name=op.f("fk_events_moved_to_id")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_events_organizer_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["seating_plans.id"], name=op.f("fk_events_plan_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_events_series_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_events_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("slug", name=op.f("uq_events_slug")),
        **STRICT,
    )
    op.create_index(op.f("ix_events_starts_at"), "events", ["starts_at"])


def _make_price_categories() -> None:
    op.create_table(
        "price_categories",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan_names", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_price_categories_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "key", name=op.f("pk_price_categories")),
        **STRICT_KEYED,
    )


def _make_ticket_types() -> None:
    op.create_table(
        "ticket_types",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_ticket_types_event_id")),
        sa.PrimaryKeyConstraint("event_id", "key", name=op.f("pk_ticket_types")),
        **STRICT_KEYED,
    )


def _make_prices() -> None:
    op.create_table(
        "prices",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("ticket_type", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_prices_cents")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_prices_event_id")),
        sa.PrimaryKeyConstraint("event_id", "category", "ticket_type", name=op.f("pk_prices")),
        **STRICT_KEYED,
    )


def _make_areas() -> None:
    op.create_table(
        "areas",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_areas_taken")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_areas_event_id")),
        sa.PrimaryKeyConstraint("event_id", "key", name=op.f("pk_areas")),
        **STRICT_KEYED,
    )


def _make_event_keys() -> None:
    op.create_table(
        "event_keys",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint("key_id BETWEEN 0 AND 15", name=op.f("ck_event_keys_key_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_keys_event_id")),
        sa.PrimaryKeyConstraint("event_id", "key_id", name=op.f("pk_event_keys")),
        **STRICT_KEYED,
    )
