"""Refunds as rows: never more than was paid, whoever asks for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select
from sqlalchemy.orm import aliased

from app.ledger_rows import enter_refund
from app.models import Dispute, DisputeState, Payment, Refund, RefundState
from app.rows import insert_new

AGAIN = ":again"  # behind a failed refund's id: the one that was asked for instead
COLUMNS = (
    *("id", "payment_id", "order_id", "amount_cents", "reason", "state"),
    *("ticket_ids", "requested_at"),
)


def write_refund(connection: Connection, row: dict[str, Any]) -> bool:
    """Write a refund that is asked for; False when it is there already or would be too much.

    The sum is looked at in the INSERT itself: what is on its way back, what a bank has taken in a
    dispute, and this together are at most what was paid.
    """
    full = {"state": RefundState.REQUESTED, **row}
    mine = select(Payment.id).where(Payment.id == full["payment_id"])
    connection.execute(mine.with_for_update())  # on PostgreSQL two would not see each other
    table = Refund.__table__.c
    values = [literal(full[name], table[name].type).label(name) for name in COLUMNS]
    paid = select(Payment.amount_cents).where(Payment.id == full["payment_id"]).scalar_subquery()
    fits = back_cents(full["payment_id"]) + full["amount_cents"] <= paid
    wanted = insert_new(connection, Refund).from_select(
        list(COLUMNS), select(*values).where(fits), include_defaults=False
    )
    written = connection.execute(wanted.returning(Refund.id)).first() is not None
    if written:
        enter_refund(connection, full["id"])
    return written


def has_failed() -> ColumnElement[bool]:
    """Whether a refund has failed, was not tried again, and something of its payment is left."""
    again = aliased(Refund)
    made_good = exists().where(again.id == Refund.id + AGAIN)
    paid = aliased(Payment)
    is_left = exists().where(paid.id == Refund.payment_id, paid.amount_cents > back_cents(paid.id))
    return and_(Refund.state == RefundState.FAILED, ~made_good, is_left)


def back_cents(payment_id: Any) -> Any:
    """An expression: what of a payment is back, on its way, or taken by a bank; 0 for nothing."""
    back = aliased(Refund)
    refunded = (
        select(func.sum(back.amount_cents))
        .where(back.payment_id == payment_id, back.state != RefundState.FAILED)
        .scalar_subquery()
    )
    disputed = (
        select(func.sum(Dispute.cents))
        .where(Dispute.payment_id == payment_id, Dispute.state != DisputeState.WON)
        .scalar_subquery()
    )
    return func.coalesce(refunded, 0) + func.coalesce(disputed, 0)
