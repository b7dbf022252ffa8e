"""Ballots: their seats, entries, rights to buy and secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "ballots",
    "ballot_secrets",
    "ballot_supplies",
    "ballot_additions",
    "ballot_requests",
    "ballot_entries",
    "ballot_wishes",
    "ballot_rights",
)


def upgrade() -> None:
    """Make the tables."""
    _make_ballots()
    _make_secrets()
    _make_supplies()
    _make_additions()
    _make_requests()
    _make_entries()
    _make_wishes()
    _make_rights()


def downgrade() -> None:
    """Drop them again: everything of every ballot is lost."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _make_ballots() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("draws_at", BIG, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("list_hash", sa.Text(), nullable=False),
        sa.Column("typed_value", sa.Text(), nullable=False),
        sa.Column("typed_by", sa.Text(), nullable=False),
        sa.Column("public_value", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("opened_ms", BIG, nullable=True),
        sa.Column("closed_ms", BIG, nullable=True),
        sa.Column("drawn_ms", BIG, nullable=True),
        sa.Column("ended_ms", BIG, nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'closed', 'drawn', 'ended')",
            name=op.f("ck_ballots_status"),
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_ballots_venue_id")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_ballots_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("slug", name=op.f("uq_ballots_slug")),
        **STRICT,
    )


def _make_secrets() -> None:
    op.create_table(
        "ballot_secrets",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_secrets_ballot_id")
        ),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_ballot_secrets")),
        **STRICT,
    )


def _make_supplies() -> None:
    op.create_table(
        "ballot_supplies",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "count > 0 AND room BETWEEN 0 AND count", name=op.f("ck_ballot_supplies_room")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_ballot_supplies_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_supplies_ballot_id")
        ),
        sa.PrimaryKeyConstraint(
            "ballot_id", "event_id", "category", name=op.f("pk_ballot_supplies")
        ),
        **STRICT_KEYED,
    )


def _make_additions() -> None:
    op.create_table(
        "ballot_additions",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_additions_ballot_id")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "supply_id", name=op.f("pk_ballot_additions")),
        **STRICT_KEYED,
    )


def _make_requests() -> None:
    op.create_table(
        "ballot_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("wants_to_wait", sa.Integer(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_ballot_requests_count")),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_requests_ballot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_requests")),
        **STRICT_KEYED,
    )
    op.create_index("ix_ballot_requests_address", "ballot_requests", ["email_key", "ballot_id"])


def _make_entries() -> None:
    op.create_table(
        "ballot_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("wants_to_wait", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("contribution", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("salted_hash", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("drawn_place", sa.Integer(), nullable=False),
        sa.Column("place_at_first", sa.Integer(), nullable=False),
        sa.Column("rights", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("bought", sa.Text(), nullable=False),
        sa.Column("bought_count", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('entered', 'won', 'waiting', 'lost', 'bought', 'declined', 'lapsed',"
            " 'left')",
            name=op.f("ck_ballot_entries_status"),
        ),
        sa.CheckConstraint(
            "(status = 'bought') = (order_id IS NOT NULL AND bought_count > 0)",
            name=op.f("ck_ballot_entries_order"),
        ),
        sa.CheckConstraint(
            "bought_count BETWEEN 0 AND count", name=op.f("ck_ballot_entries_bought")
        ),
        sa.CheckConstraint("count > 0 AND weight > 0", name=op.f("ck_ballot_entries_count")),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_entries_ballot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_entries")),
        sa.UniqueConstraint(
            "ballot_id", "email_key", name=op.f("uq_ballot_entries_ballot_id_email_key")
        ),
        **STRICT_KEYED,
    )
    op.create_index("ix_ballot_entries_email", "ballot_entries", ["email_key"])
    op.create_index(
        "uq_ballot_entries_place",
        "ballot_entries",
        ["ballot_id", "drawn_place"],
        unique=True,
        sqlite_where=sa.text("drawn_place > 0"),
        postgresql_where=sa.text("drawn_place > 0"),
    )


def _make_wishes() -> None:
    op.create_table(
        "ballot_wishes",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ballot_entries.id"], name=op.f("fk_ballot_wishes_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_ballot_wishes_event_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ballot_wishes")),
        sa.UniqueConstraint(
            "entry_id",
            "event_id",
            "category",
            name=op.f("uq_ballot_wishes_entry_id_event_id_category"),
        ),
        **STRICT_KEYED,
    )


def _make_rights() -> None:
    op.create_table(
        "ballot_rights",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until_ms", BIG, nullable=False),
        sa.Column("is_offer", sa.Integer(), nullable=False),
        sa.Column("is_guarded", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_ballot_rights_count")),
        sa.CheckConstraint(
            "state IN ('live', 'used', 'over')", name=op.f("ck_ballot_rights_state")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ballot_entries.id"], name=op.f("fk_ballot_rights_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id", "event_id", "category"],
            ["ballot_supplies.ballot_id", "ballot_supplies.event_id", "ballot_supplies.category"],
            name=op.f("fk_ballot_rights_ballot_id_event_id_category"),
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_ballot_rights")),
        **STRICT_KEYED,
    )
    op.create_index("ix_ballot_rights_ballot", "ballot_rights", ["ballot_id", "state"])
    op.create_index(
        "uq_ballot_rights_live",
        "ballot_rights",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
