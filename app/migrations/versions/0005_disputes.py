"""Disputes, and their money in the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT, STRICT_KEYED

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAYMENTS = sa.text("kind = 'payment'")
REFUNDS = sa.text("refund_id IS NOT NULL")
DISPUTES = sa.text("dispute_id IS NOT NULL")
COPY = """
INSERT INTO ledger_entries_new
    (id, at, kind, order_id, payment_id, refund_id, gateway, cents, currency)
SELECT id, at, kind, order_id, payment_id, refund_id, gateway, cents, currency FROM ledger_entries
"""

REFUSED = "the ledger is append-only"
OF_DEMO = "EXISTS (SELECT 1 FROM orders WHERE id = OLD.order_id AND is_demo = 1)"
WALLS = (
    "CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    "CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries"
    f" WHEN NOT {OF_DEMO} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
CHECKS = {
    "kind": "kind IN ('payment', 'refund', 'refund_failed', 'dispute', 'dispute_won')",
    "cents": "CASE WHEN kind IN ('refund', 'dispute') THEN cents < 0 ELSE cents >= 0 END",
    "refund_id": "(kind IN ('refund', 'refund_failed')) = (refund_id IS NOT NULL)",
    "dispute_id": "(kind IN ('dispute', 'dispute_won')) = (dispute_id IS NOT NULL)",
}
OLD_CHECKS = {
    "kind": "kind IN ('payment', 'refund', 'refund_failed')",
    "cents": "(kind = 'refund' AND cents < 0) OR (kind <> 'refund' AND cents >= 0)",
    "refund_id": "(kind = 'payment') = (refund_id IS NULL)",
}


def upgrade() -> None:
    """Make the table; the ledger keeps every entry and takes two kinds more."""
    _make_disputes()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(CHECKS, has_disputes=True)
    else:
        op.add_column("ledger_entries", sa.Column("dispute_id", sa.Text(), nullable=True))
        _change_checks(tuple(OLD_CHECKS), CHECKS)
        _make_index("uq_ledger_entries_dispute", ["dispute_id", "kind"], DISPUTES)


def downgrade() -> None:
    """Take both away again; fails where disputes have been entered, which nothing may forget."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(OLD_CHECKS, has_disputes=False)
    else:
        op.drop_index("uq_ledger_entries_dispute", "ledger_entries")
        _change_checks(tuple(CHECKS), OLD_CHECKS)
        op.drop_column("ledger_entries", "dispute_id")
    op.drop_table("disputes")


def _make_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("respond_by", BIG, nullable=True),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name=op.f("ck_disputes_state")),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_disputes_cents")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_disputes_payment_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_disputes_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        **STRICT_KEYED,
    )
    op.create_index("ix_disputes_order", "disputes", ["order_id"])
    op.create_index("ix_disputes_payment", "disputes", ["payment_id"])


def _rebuild(checks: dict[str, str], *, has_disputes: bool) -> None:
    """SQLite changes no CHECK of a table: a new one takes its place, entry by entry the same."""
    columns = [sa.Column("dispute_id", sa.Text(), nullable=True)] if has_disputes else []
    op.create_table(
        "ledger_entries_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        *columns,
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_ledger_entries_{name}"))
            for name, rule in checks.items()
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_ledger_entries_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        **STRICT,
    )
    op.execute(COPY)
    op.execute("DROP TRIGGER ledger_entries_stay")
    op.execute("DROP TABLE ledger_entries")
    op.execute("ALTER TABLE ledger_entries_new RENAME TO ledger_entries")
    _make_index("ix_ledger_entries_order", ["order_id"])
    _make_index("uq_ledger_entries_payment", ["payment_id"], PAYMENTS)
    _make_index("uq_ledger_entries_refund", ["refund_id", "kind"], REFUNDS)
    if has_disputes:
        _make_index("uq_ledger_entries_dispute", ["dispute_id", "kind"], DISPUTES)
    for statement in WALLS:
        op.execute(statement)


def _change_checks(before: tuple[str, ...], after: dict[str, str]) -> None:
    for name in before:
        op.drop_constraint(op.f(f"ck_ledger_entries_{name}"), "ledger_entries", type_="check")
    for name, rule in after.items():
        op.create_check_constraint(op.f(f"ck_ledger_entries_{name}"), "ledger_entries", rule)


def _make_index(name: str, columns: list[str], only: sa.TextClause | None = None) -> None:
    op.create_index(
        name,
        "ledger_entries",
        columns,
        unique=only is not None,
        sqlite_where=only,
        postgresql_where=only,
    )
