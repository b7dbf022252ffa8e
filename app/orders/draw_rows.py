"""The draw tickets of an order, as its row has them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, func, select, update

from app import credits
from app.frozen import frozen
from app.models import DrawOrder, Payment


@frozen
class DrawLine:
    """So many tickets of a draw at a price, in money or in play credits for all of them.

    `taken` is how many it got; none until its money is settled.
    """

    order_id: str
    lottery_id: int
    count: int
    unit_cents: int
    credits: int
    taken: int | None

    def credits_back(self, taken: int) -> int:
        """What was spent for tickets that could not be had."""
        return self.credits * (self.count - taken) // self.count


_COLUMNS = [getattr(DrawOrder, field.name) for field in fields(DrawLine)]


def draw_line(connection: Connection, order_id: str) -> DrawLine | None:
    """The draw tickets of an order, or None where it is about places."""
    row = connection.execute(select(*_COLUMNS).where(DrawOrder.order_id == order_id)).first()
    return None if row is None else DrawLine(*row)


def write_taken(connection: Connection, draw: DrawLine, taken: int, note: str) -> None:
    """Write how many it got, once, and give back the credits of the rest."""
    connection.execute(
        update(DrawOrder)
        .where(DrawOrder.order_id == draw.order_id, DrawOrder.taken.is_(None))
        .values(taken=taken)
    )
    credits.give_back(connection, draw.order_id, draw.credits_back(taken), note)


def give_credits_back(connection: Connection, order_id: str) -> None:
    """An order that comes to nothing: all its credits go back; nothing where there are none."""
    draw = draw_line(connection, order_id)
    if draw is not None and draw.credits:
        credits.give_back(connection, order_id, draw.credits, "")


def worth_of_draws() -> Any:
    """An expression over payments: what the draw tickets of its order cost, 0 for places."""
    return func.coalesce(
        select(DrawOrder.taken * DrawOrder.unit_cents)
        .where(DrawOrder.order_id == Payment.order_id)
        .correlate(Payment)
        .scalar_subquery(),
        0,
    )
