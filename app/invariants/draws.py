"""Draw tickets: each is one buyer's, an order got what was paid for, credits add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from app.models import (
    CreditBalance,
    CreditEntry,
    DrawOrder,
    LotteryBatch,
    LotteryBundle,
    LotteryPart,
    Order,
    OrderStatus,
)

_part = LotteryPart.__table__.c
_line = DrawOrder.__table__.c


def draw_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        sold_tickets_have_one_buyer,
        paid_orders_have_their_draw_tickets,
        draw_tickets_are_paid,
        balances_are_the_sum_of_entries,
        proofs_outlive_tickets,
    )


def sold_tickets_have_one_buyer(connection: Connection) -> Iterator[str]:
    """The sold tickets of a batch are handed out in a row, each once."""
    query = select(_part.batch_id, _part.first, _part["count"]).order_by(
        _part.batch_id, _part.first
    )
    batches = {
        row.id: row
        for row in connection.execute(
            select(LotteryBatch.id, LotteryBatch.cursor, LotteryBatch.gone)
        )
    }
    ends: dict[str, int] = {batch_id: row.gone for batch_id, row in batches.items()}
    for batch_id, first, count in connection.execute(query):
        if first != ends[batch_id] + 1:
            yield f"Batch {batch_id}: ticket {first} follows {ends[batch_id]}."
        ends[batch_id] = first + count - 1
    for batch_id, end in ends.items():
        if end != batches[batch_id].cursor:
            sold = batches[batch_id].cursor
            yield f"Batch {batch_id} sold {sold} tickets, but {end} have a buyer."


def paid_orders_have_their_draw_tickets(connection: Connection) -> Iterator[str]:
    """A paid order of draw tickets got at least one, and the tickets that it counts are there."""
    parts = (
        select(_part.purchase_id, func.sum(_part["count"]).label("tickets"))
        .group_by(_part.purchase_id)
        .subquery()
    )
    query = (
        select(_line.order_id, _line.taken, parts.c.tickets, _was_archived())
        .join(Order, Order.id == _line.order_id)
        .outerjoin(parts, parts.c.purchase_id == _line.order_id)
        .where(Order.status == OrderStatus.PAID)
    )
    for order_id, taken, tickets, was_archived in connection.execute(query):
        has = tickets or 0
        if not taken or has > taken or (has < taken and not was_archived):
            yield f"Order {order_id} counts {taken} draw tickets, but has {tickets or 0}."


def draw_tickets_are_paid(connection: Connection) -> Iterator[str]:
    """Whoever has draw tickets has paid for them; an order that is over has none."""
    query = (
        select(_part.purchase_id, Order.status)
        .join(Order, Order.id == _part.purchase_id)
        .where(Order.status.in_((OrderStatus.CANCELLED, OrderStatus.EXPIRED)))
        .distinct()
    )
    for purchase_id, status in connection.execute(query):
        yield f"Order {purchase_id} is {status}, but has draw tickets."


def balances_are_the_sum_of_entries(connection: Connection) -> Iterator[str]:
    """What a buyer has in play credits is what came less what went."""
    sums = (
        select(CreditEntry.buyer, func.sum(CreditEntry.credits).label("credits"))
        .group_by(CreditEntry.buyer)
        .subquery()
    )
    query = (
        select(sums.c.credits, CreditBalance.credits)
        .select_from(sums)
        .outerjoin(CreditBalance, CreditBalance.buyer == sums.c.buyer)
        .where(
            or_(CreditBalance.buyer.is_(None), CreditBalance.credits != sums.c.credits),
        )
    )
    for summed, has in connection.execute(query):
        yield f"A buyer's play credits add up to {summed}, but the balance says {has}."


def proofs_outlive_tickets(connection: Connection) -> Iterator[str]:
    """A batch whose tickets are going has all of the file that proves its draw."""
    query = (
        select(LotteryBatch.id, func.count(LotteryBundle.part), func.max(LotteryBundle.parts))
        .outerjoin(LotteryBundle, LotteryBundle.batch_id == LotteryBatch.id)
        .where(LotteryBatch.gone > 0)
        .group_by(LotteryBatch.id)
    )
    for batch_id, kept, parts in connection.execute(query):
        if kept != (parts or -1):
            yield f"Batch {batch_id} has lost tickets, but its proof is not whole."


def _was_archived() -> ColumnElement[bool]:
    """Whether the draw has removed old tickets."""
    return exists().where(LotteryBatch.lottery_id == _line.lottery_id, LotteryBatch.gone > 0)
