"""What is to be done and what was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED


def make() -> None:
    """Make these tables, each after those it refers to."""
    _make_outbox()
    _make_kept_mails()
    _make_schedule()
    _make_postbox()
    _make_kept_answers()
    _make_journal()


def drop() -> None:
    """Drop them again, with their indexes."""
    op.drop_table("journal")
    op.drop_table("kept_answers")
    op.drop_table("postbox")
    op.drop_table("schedule")
    op.drop_table("kept_mails")
    op.drop_table("outbox")


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("due_at", BIG, nullable=False),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.CheckConstraint("lane IN ('work', 'mail')", name=op.f("ck_outbox_lane")),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'done', 'dead')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        **STRICT,
    )
    op.create_index("ix_outbox_done", "outbox", ["done_at"])
    op.create_index("ix_outbox_state_lane_due", "outbox", ["state", "lane", "due_at"])


def _make_kept_mails() -> None:
    op.create_table(
        "kept_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("kept_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_kept_mails_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_mails")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_kept_mails_outbox_id")),
        **STRICT,
    )


def _make_schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_at", BIG, nullable=False),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("last_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
        **STRICT_KEYED,
    )


def _make_postbox() -> None:
    op.create_table(
        "postbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("posted_at", BIG, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postbox")),
        sa.UniqueConstraint("letter_key", name=op.f("uq_postbox_letter_key")),
        **STRICT,
    )
    op.create_index("ix_postbox_open", "postbox", ["done_at"])


def _make_kept_answers() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("kept_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_answers")),
        **STRICT_KEYED,
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["kept_at"])


def _make_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        **STRICT,
    )
    op.create_index("ix_journal_event", "journal", ["event_id"])
    op.create_index("ix_journal_order", "journal", ["order_id"])
