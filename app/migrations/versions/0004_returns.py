"""Whether and until when buyers of an event may return their tickets by themselves."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the rule; events that were there before have none."""
    op.execute(
        "ALTER TABLE events ADD COLUMN returns_close_hours INTEGER"
        " CONSTRAINT ck_events_returns_close_hours CHECK (returns_close_hours >= 0)"
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("events", "returns_close_hours")
