"""Paying that comes to nothing: ended by its buyer, or refused by the bank."""

from __future__ import annotations

from typing import Final

from app.box_office import BoxOffice
from app.clock import utc_now
from app.inventory.commands import EndPayment
from app.models import OrderStatus
from app.orders.rows import OrderRow, read_order, set_status
from app.orders.settling import capture, settle

OPEN: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


def end_payment(office: BoxOffice, order_id: str, *, release: bool = False) -> None:
    """Stop paying: the basket is kept as it was (or given back), the session is closed first."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.status not in OPEN:
        return
    gateway = office.gateways.get(order.gateway)
    if gateway is not None and order.reference is not None:
        report = gateway.close(order.reference)
        if report == "paid":
            capture(
                office, order.id, gateway.name, order.reference, order.total_cents, order.currency
            )
            settle(office, order.id)
            return
    unfreeze(office, order, release)
    with office.db.write() as connection:
        set_status(connection, order_id, OrderStatus.CANCELLED, only=OPEN, ended_at=utc_now())


def refuse_payment(office: BoxOffice, order_id: str) -> None:
    """The bank said no: every hold runs on for what was left, or at least five minutes."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.status not in OPEN:
        return
    unfreeze(office, order, release=False)
    with office.db.write() as connection:
        set_status(connection, order_id, OrderStatus.PENDING, only=OPEN)


def unfreeze(office: BoxOffice, order: OrderRow, release: bool) -> None:
    """Let the order's holds run on, or free them at once, wherever they are frozen."""
    for event_id in office.inventories.with_order(order.id):
        office.inventory_of(event_id).ask(EndPayment(order.id, release))
