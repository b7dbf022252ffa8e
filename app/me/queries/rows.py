"""Which orders an address has: those with something to come, and those that are behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from app.models import DrawOrder, Event, Order, OrderLine, OrderStatus, Ticket, TicketState
from app.orders.finding import SHOWN

COMING_HOURS: Final = 6  # a show stays up for so long after its end, or its start where that is all


def coming_rows(
    connection: Connection, address_key: str, now: datetime, offset: int, limit: int
) -> list[tuple[str, int]]:
    """Order and event of what is to come, the soonest first."""
    query = (
        select(Order.id, OrderLine.event_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Event, Event.id == OrderLine.event_id)
        .outerjoin(Ticket, and_(Ticket.line_id == OrderLine.id, _is_valid()))
        .where(_is_theirs(address_key), _has_place_to_come(now))
        .group_by(Order.id, OrderLine.event_id, Event.starts_at)
        .order_by(Event.starts_at, Order.id, OrderLine.event_id)
    )
    rows = connection.execute(query.offset(offset).limit(limit))
    return [(row.id, row.event_id) for row in rows]


def past_rows(
    connection: Connection, address_key: str, now: datetime, offset: int, limit: int
) -> list[Any]:
    """Orders with nothing to come, the newest first."""
    columns = (Order.id, Order.status, Order.total_cents, Order.currency, Order.created_at)
    query = _past(select(*columns), address_key, now).order_by(Order.created_at.desc(), Order.id)
    return list(connection.execute(query.offset(offset).limit(limit)))


def count_past(connection: Connection, address_key: str, now: datetime) -> int:
    """How many those are."""
    query = _past(select(func.count(Order.id)), address_key, now)
    return int(connection.execute(query).scalar_one())


def count_valid(connection: Connection, address_key: str, now: datetime) -> tuple[int, int]:
    """Tickets that still let somebody in, and in how many orders they are."""
    query = (
        select(func.count(Ticket.id), func.count(Order.id.distinct()))
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Event, Event.id == OrderLine.event_id)
        .join(Ticket, and_(Ticket.line_id == OrderLine.id, _is_valid()))
        .where(_is_theirs(address_key), Order.status == OrderStatus.PAID, _is_to_come(now))
    )
    tickets, orders = connection.execute(query).one()
    return int(tickets), int(orders)


def places_of(connection: Connection, order_ids: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Events of orders, and how many places each has there."""
    query = (
        select(OrderLine.order_id, OrderLine.event_id, func.count(OrderLine.id).label("places"))
        .where(OrderLine.order_id.in_(order_ids))
        .group_by(OrderLine.order_id, OrderLine.event_id)
        .order_by(OrderLine.event_id)
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.order_id, []).append((row.event_id, row.places))
    return found


def _past(query: Any, address_key: str, now: datetime) -> Any:
    place_to_come = exists(
        select(OrderLine.id)
        .join(Event, Event.id == OrderLine.event_id)
        .outerjoin(Ticket, and_(Ticket.line_id == OrderLine.id, _is_valid()))
        .where(OrderLine.order_id == Order.id, _has_place_to_come(now))
        .correlate(Order)
    )
    is_of_draw = exists().where(DrawOrder.order_id == Order.id)  # those have their own section
    return query.where(_is_theirs(address_key), ~place_to_come, ~is_of_draw)


def _is_theirs(address_key: str) -> ColumnElement[bool]:
    return and_(Order.email_key == address_key, Order.status.in_(SHOWN))


def _has_place_to_come(now: datetime) -> ColumnElement[bool]:
    """A ticket that lets somebody in, or a place that is kept until it is paid."""
    kept = Order.status == OrderStatus.PENDING
    sold = and_(Order.status == OrderStatus.PAID, Ticket.id.is_not(None))
    return and_(_is_to_come(now), or_(kept, sold))


def _is_to_come(now: datetime) -> ColumnElement[bool]:
    edge = now - timedelta(hours=COMING_HOURS)
    return func.coalesce(Event.ends_at, Event.starts_at) >= edge


def _is_valid() -> ColumnElement[bool]:
    return Ticket.state == TicketState.ISSUED
