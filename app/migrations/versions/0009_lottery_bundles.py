"""The files that prove draws, kept when their tickets go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import STRICT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lottery_bundles",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("part BETWEEN 1 AND parts", name=op.f("ck_lottery_bundles_part")),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["lottery_batches.id"],
            name=op.f("fk_lottery_bundles_batch_id"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "part", name=op.f("pk_lottery_bundles")),
        **STRICT,
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("lottery_bundles")
