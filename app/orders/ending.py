"""Paying that comes to nothing: ended by its buyer, or refused by the bank."""

from __future__ import annotations

from typing import Final

from app.box_office import BoxOffice
from app.clock import utc_now
from app.inventory.commands import EndPayment
from app.models import OrderStatus
from app.orders.rows import OrderRow, captured_payment, read_order, set_status
from app.orders.settling import capture, settle_soon
from app.orders.turns import turn_of

OPEN: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


def end_payment(office: BoxOffice, order_id: str, *, release: bool = False) -> None:
    """Stop paying: the basket is kept as it was (or given back), the session is closed first.

    Once money has come there is no way back but a refund: then nothing is ended.
    """
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
            settle_soon(office, order.id)
            return
    _end(office, order_id, OrderStatus.CANCELLED, release)


def refuse_payment(office: BoxOffice, order_id: str) -> None:
    """The bank said no: every hold runs on for what was left, or at least five minutes."""
    _end(office, order_id, OrderStatus.PENDING, release=False)


def give_up(office: BoxOffice, order_id: str) -> None:
    """Nobody pays this order: it was refused or broken off while it was placed."""
    _end(office, order_id, OrderStatus.CANCELLED, release=False)


def unfreeze(office: BoxOffice, order: OrderRow, release: bool) -> None:
    """Let the order's holds run on, or free them at once, wherever they are frozen."""
    for event_id in office.inventories.with_order(order.id):
        office.inventory_of(event_id).ask(EndPayment(order.id, release))


def _end(office: BoxOffice, order_id: str, status: OrderStatus, release: bool) -> None:
    with turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
            if order.status not in OPEN or captured_payment(connection, order_id) is not None:
                return
        unfreeze(office, order, release)
        ended_at = None if status in OPEN else utc_now()
        with office.db.write() as connection:
            set_status(connection, order_id, status, only=OPEN, ended_at=ended_at)
