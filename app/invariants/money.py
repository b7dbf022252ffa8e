"""Money is neither lost nor made: what came in is sold, on its way back, or due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Subquery,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)

from app.models import (
    Dispute,
    DisputeState,
    DrawOrder,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Ticket,
    TicketState,
)


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of one currency in minor units: `captured` = `live` + `refunded` + `taken` + `due`.

    `live` is the price of tickets that open the door and of draw tickets, `refunded` is back or on
    its way, `taken` has gone to buyers' banks in disputes, `due` is none of these yet: orders being
    settled, and voided tickets whose money has not been asked back. It is below zero where tickets
    are valid although a bank has taken their money.
    """

    currency: str
    captured: int
    live: int
    refunded: int
    taken: int

    @property
    def due(self) -> int:
        """What the house still owes somebody."""
        return self.captured - self.live - self.refunded - self.taken


def money_of(connection: Connection) -> list[Money]:
    """Where all the money is, for each currency."""
    refunded, live, taken = _refunded(), _live(), _taken()
    query = (
        select(
            Payment.currency,
            func.sum(Payment.amount_cents),
            func.sum(
                case(
                    (Payment.state == PaymentState.CAPTURED, func.coalesce(live.c.cents, 0)),
                    else_=0,
                )
            ),
            func.sum(func.coalesce(refunded.c.cents, 0)),
            func.sum(func.coalesce(taken.c.cents, 0)),
        )
        .outerjoin(taken, taken.c.payment_id == Payment.id)
        .outerjoin(live, live.c.order_id == Payment.order_id)
        .outerjoin(refunded, refunded.c.payment_id == Payment.id)
        .group_by(Payment.currency)
        .order_by(Payment.currency)
    )
    return [Money(row[0], *(int(sum_) for sum_ in row[1:])) for row in connection.execute(query)]


def money_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        paid_orders_are_paid_for,
        refunds_are_no_more_than_was_paid,
        money_is_sold_or_goes_back,
        returned_payments_go_back_once,
        settled_payments_are_settled,
    )


def paid_orders_are_paid_for(connection: Connection) -> Iterator[str]:
    """A paid order that costs something has one captured payment of exactly that sum."""
    query = (
        select(Order.id, Order.total_cents, Order.currency, Payment.amount_cents, Payment.currency)
        .outerjoin(
            Payment,
            and_(Payment.order_id == Order.id, Payment.state == PaymentState.CAPTURED),
        )
        .where(
            Order.status == OrderStatus.PAID,
            or_(
                and_(Payment.id.is_(None), Order.total_cents > 0),
                Payment.amount_cents != Order.total_cents,
                Payment.currency != Order.currency,
            ),
        )
    )
    for order_id, total, currency, amount, paid_in in connection.execute(query):
        paid = "nothing" if amount is None else f"{amount} {paid_in}"
        yield f"Order {order_id} is paid and costs {total} {currency}, but {paid} was captured."


def refunds_are_no_more_than_was_paid(connection: Connection) -> Iterator[str]:
    """Nobody gets back more than they paid."""
    refunded = _refunded()
    query = (
        select(Payment.id, Payment.amount_cents, refunded.c.cents)
        .join(refunded, refunded.c.payment_id == Payment.id)
        .where(refunded.c.cents > Payment.amount_cents)
    )
    for payment_id, amount, cents in connection.execute(query):
        yield f"Payment {payment_id} was {amount}, but {cents} go back."
    strays = (
        select(Refund.id, Payment.id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.order_id != Payment.order_id)
    )
    for refund_id, payment_id in connection.execute(strays):
        yield f"Refund {refund_id} gives back payment {payment_id} of another order."


def money_is_sold_or_goes_back(connection: Connection) -> Iterator[str]:
    """Nobody keeps a ticket whose money goes back."""
    refunded, live = _for_tickets(), _live()
    query = (
        select(Payment.order_id, Payment.amount_cents, live.c.cents, refunded.c.cents)
        .outerjoin(live, live.c.order_id == Payment.order_id)
        .outerjoin(refunded, refunded.c.payment_id == Payment.id)
        .where(
            Payment.state == PaymentState.CAPTURED,
            func.coalesce(live.c.cents, 0) + func.coalesce(refunded.c.cents, 0)
            > Payment.amount_cents,
        )
    )
    for order_id, amount, worth, back in connection.execute(query):
        yield (
            f"Order {order_id} was paid {amount}, has live tickets for {worth or 0},"
            f" and {back or 0} go back."
        )


def returned_payments_go_back_once(connection: Connection) -> Iterator[str]:
    """Money that came too late or twice goes back whole, and no more than that."""
    refunded, taken = _refunded(), _taken()
    query = (
        select(
            Payment.id,
            Payment.amount_cents,
            func.coalesce(refunded.c.cents, 0),
            func.coalesce(taken.c.cents, 0),
        )
        .outerjoin(refunded, refunded.c.payment_id == Payment.id)
        .outerjoin(taken, taken.c.payment_id == Payment.id)
        .where(
            Payment.state == PaymentState.RETURNED,
            Payment.settled == 1,
            Payment.amount_cents > 0,
        )
    )
    for payment_id, amount, back, disputed in connection.execute(query):
        failed = _failed_cents(connection, payment_id)
        if back + disputed != amount and not failed:
            yield f"Payment {payment_id} of {amount} must go back; its refunds give {back}."


def settled_payments_are_settled(connection: Connection) -> Iterator[str]:
    """A captured payment that counts as settled has sold its order, or goes back."""
    refunds = select(Refund.payment_id)
    query = (
        select(Payment.id, Order.id, Order.status)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.state == PaymentState.CAPTURED,
            Payment.settled == 1,
            Order.status != OrderStatus.PAID,
            Payment.amount_cents > 0,
            Payment.id.not_in(refunds),
        )
    )
    for payment_id, order_id, status in connection.execute(query):
        yield (
            f"Payment {payment_id} is settled, but its order {order_id} is {status}"
            " and nothing goes back."
        )


def _refunded() -> Subquery:
    return (
        select(Refund.payment_id, func.sum(Refund.amount_cents).label("cents"))
        .where(Refund.state != RefundState.FAILED)
        .group_by(Refund.payment_id)
        .subquery()
    )


def _taken() -> Subquery:
    return (
        select(Dispute.payment_id, func.sum(Dispute.cents).label("cents"))
        .where(Dispute.state != DisputeState.WON)
        .group_by(Dispute.payment_id)
        .subquery()
    )


def _for_tickets() -> Subquery:
    """The same without what was given back while all tickets stayed valid."""
    return (
        select(Refund.payment_id, func.sum(Refund.amount_cents).label("cents"))
        .where(
            Refund.state != RefundState.FAILED,
            func.coalesce(type_coerce(Refund.ticket_ids, Text), "") != "[]",
        )
        .group_by(Refund.payment_id)
        .subquery()
    )


def _live() -> Subquery:
    """What is sold of each order: tickets that open the door, and draw tickets."""
    tickets = (
        select(Ticket.order_id, func.sum(OrderLine.price_cents).label("cents"))
        .join(OrderLine, OrderLine.id == Ticket.line_id)
        .where(Ticket.state == TicketState.ISSUED)
        .group_by(Ticket.order_id)
    )
    draws = select(DrawOrder.order_id, DrawOrder.taken * DrawOrder.unit_cents).where(
        DrawOrder.taken.is_not(None)
    )
    return tickets.union_all(draws).subquery()


def _failed_cents(connection: Connection, payment_id: str) -> Any:
    return connection.scalar(
        select(func.sum(Refund.amount_cents)).where(
            Refund.payment_id == payment_id, Refund.state == RefundState.FAILED
        )
    )
