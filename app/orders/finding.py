"""Finding and sending again: the same answer whether or not the address is known."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.models import Order, OrderStatus
from app.orders.rows import read_order
from app.outbox import add_effect
from app.refusals import TooMany

FOUND_LIMIT: Final = 20
AGAIN_MINUTES: Final = 5
SHOWN: Final = (OrderStatus.PAID, OrderStatus.REFUNDED, OrderStatus.PENDING)


def find_orders(office: BoxOffice, email: str) -> None:
    """Have a letter written to an address with links to its orders, if it has any.

    The caller learns nothing. Asking again within five minutes writes no second letter.
    """
    key = office.tokens.address_key(email)
    turn = wall_ms() // (AGAIN_MINUTES * 60_000)
    with office.db.write() as connection:
        add_effect(
            connection,
            "mail.find_orders",
            f"mail.find_orders:{key}:{turn}",
            {"address_key": key},
        )


def orders_of(office: BoxOffice, address_key: str) -> tuple[str, ...]:
    """Ids of the orders of an address, newest first; those that never came to anything left out."""
    query = (
        select(Order.id)
        .where(
            Order.email_key == address_key,
            Order.status.in_(SHOWN),
        )
        .order_by(Order.created_at.desc())
        .limit(FOUND_LIMIT)
    )
    with office.db.read() as connection:
        return tuple(connection.execute(query).scalars())


def resend(office: BoxOffice, order_id: str) -> None:
    """Send an order's letter once more; at most once in five minutes."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    turn = int(utc_now().timestamp()) // (AGAIN_MINUTES * 60)
    with office.db.write() as connection:
        fresh = add_effect(
            connection, "mail.resend", f"mail.resend:{order.id}:{turn}", {"order": order.id}
        )
    if not fresh:
        raise TooMany(
            "The letter was sent a moment ago.",
            safe="Your tickets are on this page too.",
            next_step="Look into the spam folder, or try again in five minutes.",
        )
