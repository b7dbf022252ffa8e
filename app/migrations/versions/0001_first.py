"""The first shape: every table of the first release."""

from __future__ import annotations

from app.migrations.first import accounts, events, orders, places, work

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = (accounts, events, orders, places, work)  # each refers only to those before it


def upgrade() -> None:
    """Make all tables."""
    for part in PARTS:
        part.make()


def downgrade() -> None:
    """Drop all tables."""
    for part in reversed(PARTS):
        part.drop()
