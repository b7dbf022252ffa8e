"""Buyers at an opened box office: orders written by hand, and what became of them."""

from __future__ import annotations

from sqlalchemy import insert

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import Order, OrderStatus
from app.tokens import new_order_id


def pending_order(
    office: BoxOffice, basket: str, order_id: str = "", gateway: str = "demo", buyer: str = "bo"
) -> str:
    """An order as it is before the first of its events is asked; its id."""
    row = {
        "id": order_id or new_order_id(), "basket_id": basket, "status": OrderStatus.PENDING,
        "gateway": gateway, "name": "Bo", "email": "bo@example.org", "email_key": buyer,
        "currency": "GBP", "total_cents": 0, "open_events": 1, "created_at": utc_now(),
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Order), row)
    return str(row["id"])
