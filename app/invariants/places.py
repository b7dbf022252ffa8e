"""Every place has exactly one owner, and every owner its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, and_, func, or_, select

from app.inventory_reading import plan_of
from app.models import (
    Allocation,
    Area,
    AreaBlock,
    Event,
    HoldRow,
    HoldState,
    SeatState,
    Ticket,
    TicketState,
)

HOLDING = (HoldState.LIVE, HoldState.PAYING)


def place_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        held_seats_have_a_hold,
        sold_seats_have_one_ticket,
        tickets_have_their_seat,
        blocked_seats_have_a_reason,
        seats_are_in_the_plan,
        area_counts_are_right,
        baskets_hold_once,
        holds_hold_something,
    )


def held_seats_have_a_hold(connection: Connection) -> Iterator[str]:
    """A held seat belongs to a live or paying hold of the same event."""
    query = (
        select(Allocation.event_id, Allocation.seat_id, Allocation.hold_id)
        .outerjoin(HoldRow, HoldRow.id == Allocation.hold_id)
        .where(
            Allocation.state == SeatState.HELD,
            or_(
                HoldRow.id.is_(None),
                HoldRow.event_id != Allocation.event_id,
                HoldRow.state.not_in(HOLDING),
            ),
        )
    )
    for row in connection.execute(query):
        yield (
            f"Seat {row.seat_id} of event {row.event_id} is held by {row.hold_id},"
            " which is no running hold of that event."
        )


def sold_seats_have_one_ticket(connection: Connection) -> Iterator[str]:
    """A sold seat belongs to an issued ticket for that very seat."""
    query = (
        select(Allocation.event_id, Allocation.seat_id, Allocation.ticket_id)
        .outerjoin(Ticket, Ticket.id == Allocation.ticket_id)
        .where(
            Allocation.state == SeatState.SOLD,
            or_(
                Ticket.id.is_(None),
                Ticket.state != TicketState.ISSUED,
                Ticket.event_id != Allocation.event_id,
                Ticket.seat_id.is_(None),
                Ticket.seat_id != Allocation.seat_id,
            ),
        )
    )
    for row in connection.execute(query):
        yield (
            f"Seat {row.seat_id} of event {row.event_id} is sold to ticket {row.ticket_id},"
            " which is no live ticket for that seat."
        )


def tickets_have_their_seat(connection: Connection) -> Iterator[str]:
    """An issued ticket with a seat has that seat, and nobody else does."""
    query = (
        select(Ticket.id, Ticket.event_id, Ticket.seat_id)
        .outerjoin(
            Allocation,
            and_(
                Allocation.event_id == Ticket.event_id,
                Allocation.seat_id == Ticket.seat_id,
                Allocation.ticket_id == Ticket.id,
                Allocation.state == SeatState.SOLD,
            ),
        )
        .where(
            Ticket.state == TicketState.ISSUED,
            Ticket.seat_id.is_not(None),
            Allocation.seat_id.is_(None),
        )
    )
    for row in connection.execute(query):
        yield f"Ticket {row.id} is for seat {row.seat_id} of event {row.event_id} but has it not."


def blocked_seats_have_a_reason(connection: Connection) -> Iterator[str]:
    """Nobody takes a seat off sale without saying why."""
    query = select(Allocation.event_id, Allocation.seat_id).where(
        Allocation.state == SeatState.BLOCKED,
        or_(Allocation.reason.is_(None), func.trim(Allocation.reason) == ""),
    )
    for row in connection.execute(query):
        yield f"Seat {row.seat_id} of event {row.event_id} is blocked for no reason."


def seats_are_in_the_plan(connection: Connection) -> Iterator[str]:
    """Every seat that is not free exists in the drawing of its event."""
    taken: dict[int, set[str]] = {}
    for event_id, seat_id in connection.execute(select(Allocation.event_id, Allocation.seat_id)):
        taken.setdefault(event_id, set()).add(seat_id)
    plans = {row.id: row.plan_id for row in connection.execute(select(Event.id, Event.plan_id))}
    known: dict[int, set[str]] = {}
    for event_id, seats in taken.items():
        plan_id = plans.get(event_id)
        if plan_id is not None and plan_id not in known:
            known[plan_id] = {seat.id for seat in plan_of(connection, plan_id).seats}
        for seat_id in sorted(seats - known.get(plan_id or 0, set())):
            yield f"Seat {seat_id} of event {event_id} is taken but not in its plan."


def area_counts_are_right(connection: Connection) -> Iterator[str]:
    """An area's count is what is held, sold and blocked of it, and no more than fits."""
    taken = _held_of_areas(connection) + _sold_of_areas(connection) + _blocked_of_areas(connection)
    for row in connection.execute(select(Area.event_id, Area.key, Area.taken, Area.capacity)):
        found = taken.pop((row.event_id, row.key), 0)
        where = f"Area {row.key} of event {row.event_id}"
        if found != row.taken:
            yield f"{where} counts {row.taken} taken places, but {found} have an owner."
        if found > row.capacity:
            yield f"{where} has {row.capacity} places and {found} owners."
    for (event_id, key), count in taken.items():
        yield f"{count} places belong to area {key} of event {event_id}, which does not exist."


def baskets_hold_once(connection: Connection) -> Iterator[str]:
    """A basket has at most one running hold for an event."""
    query = (
        select(HoldRow.event_id, HoldRow.basket_id, func.count())
        .where(HoldRow.state.in_(HOLDING))
        .group_by(HoldRow.event_id, HoldRow.basket_id)
        .having(func.count() > 1)
    )
    for event_id, basket_id, count in connection.execute(query):
        yield f"Basket {basket_id} has {count} holds for event {event_id}."


def holds_hold_something(connection: Connection) -> Iterator[str]:
    """A running hold has at least one place, and a paying one its order."""
    holding = select(Allocation.hold_id).where(Allocation.state == SeatState.HELD)
    query = select(HoldRow.id, HoldRow.state, HoldRow.areas, HoldRow.order_id).where(
        HoldRow.state.in_(HOLDING),
        or_(
            HoldRow.id.not_in(holding),
            (HoldRow.state == HoldState.PAYING) != HoldRow.order_id.is_not(None),
        ),
    )
    for row in connection.execute(query):
        if (row.state == HoldState.PAYING) != (row.order_id is not None):
            yield f"Hold {row.id} is {row.state} with the order {row.order_id}."
        elif not row.areas:
            yield f"Hold {row.id} is {row.state} and holds nothing."


def _held_of_areas(connection: Connection) -> Counter[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    query = select(HoldRow.event_id, HoldRow.areas).where(HoldRow.state.in_(HOLDING))
    for event_id, areas in connection.execute(query):
        for area, _, count in areas:
            counts[event_id, str(area)] += int(str(count))
    return counts


def _sold_of_areas(connection: Connection) -> Counter[tuple[int, str]]:
    query = (
        select(Ticket.event_id, Ticket.area, func.count())
        .where(Ticket.state == TicketState.ISSUED, Ticket.area.is_not(None))
        .group_by(Ticket.event_id, Ticket.area)
    )
    return Counter({(event, str(area)): n for event, area, n in connection.execute(query)})


def _blocked_of_areas(connection: Connection) -> Counter[tuple[int, str]]:
    query = select(AreaBlock.event_id, AreaBlock.area, func.sum(AreaBlock.count)).group_by(
        AreaBlock.event_id, AreaBlock.area
    )
    return Counter({(event, area): int(n) for event, area, n in connection.execute(query)})
