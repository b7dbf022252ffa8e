"""Buyers who sign in by a letter, and what they want forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT_KEYED

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "sign_in_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("spent_at", BIG, nullable=True),
        sa.Column("spent_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "wrong_codes BETWEEN 0 AND 5", name=op.f("ck_sign_in_requests_wrong_codes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_requests")),
        **STRICT_KEYED,
    )
    op.create_index("ix_sign_in_requests_address", "sign_in_requests", ["address_key"])
    _make_sessions()
    op.create_table(
        "forget_wishes",
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_forget_wishes")),
        **STRICT_KEYED,
    )


def downgrade() -> None:
    """Take them away again: everybody is signed out, and wishes are lost."""
    for table in ("forget_wishes", "buyer_sessions", "sign_in_requests"):
        op.drop_table(table)


def _make_sessions() -> None:
    op.create_table(
        "buyer_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("signed_in_at", BIG, nullable=False),
        sa.Column("ends_at", BIG, nullable=False),
        sa.CheckConstraint(
            "device IN ('phone', 'tablet', 'computer')", name=op.f("ck_buyer_sessions_device")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_buyer_sessions_token_hash")),
        **STRICT_KEYED,
    )
    op.create_index("ix_buyer_sessions_address", "buyer_sessions", ["address_key"])
