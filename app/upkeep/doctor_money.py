"""What the doctor says about money: what was sent back, lost on the way, or is disputed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from app.models import DeliveryRow, DeliveryState, Dispute, DisputeState, Refund
from app.refund_rows import has_failed
from app.upkeep.findings import BAD, LOOK, Finding


def look_at_money(connection: Connection) -> Iterator[Finding]:
    """A finding for each kind of money that waits for a person."""

    def count(query: object) -> int:
        return connection.scalar(query) or 0  # type: ignore[call-overload]

    failed = count(select(func.count()).select_from(Refund).where(has_failed()))
    if failed:
        yield Finding(BAD, f"{failed} refunds were sent back: ./run order refunds names them.")
    lost = count(select(func.count()).where(DeliveryRow.state == DeliveryState.FAILED))
    if lost:
        yield Finding(BAD, f"{lost} calls of Stripe could not be acted on: look into the log.")
    disputed = count(select(func.count()).where(Dispute.state == DisputeState.OPEN))
    if disputed:
        words = f"{disputed} payments are disputed: ./run order disputes names them."
        yield Finding(LOOK, words)
