"""Reading and writing the rows of one order that are not places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.clock import utc_now
from app.inventory.views import LineView
from app.models import JournalEntry, Order, OrderLine, OrderStatus, Payment, PaymentState
from app.refusals import NotFound


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order's own columns."""

    id: str
    basket_id: str
    status: str
    gateway: str
    reference: str | None
    name: str
    email: str
    email_key: str
    locale: str
    currency: str
    total_cents: int
    open_events: int
    confirmed_at: datetime | None
    deadline_ms: int | None
    offer_basket_id: str | None
    idempotency_key: str | None
    fingerprint: str | None
    is_demo: bool
    created_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None


_COLUMNS = [getattr(Order, name) for name in OrderRow.__slots__]


def read_order(connection: Connection, order_id: str) -> OrderRow:
    """The order, or `NotFound`."""
    row = connection.execute(select(*_COLUMNS).where(Order.id == order_id)).first()
    if row is None:
        raise NotFound("We cannot find that order.")
    return OrderRow(*row)


def order_with_key(connection: Connection, key: str) -> OrderRow | None:
    """The order that was placed with an idempotency key."""
    row = connection.execute(select(*_COLUMNS).where(Order.idempotency_key == key)).first()
    return None if row is None else OrderRow(*row)


def read_lines(connection: Connection, order_id: str) -> tuple[LineView, ...]:
    """The order's lines over all its events, in order."""
    query = (
        select(
            OrderLine.id,
            OrderLine.event_id,
            OrderLine.seat_id,
            OrderLine.area,
            OrderLine.ticket_type,
            OrderLine.category,
            OrderLine.price_cents,
        )
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.event_id)
    )
    lines = [LineView(*row) for row in connection.execute(query)]
    return tuple(sorted(lines, key=lambda line: (line.event_id, int(line.id.rpartition("-")[2]))))


def order_of_payment(connection: Connection, gateway: str, reference: str) -> str:
    """The id of the order that a gateway's payment is for, or `NotFound`."""
    order_id = connection.scalar(
        select(Payment.order_id).where(Payment.gateway == gateway, Payment.reference == reference)
    )
    if order_id is None:
        raise NotFound("We cannot find that payment.")
    return str(order_id)


def captured_payment(connection: Connection, order_id: str) -> Any:
    """The payment that counts for the order, or None."""
    return connection.execute(
        select(Payment.__table__).where(
            Payment.order_id == order_id, Payment.state == PaymentState.CAPTURED
        )
    ).first()


def set_status(
    connection: Connection,
    order_id: str,
    status: OrderStatus,
    *,
    only: tuple[OrderStatus, ...],
    **columns: Any,
) -> bool:
    """Move an order on if it is in one of the `only` states; whether it was."""
    changed = connection.execute(
        update(Order)
        .where(Order.id == order_id, Order.status.in_(only))
        .values(status=status, **columns)
    )
    return bool(changed.rowcount)


def write_journal(
    connection: Connection, kind: str, order_id: str | None, by: str, **facts: Any
) -> None:
    """One line in the append-only journal."""
    connection.execute(
        insert(JournalEntry),
        {"at": utc_now(), "kind": kind, "order_id": order_id, "by": by, "facts": facts},
    )
