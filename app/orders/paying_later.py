"""Paying later, by hand: confirmed by its buyer, kept until the house's own deadline."""

from __future__ import annotations

from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import house, utc_now
from app.inventory.commands import StartPayment
from app.models import Order, OrderStatus
from app.orders.rows import OrderRow, read_lines, read_order
from app.refusals import HoldEnded


def confirm_order(office: BoxOffice, order_id: str) -> None:
    """The buyer pressed the e-mailed link: the places are kept until the house's own deadline."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.gateway != "manual" or order.status != OrderStatus.PENDING:
        raise HoldEnded
    if order.confirmed_at is not None:
        return
    deadline_ms = _manual_deadline_ms(office, order)
    for event_id in _event_ids(office, order.id):
        office.inventory_of(event_id).ask(
            StartPayment(order.id, order.basket_id, order.email_key, deadline_ms, 0, manual=True)
        )
    with office.db.write() as connection:
        connection.execute(
            update(Order)
            .where(Order.id == order_id, Order.status == OrderStatus.PENDING)
            .values(confirmed_at=utc_now(), deadline_ms=deadline_ms)
        )


def manual_closes_ms(office: BoxOffice, event_id: int) -> int:
    """Until when manual payments are taken, wall time in milliseconds."""
    card = office.catalogue.by_id(event_id)
    hours = int((card.payments.get("manual") or {}).get("closes_hours", 24))
    return int(card.starts_at.timestamp() * 1000) - hours * 3_600_000


def _manual_deadline_ms(office: BoxOffice, order: OrderRow) -> int:
    closes = min(manual_closes_ms(office, event_id) for event_id in _event_ids(office, order.id))
    return max(house.now_ms() + 60_000, closes - house.drift_ms())


def _event_ids(office: BoxOffice, order_id: str) -> list[int]:
    with office.db.read() as connection:
        return sorted({line.event_id for line in read_lines(connection, order_id)})
