"""What an entry counts and adds to the public value; why a ballot was called off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; who has asked before counts once and added nothing."""
    op.add_column(
        "ballots", sa.Column("status_words", sa.Text(), nullable=False, server_default="")
    )
    op.execute(
        "ALTER TABLE ballot_requests ADD COLUMN weight INTEGER NOT NULL DEFAULT 1"
        " CONSTRAINT ck_ballot_requests_weight CHECK (weight > 0)"
    )
    op.add_column(
        "ballot_requests", sa.Column("contribution", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("ballots", "status_words")
    op.drop_column("ballot_requests", "contribution")
    op.execute("ALTER TABLE ballot_requests DROP COLUMN weight")
