"""Every order keeps its promise: lines, tickets and open events agree with its status."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, and_, distinct, func, or_, select

from app.models import (
    DrawOrder,
    HoldRow,
    HoldState,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentState,
    Ticket,
    TicketState,
)

OPEN = (OrderStatus.PENDING, OrderStatus.PAYING)
OVER = (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED)


def order_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        paid_orders_have_no_open_event,
        totals_are_the_sum_of_lines,
        paid_lines_have_a_ticket,
        tickets_fit_their_line,
        live_tickets_are_paid,
        open_events_are_counted,
        paying_holds_have_an_order,
    )


def paid_orders_have_no_open_event(connection: Connection) -> Iterator[str]:
    """`open_events` is 0 exactly when everything was sold."""
    query = select(Order.id, Order.status, Order.open_events).where(
        or_(
            and_(Order.status == OrderStatus.PAID, Order.open_events != 0),
            and_(Order.status.in_(OPEN), Order.open_events == 0),
            and_(Order.status == OrderStatus.PAID, Order.paid_at.is_(None)),
        )
    )
    for row in connection.execute(query):
        yield f"Order {row.id} is {row.status} with {row.open_events} open events."


def totals_are_the_sum_of_lines(connection: Connection) -> Iterator[str]:
    """What a paid order costs is what its lines and draw tickets cost."""
    drawn = func.max(func.coalesce(DrawOrder.__table__.c["count"] * DrawOrder.unit_cents, 0))
    lines = func.coalesce(func.sum(OrderLine.price_cents), 0) + drawn
    query = (
        select(Order.id, Order.total_cents, lines)
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(DrawOrder, DrawOrder.order_id == Order.id)
        .where(Order.status == OrderStatus.PAID)
        .group_by(Order.id, Order.total_cents)
        .having(lines != Order.total_cents)
    )
    for order_id, total, summed in connection.execute(query):
        yield f"Order {order_id} costs {total} in all, but its lines cost {summed}."


def paid_lines_have_a_ticket(connection: Connection) -> Iterator[str]:
    """Whoever has paid for a place has got its ticket."""
    query = (
        select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Ticket, Ticket.line_id == OrderLine.id)
        .where(Order.status == OrderStatus.PAID, Ticket.id.is_(None))
    )
    for (line_id,) in connection.execute(query):
        yield f"Line {line_id} is paid but has no ticket."


def tickets_fit_their_line(connection: Connection) -> Iterator[str]:
    """A ticket is for the order, event and kind of its line, and a live one for its place."""
    is_elsewhere = or_(
        func.coalesce(Ticket.seat_id, "") != func.coalesce(OrderLine.seat_id, ""),
        func.coalesce(Ticket.area, "") != func.coalesce(OrderLine.area, ""),
    )
    query = (
        select(Ticket.id, Ticket.line_id)
        .join(OrderLine, OrderLine.id == Ticket.line_id)
        .where(
            or_(
                Ticket.order_id != OrderLine.order_id,
                Ticket.event_id != OrderLine.event_id,
                Ticket.ticket_type != OrderLine.ticket_type,
                and_(Ticket.state == TicketState.ISSUED, is_elsewhere),
            )
        )
    )
    for row in connection.execute(query):
        yield f"Ticket {row.id} is not for what line {row.line_id} says."


def live_tickets_are_paid(connection: Connection) -> Iterator[str]:
    """An issued ticket belongs to a paid order, or to one whose money has come."""
    captured = select(Payment.order_id).where(Payment.state == PaymentState.CAPTURED)
    query = (
        select(Ticket.id, Order.id, Order.status)
        .join(Order, Order.id == Ticket.order_id)
        .where(
            Ticket.state == TicketState.ISSUED,
            or_(
                Order.status.in_(OVER),
                and_(Order.status.in_(OPEN), Order.id.not_in(captured)),
            ),
        )
    )
    for ticket_id, order_id, status in connection.execute(query):
        yield f"Ticket {ticket_id} is live, but its order {order_id} is {status}."


def open_events_are_counted(connection: Connection) -> Iterator[str]:
    """Once money has come, every event of the order is either sold or counted as open."""
    query = (
        select(
            Order.id,
            Order.open_events,
            func.count(distinct(OrderLine.event_id)).label("events"),
            func.count(distinct(Ticket.event_id)).label("sold"),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(Ticket, Ticket.line_id == OrderLine.id)
        .where(
            or_(
                Order.status == OrderStatus.PAID,
                and_(
                    Order.status.in_(OPEN),
                    Order.id.in_(
                        select(Payment.order_id).where(Payment.state == PaymentState.CAPTURED)
                    ),
                ),
            )
        )
        .group_by(Order.id, Order.open_events)
    )
    for row in connection.execute(query):
        if row.events - row.sold != row.open_events:
            yield (
                f"Order {row.id} counts {row.open_events} open events,"
                f" but {row.sold} of {row.events} are sold."
            )


def paying_holds_have_an_order(connection: Connection) -> Iterator[str]:
    """Places are frozen only for an order that may still be paid or finished."""
    query = (
        select(HoldRow.id, HoldRow.order_id, Order.status)
        .outerjoin(Order, Order.id == HoldRow.order_id)
        .where(
            HoldRow.state == HoldState.PAYING,
            or_(Order.id.is_(None), Order.status == OrderStatus.PAID),
        )
    )
    for row in connection.execute(query):
        yield f"Hold {row.id} is frozen for order {row.order_id}, which is {row.status or 'gone'}."
