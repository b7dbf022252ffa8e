"""Entries of the ledger as rows: written beside payments and refunds, in their transaction.

Sums come from the row itself, so that no caller can enter another one; repeats enter nothing.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, func, literal, null, select

from app.clock import utc_now
from app.models import (
    Dispute,
    DisputeState,
    EntryKind,
    LedgerEntry,
    Payment,
    Refund,
    RefundState,
)
from app.rows import insert_new

COLUMNS: Final = (
    *("at", "kind", "order_id", "payment_id", "refund_id", "dispute_id"),
    *("gateway", "cents", "currency"),
)


def enter_payment(connection: Connection, payment_id: str) -> None:
    """Enter a payment that the same transaction has written."""
    _enter(
        connection,
        select(
            Payment.captured_at,
            _kind(EntryKind.PAYMENT),
            Payment.order_id,
            Payment.id,
            null(),
            null(),
            Payment.gateway,
            Payment.amount_cents,
            Payment.currency,
        ).where(Payment.id == payment_id),
    )


def enter_refund(connection: Connection, refund_id: str) -> None:
    """Enter a refund that was written, and that its money has stayed here if it has failed.

    To be called after every change of a refund's state.
    """
    asked, stayed = (
        select(
            at,
            _kind(kind),
            Refund.order_id,
            Refund.payment_id,
            Refund.id,
            null(),
            Payment.gateway,
            cents,
            Payment.currency,
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.id == refund_id)
        for at, kind, cents in (
            (Refund.requested_at, EntryKind.REFUND, -Refund.amount_cents),
            (
                func.coalesce(Refund.ended_at, Refund.requested_at),
                EntryKind.REFUND_FAILED,
                Refund.amount_cents,
            ),
        )
    )
    _enter(connection, asked)
    _enter(connection, stayed.where(Refund.state == RefundState.FAILED))


def enter_dispute(connection: Connection, dispute_id: str) -> None:
    """Enter what a bank has taken in a dispute, and that it gave it back if the house has won.

    To be called after every change of a dispute: the day is that of the money, not of the question.
    """
    now = literal(utc_now(), Dispute.__table__.c.opened_at.type)
    taken, won = (
        select(
            at,
            _kind(kind),
            Dispute.order_id,
            Dispute.payment_id,
            null(),
            Dispute.id,
            Payment.gateway,
            cents,
            Payment.currency,
        )
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(Dispute.id == dispute_id, Dispute.cents > 0)
        for at, kind, cents in (
            (now, EntryKind.DISPUTE, -Dispute.cents),
            (func.coalesce(Dispute.ended_at, now), EntryKind.DISPUTE_WON, Dispute.cents),
        )
    )
    _enter(connection, taken)
    _enter(connection, won.where(Dispute.state == DisputeState.WON))


def _enter(connection: Connection, rows: Select[Any]) -> None:
    connection.execute(insert_new(connection, LedgerEntry).from_select(COLUMNS, rows))


def _kind(kind: EntryKind) -> Any:
    return literal(kind, LedgerEntry.__table__.c.kind.type)
