"""The ledger: every movement of money, once, in the order in which it was written down."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, Choice, Instant, Table, one_of

_FOR_PAYMENTS: Final = text("kind = 'payment'")
_FOR_REFUNDS: Final = text("refund_id IS NOT NULL")
_FOR_DISPUTES: Final = text("dispute_id IS NOT NULL")


class EntryKind(enum.StrEnum):
    """payment: money came; refund: it was asked back; refund_failed: it has stayed with us.

    dispute: the buyer's bank took it; dispute_won: the bank gave it back.
    """

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


class LedgerEntry(Table):
    """One movement of money, append-only; `cents` is negative where money goes away.

    Written in the transaction of the row it is about. Triggers refuse every change; only the
    entries of a demo order may go, with that order.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("kind", EntryKind),
        CheckConstraint("CASE WHEN kind IN ('refund', 'dispute') THEN cents < 0"
                        " ELSE cents >= 0 END", name="cents"),
        CheckConstraint("(kind IN ('refund', 'refund_failed')) = (refund_id IS NOT NULL)",
                        name="refund_id"),
        CheckConstraint("(kind IN ('dispute', 'dispute_won')) = (dispute_id IS NOT NULL)",
                        name="dispute_id"),
        Index("ix_ledger_entries_order", "order_id"),
        Index("uq_ledger_entries_payment", "payment_id", unique=True,
              sqlite_where=_FOR_PAYMENTS, postgresql_where=_FOR_PAYMENTS),
        Index("uq_ledger_entries_refund", "refund_id", "kind", unique=True,
              sqlite_where=_FOR_REFUNDS, postgresql_where=_FOR_REFUNDS),
        Index("uq_ledger_entries_dispute", "dispute_id", "kind", unique=True,
              sqlite_where=_FOR_DISPUTES, postgresql_where=_FOR_DISPUTES),
        STRICT,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)  # when the money moved, or was asked to
    kind: Mapped[EntryKind] = mapped_column(Choice(EntryKind))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    payment_id: Mapped[str] = mapped_column(Text)
    refund_id: Mapped[str | None] = mapped_column(Text)
    dispute_id: Mapped[str | None] = mapped_column(Text)
    gateway: Mapped[str] = mapped_column(Text)
    cents: Mapped[int] = mapped_column()
    currency: Mapped[str] = mapped_column(Text)


_REFUSED: Final = "the ledger is append-only"
_OF_DEMO: Final = "EXISTS (SELECT 1 FROM orders WHERE id = OLD.order_id AND is_demo = 1)"
_WALLS: Final = {
    "sqlite": (
        "CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
        "CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries"
        f" WHEN NOT {_OF_DEMO} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN IF {_OF_DEMO} THEN RETURN OLD; END IF; END IF;"
        f" RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries"
        " FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
        "CREATE TRIGGER ledger_entries_stay_whole BEFORE TRUNCATE ON ledger_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    ),
}


def _watch(table: Any) -> None:
    for dialect, statements in _WALLS.items():
        for statement in statements:
            wall = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", wall.execute_if(dialect=dialect))


_watch(LedgerEntry.__table__)
