"""Paying that comes to nothing: ended by its buyer, or refused by the bank."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from app.box_office import BoxOffice
from app.clock import utc_now
from app.inventory.commands import EndPayment
from app.models import OrderStatus
from app.orders.draw_rows import draw_line, give_credits_back
from app.orders.draw_settling import release_draw
from app.orders.rows import OrderRow, captured_payment, read_order, set_status
from app.orders.sessions import close_all, counts_as_closed, last_session, note_session
from app.orders.settling import capture, settle_soon
from app.orders.turns import turn_of
from app.payments.gateway import Report, Standing, as_remote
from app.refusals import GatewayAway

OPEN: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


def end_payment(office: BoxOffice, order_id: str, *, release: bool = False) -> None:
    """Stop paying: the basket is kept as it was (or given back), the session is closed first.

    Once money has come there is no way back but a refund: then nothing is ended. Raises
    `GatewayAway` when nobody can say whether the session is closed.
    """
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.status in OPEN and close_session(office, order):
        _end(office, order_id, OrderStatus.CANCELLED, release)


def end_overdue(office: BoxOffice, order: OrderRow) -> bool:
    """End an order whose time is over, once no money can come for it; whether it could be."""
    if not close_session(office, order):
        return False
    _end(office, order.id, OrderStatus.EXPIRED, release=True)
    return True


def close_session(office: BoxOffice, order: OrderRow) -> bool:
    """Make sure that no money can come for the order any more; False when it has, or will.

    Money that has come is captured and settled. Raises `GatewayAway` when nobody can say.
    """
    gateway = as_remote(office.gateways.get(order.gateway))
    with office.db.read() as connection:
        session = last_session(connection, order.id)
    if not counts_as_closed(session, utc_now()):
        if gateway is None:
            raise GatewayAway
        if not act_on(office, order, session.reference, gateway.close(session.reference)):
            return False
    elif session is not None:
        with office.db.write() as connection:
            close_all(connection, order.id)
    return True


def act_on(office: BoxOffice, order: OrderRow, reference: str, standing: Standing) -> bool:
    """Write what a gateway says of a session, and settle its money; whether it is closed."""
    if standing.report == Report.PAID:
        capture(
            office, order.id, order.gateway, standing.payment, standing.cents, standing.currency
        )
        settle_soon(office, order.id)
    with office.db.write() as connection:
        note_session(connection, order.id, reference, standing.report)
    return standing.report == Report.CLOSED


def refuse_payment(office: BoxOffice, order_id: str) -> None:
    """The bank said no: every hold runs on for what was left, or at least five minutes."""
    _end(office, order_id, OrderStatus.PENDING, release=False)


def give_up(office: BoxOffice, order_id: str) -> None:
    """Nobody pays this order: it was refused or broken off while it was placed."""
    _end(office, order_id, OrderStatus.CANCELLED, release=False)


def unfreeze(office: BoxOffice, order: OrderRow, release: bool) -> None:
    """Let the order's holds run on, or free them at once, wherever they are frozen.

    A wish for draw tickets always ends: nothing was kept for it.
    """
    with office.db.read() as connection:
        draw = draw_line(connection, order.id)
    if draw is not None:
        release_draw(office, order, draw)
        return
    for event_id in office.inventories.with_order(order.id):
        office.inventory_of(event_id).ask(EndPayment(order.id, release))


def _end(office: BoxOffice, order_id: str, status: OrderStatus, release: bool) -> None:
    with turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
            if order.status not in OPEN or captured_payment(connection, order_id) is not None:
                return
            if status in OPEN and draw_line(connection, order_id) is not None:
                status = OrderStatus.CANCELLED  # it is bought anew, and nothing is kept meanwhile
        unfreeze(office, order, release)
        with office.db.write() as connection:
            end_order(connection, order_id, status)


def end_order(connection: Connection, order_id: str, status: OrderStatus) -> None:
    """Write that an unpaid order is in this state; the credits of one that is over go back."""
    is_over = status not in OPEN
    ended_at = utc_now() if is_over else None
    if set_status(connection, order_id, status, only=OPEN, ended_at=ended_at) and is_over:
        give_credits_back(connection, order_id)
