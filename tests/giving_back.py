"""A paid order that goes back whole: what the settler does for one that it cannot finish."""

from __future__ import annotations

from app.box_office import BoxOffice
from app.models import OrderStatus
from app.orders.rows import captured_payment, read_order, write_journal
from app.orders.settling import _decide_return, settle_soon
from app.orders.turns import turn_of


def give_back_sold(office: BoxOffice, order_id: str, reason: str, by: str) -> None:
    """Tickets void, places on sale again, all money back, once."""
    with turn_of(order_id), office.db.write() as connection:
        order = read_order(connection, order_id)
        payment = captured_payment(connection, order_id)
        if payment is None or order.status != OrderStatus.PAID:
            return
        _decide_return(connection, payment.id, reason)
        write_journal(connection, "order.given_back", order_id, by, reason=reason)
    settle_soon(office, order_id)
