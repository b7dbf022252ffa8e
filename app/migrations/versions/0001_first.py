"""The first shape: every table as the models of the first release have it."""

from __future__ import annotations

from alembic import op

from app.models import Table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    Table.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop all tables."""
    Table.metadata.drop_all(op.get_bind())
