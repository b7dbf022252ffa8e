"""Paying later, by hand: confirmed by its buyer, kept until the house's own deadline."""

from __future__ import annotations

from sqlalchemy import update

from app.box_office import BoxOffice
from app.clock import house, utc_now
from app.inventory.commands import MoveDeadline
from app.models import Order, OrderStatus
from app.orders.ending import OPEN, unfreeze
from app.orders.rows import OrderRow, read_lines, read_order, set_status
from app.orders.turns import turn_of
from app.refusals import Busy, HoldEnded, Refusal


def confirm_order(office: BoxOffice, order_id: str) -> None:
    """The buyer pressed the e-mailed link: the places are kept until the house's own deadline.

    All of them or none; pressing again changes nothing more.
    """
    with turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
        if order.gateway != "manual" or order.status != OrderStatus.PENDING:
            raise HoldEnded
        if order.confirmed_at is not None:
            return
        deadline_ms = _manual_deadline_ms(office, order)
        _keep_until(office, order, deadline_ms)
        with office.db.write() as connection:
            connection.execute(
                update(Order)
                .where(Order.id == order_id, Order.status == OrderStatus.PENDING)
                .values(confirmed_at=utc_now(), deadline_ms=deadline_ms)
            )


def _keep_until(office: BoxOffice, order: OrderRow, deadline_ms: int) -> None:
    try:
        for event_id in _event_ids(office, order.id):
            command = MoveDeadline(order.id, order.basket_id, deadline_ms)
            office.inventory_of(event_id).ask(command)
    except Busy:
        raise
    except Refusal:  # one of them has run out: none is kept
        unfreeze(office, order, release=True)
        with office.db.write() as connection:
            set_status(connection, order.id, OrderStatus.EXPIRED, only=OPEN, ended_at=utc_now())
        raise


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
