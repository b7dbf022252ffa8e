"""The ledger with all money that has moved before; numbered receipts, and the tax in prices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.migrations.first.base import BIG, STRICT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PAYMENTS = sa.text("kind = 'payment'")
REFUNDS = sa.text("refund_id IS NOT NULL")
RECEIPTS = sa.text("kind = 'receipt'")

FILL = """
INSERT INTO ledger_entries
    (at, kind, order_id, payment_id, refund_id, gateway, cents, currency)
SELECT at, kind, order_id, payment_id, refund_id, gateway, cents, currency
FROM (
    SELECT captured_at AS at, 0 AS step, 'payment' AS kind, order_id, id AS payment_id,
        NULL AS refund_id, gateway, amount_cents AS cents, currency
    FROM payments
    UNION ALL
    SELECT refunds.requested_at, 1, 'refund', refunds.order_id, payments.id,
        refunds.id, payments.gateway, -refunds.amount_cents, payments.currency
    FROM refunds JOIN payments ON payments.id = refunds.payment_id
    UNION ALL
    SELECT coalesce(refunds.ended_at, refunds.requested_at), 2, 'refund_failed',
        refunds.order_id, payments.id, refunds.id, payments.gateway, refunds.amount_cents,
        payments.currency
    FROM refunds JOIN payments ON payments.id = refunds.payment_id
    WHERE refunds.state = 'failed'
) AS moved
ORDER BY at, step, payment_id, refund_id
"""

REFUSED = "the ledger is append-only"
OF_DEMO = "EXISTS (SELECT 1 FROM orders WHERE id = OLD.order_id AND is_demo = 1)"
WALLS = {
    "sqlite": (
        "CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
        "CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries"
        f" WHEN NOT {OF_DEMO} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN IF {OF_DEMO} THEN RETURN OLD; END IF; END IF;"
        f" RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries"
        " FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
        "CREATE TRIGGER ledger_entries_stay_whole BEFORE TRUNCATE ON ledger_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    ),
}


def upgrade() -> None:
    """Make both tables; what has moved so far is written down, and then nobody changes it."""
    _make_ledger()
    op.execute(FILL)
    for statement in WALLS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.add_column("ticket_types", sa.Column("tax_rate", sa.Integer(), nullable=True))
    _make_receipts()


def downgrade() -> None:
    """Drop them again, with their triggers."""
    op.drop_table("receipts")
    op.drop_column("ticket_types", "tax_rate")
    op.drop_table("ledger_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ledger_change()")


def _make_ledger() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('payment', 'refund', 'refund_failed')", name=op.f("ck_ledger_entries_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'refund' AND cents < 0) OR (kind <> 'refund' AND cents >= 0)",
            name=op.f("ck_ledger_entries_cents"),
        ),
        sa.CheckConstraint(
            "(kind = 'payment') = (refund_id IS NULL)", name=op.f("ck_ledger_entries_refund_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_ledger_entries_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        **STRICT,
    )
    _make_index("ix_ledger_entries_order", "ledger_entries", ["order_id"])
    _make_index("uq_ledger_entries_payment", "ledger_entries", ["payment_id"], PAYMENTS)
    _make_index("uq_ledger_entries_refund", "ledger_entries", ["refund_id", "kind"], REFUNDS)


def _make_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("issued_at", BIG, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("taxes", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f("ck_receipts_kind")),
        sa.CheckConstraint("serial > 0", name=op.f("ck_receipts_serial")),
        sa.CheckConstraint(
            "(kind = 'receipt') = (refund_id IS NULL)", name=op.f("ck_receipts_refund_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_receipts_order_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_receipts_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint(
            *("venue_id", "is_demo", "year", "serial"),
            name=op.f("uq_receipts_venue_id_is_demo_year_serial"),
        ),
        **STRICT,
    )
    _make_index("ix_receipts_order", "receipts", ["order_id"])
    _make_index("uq_receipts_order", "receipts", ["order_id"], RECEIPTS)
    _make_index("uq_receipts_refund", "receipts", ["refund_id"], REFUNDS)


def _make_index(
    name: str, table: str, columns: list[str], only: sa.TextClause | None = None
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=only is not None,
        sqlite_where=only,
        postgresql_where=only,
    )
