"""What the doctor says about money: what was sent back, lost on the way, or is disputed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from app.clock import utc_now
from app.models import (
    DeliveryRow,
    DeliveryState,
    Dispute,
    DisputeState,
    Payment,
    PaymentState,
    Refund,
)
from app.orders.owed import owed_orders
from app.refund_rows import has_failed
from app.upkeep.findings import BAD, LOOK, Finding

MANY_TRIES: Final = 10


def look_at_money(connection: Connection) -> Iterator[Finding]:
    """A finding for each kind of money that waits for a person."""

    def count(query: object) -> int:
        return connection.scalar(query) or 0  # type: ignore[call-overload]

    failed = count(select(func.count()).select_from(Refund).where(has_failed()))
    if failed:
        yield Finding(BAD, f"{failed} refunds were sent back: ./run order refunds names them.")
    lost = count(select(func.count()).where(DeliveryRow.state == DeliveryState.FAILED))
    if lost:
        words = f"{lost} calls of Stripe could not be acted on: look into the log, and then"
        yield Finding(BAD, f"{words} ./run order calls-again.")
    owed = owed_orders(connection)
    if owed:
        words = f"Money of {len(owed)} orders without tickets was never asked back: {owed[0]} …"
        yield Finding(BAD, f"{words} Give it back: ./run order refund CODE --amount.")
    waiting = count(
        select(func.count()).where(
            DeliveryRow.state == DeliveryState.NEW, DeliveryRow.tries >= MANY_TRIES
        )
    )
    if waiting:
        yield Finding(LOOK, f"{waiting} calls of Stripe wait for a refund of ours to end.")
    stuck = count(
        select(func.count()).where(
            Payment.state == PaymentState.CAPTURED,
            Payment.settled == 0,
            Payment.captured_at < utc_now() - timedelta(hours=1),
        )
    )
    if stuck:
        yield Finding(BAD, f"{stuck} paid orders are not settled for an hour: look into the log.")
    disputed = count(select(func.count()).where(Dispute.state == DisputeState.OPEN))
    if disputed:
        words = f"{disputed} payments are disputed: ./run order disputes names them."
        yield Finding(LOOK, words)
