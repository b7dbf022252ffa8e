"""Reading one event's offer and places from the database into memory."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, select

from app.clock import to_ms
from app.config import EXTENSIONS_LIMIT, HOLD_LIFE_SECONDS, REFUSED_CARD_SECONDS, Settings
from app.inventory.kept import is_keeper
from app.inventory.offer import AreaOffer, Limits, NamedKey, Offer, Seat
from app.inventory.state import EventInventory, Hold, LiveTicket, OverHold
from app.models import (
    BY_HAND,
    Allocation,
    Area,
    AreaBlock,
    Event,
    HoldRow,
    HoldState,
    Order,
    OrderLine,
    Price,
    PriceCategory,
    SeatingPlan,
    Ticket,
    TicketType,
)
from app.plans.geometry import focus_point
from app.plans.plan import Plan, with_features
from app.plans.pretix import read_plan
from app.refusals import NotFound

PLANS_KEPT: Final = 8
OVER_READ_LIMIT: Final = 1000  # ended holds of an event whose story outlives a restart


def read_offer(connection: Connection, event_id: int, settings: Settings) -> Offer:
    """What the event offers, with its plan; `NotFound` when there is no such event."""
    event = connection.execute(select(Event.__table__).where(Event.id == event_id)).first()
    if event is None:
        raise NotFound
    categories = _rows(connection, PriceCategory, event_id)
    plan = None if event.plan_id is None else plan_of(connection, event.plan_id)
    by_plan_name = {name: row.key for row in categories for name in (row.plan_names or [row.name])}
    seats, rows = _seats(plan, by_plan_name) if plan is not None else ((), ())
    return Offer(
        event_id=event_id,
        slug=event.slug,
        currency=event.currency,
        status=event.status,
        sales_open_ms=None if event.sales_open_at is None else to_ms(event.sales_open_at),
        sales_close_ms=to_ms(event.sales_close_at or event.starts_at),
        seats=seats,
        areas={
            row.key: AreaOffer(row.key, row.name, row.category, row.capacity, row.note)
            for row in _rows(connection, Area, event_id)
        },
        categories=tuple(NamedKey(row.key, row.name) for row in categories),
        ticket_types=tuple(
            NamedKey(row.key, row.name, row.note) for row in _rows(connection, TicketType, event_id)
        ),
        prices=_prices(connection, event_id),
        limits=_limits(event, settings),
        focus=(0.0, 0.0) if plan is None else focus_point(plan),
        fill_from=_fill_from(plan),
        seat_index={seat.id: seat.index for seat in seats},
        rows=rows,
    )


def plan_of(connection: Connection, plan_id: int) -> Plan:
    """A seating plan with its confirmed features; kept in memory for its next reader."""
    row = connection.execute(
        select(SeatingPlan.source, SeatingPlan.features).where(SeatingPlan.id == plan_id)
    ).one()
    features = tuple(sorted((seat, tuple(kinds)) for seat, kinds in row.features.items()))
    return _parsed_plan(row.source, features)


def read_places(connection: Connection, offer: Offer) -> EventInventory:
    """Everything that is not free, and the story of holds that ended lately."""
    state = EventInventory(offer)
    seats = connection.execute(
        select(Allocation.__table__).where(Allocation.event_id == offer.event_id)
    ).all()
    _read_holds(connection, state, seats)
    _read_over(connection, state)
    _read_tickets(connection, state)
    for row in seats:
        if row.state == "blocked":
            state.restore_block(row.seat_id)
        if row.reason is not None and is_keeper(row.reason):
            state.restore_kept(row.seat_id, row.reason)
    blocks = select(AreaBlock.area, AreaBlock.reason, AreaBlock.count)
    for area, reason, count in connection.execute(
        blocks.where(AreaBlock.event_id == offer.event_id)
    ):
        state.restore_area_block(area, reason, count)
    state.touched.clear()
    return state


def _read_holds(connection: Connection, state: EventInventory, seats: Any) -> None:
    held: dict[str, dict[str, str]] = {}
    for row in seats:
        if row.state == "held":
            held.setdefault(row.hold_id, {})[row.seat_id] = row.ticket_type
    query = (
        select(HoldRow.__table__, Order.email_key, Order.gateway)
        .outerjoin(Order, Order.id == HoldRow.order_id)
        .where(HoldRow.event_id == state.offer.event_id, HoldRow.state.in_(("live", "paying")))
    )
    for row in connection.execute(query):
        state.restore_hold(
            Hold(
                row.id,
                row.basket_id,
                row.first_ms,
                row.expires_ms,
                str(row.state),
                row.rest_ms,
                row.extensions,
                row.order_id,
                row.email_key,
                row.gateway if row.gateway in BY_HAND and not row.guarded else "",  # or it has come
                row.guarded,
                held.get(row.id, {}),
                {(area, kind): count for area, kind, count in row.areas},
            )
        )


def _read_over(connection: Connection, state: EventInventory) -> None:
    """Holds that ended: so that who looks, or gives back again, gets the same answer as before."""
    columns = (HoldRow.id, HoldRow.basket_id, HoldRow.state, HoldRow.expires_ms, HoldRow.areas)
    query = (
        select(*columns)
        .where(
            HoldRow.event_id == state.offer.event_id,
            HoldRow.state.in_((HoldState.EXPIRED, HoldState.RELEASED, HoldState.SOLD)),
        )
        .order_by(HoldRow.expires_ms.desc())
        .limit(OVER_READ_LIMIT)
    )
    for row in reversed(connection.execute(query).all()):
        areas = tuple((str(area), str(kind), int(str(count))) for area, kind, count in row.areas)
        state.restore_over(
            OverHold(row.id, row.basket_id, str(row.state), row.expires_ms, (), areas)
        )


def _read_tickets(connection: Connection, state: EventInventory) -> None:
    query = (
        select(
            Ticket.id,
            Ticket.order_id,
            Ticket.line_id,
            Order.email_key,
            Ticket.seat_id,
            Ticket.area,
            Ticket.ticket_type,
            OrderLine.category,
            OrderLine.price_cents,
        )
        .join(Order, Order.id == Ticket.order_id)
        .join(OrderLine, OrderLine.id == Ticket.line_id)
        .where(Ticket.event_id == state.offer.event_id, Ticket.state == "issued")
        .order_by(Ticket.line_id)
    )
    for row in connection.execute(query):
        state.restore_ticket(LiveTicket(*row))


def _rows(connection: Connection, table: Any, event_id: int) -> list[Any]:
    query = select(table.__table__).where(table.event_id == event_id).order_by(table.position)
    return list(connection.execute(query))


def _prices(connection: Connection, event_id: int) -> dict[tuple[str, str], int]:
    rows = connection.execute(
        select(Price.category, Price.ticket_type, Price.cents).where(Price.event_id == event_id)
    )
    return {(row.category, row.ticket_type): row.cents for row in rows}


def _limits(event: Any, settings: Settings) -> Limits:
    return Limits(
        order=event.order_limit,
        buyer=event.buyer_limit,
        forbid_lone_seats=event.forbid_lone_seats,
        hold_ms=settings.hold_seconds * 1000,
        extension_ms=settings.extension_seconds * 1000,
        extensions=EXTENSIONS_LIMIT,
        hold_life_ms=max(HOLD_LIFE_SECONDS, settings.hold_seconds) * 1000,
        refused_card_ms=REFUSED_CARD_SECONDS * 1000,
        later_quotas={
            way: int(event.payments[way]["quota"]) for way in BY_HAND if event.payments.get(way)
        },
    )


@lru_cache(maxsize=PLANS_KEPT)
def _parsed_plan(source: bytes, features: tuple[tuple[str, tuple[str, ...]], ...]) -> Plan:
    plan = read_plan(zlib.decompress(source)).plan
    return with_features(plan, dict(features)) if features else plan


def _seats(
    plan: Plan, by_plan_name: Mapping[str, str]
) -> tuple[tuple[Seat, ...], tuple[tuple[int, ...], ...]]:
    seats: list[Seat] = []
    rows: list[tuple[int, ...]] = []
    for section in plan.sections:
        for row in section.rows:
            for seat in row.seats:
                category = by_plan_name.get(plan.categories[seat.category], "")
                seats.append(
                    Seat(
                        seat.id, seat.index, section.name, row.number, seat.number, category,
                        frozenset(seat.features), seat.x, seat.y, len(rows),
                    )
                )  # fmt: skip
            rows.append(tuple(seat.index for seat in row.seats))
    return tuple(seats), tuple(rows)


def _fill_from(plan: Plan | None) -> frozenset[str]:
    if plan is None:
        return frozenset()
    return frozenset(seat.id for seat in plan.seats if seat.start_direction)
