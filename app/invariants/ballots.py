"""Seats that a ballot promised are nobody else's, and each is promised once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from app.inventory.kept import PREFIX, ballot_of, entry_of
from app.models import (
    Allocation,
    BallotEntry,
    BallotRight,
    BallotSupply,
    RightState,
    SeatState,
    Ticket,
)


def ballot_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        kept_seats_are_the_entrys_own,
        rights_have_their_seats,
        buyers_are_who_was_promised,
        room_adds_up,
    )


def kept_seats_are_the_entrys_own(connection: Connection) -> Iterator[str]:
    """A seat kept for an entry is held or sold by its right only, and it has no more than that."""
    rights = _rights(connection)
    counts: Counter[tuple[str, int]] = Counter()
    for row in _kept(connection):
        entry_id = entry_of(row.reason)
        if not entry_id:
            if row.state != SeatState.BLOCKED:
                yield f"Seat {row.seat_id} of event {row.event_id} is {row.state} by no entry."
            continue
        counts[entry_id, row.event_id] += 1
        right = rights.get((entry_id, row.event_id))
        where = f"Seat {row.seat_id} of event {row.event_id}"
        if right is None:
            yield f"{where} is kept for {entry_id}, which never had a right to it."
        elif row.state != SeatState.BLOCKED and right.state == RightState.OVER:
            yield f"{where} is {row.state} by {entry_id}, whose right is over."
        elif row.state == SeatState.HELD and not right.is_guarded:
            yield f"{where} is held by {entry_id}, whose right could end meanwhile."
    for (entry_id, event_id), count in counts.items():
        right = rights.get((entry_id, event_id))
        if right is not None and count > right._mapping["count"]:
            yield f"Entry {entry_id} has {count} seats of event {event_id}, more than its right."


def rights_have_their_seats(connection: Connection) -> Iterator[str]:
    """A ballot has at least as many seats of an event as its live rights promise."""
    rights = _rights(connection)
    live = {key for key, right in rights.items() if right.state == RightState.LIVE}
    has: Counter[tuple[int, int]] = Counter()
    for row in _kept(connection):
        if row.state != SeatState.SOLD or (entry_of(row.reason), row.event_id) in live:
            has[ballot_of(row.reason), row.event_id] += 1
    promised: Counter[tuple[int, int]] = Counter()
    for key in live:
        right = rights[key]
        promised[right.ballot_id, right.event_id] += right._mapping["count"]
    for (ballot_id, event_id), count in promised.items():
        if has[ballot_id, event_id] < count:
            yield (
                f"Ballot {ballot_id} promised {count} seats of event {event_id} and has"
                f" {has[ballot_id, event_id]}."
            )


def buyers_are_who_was_promised(connection: Connection) -> Iterator[str]:
    """What an entry bought is in its own order."""
    query = (
        select(Allocation.seat_id, Allocation.event_id, Allocation.reason, Ticket.order_id)
        .join(Ticket, Ticket.id == Allocation.ticket_id)
        .where(Allocation.state == SeatState.SOLD, Allocation.reason.startswith(PREFIX))
    )
    orders = {
        row.id: row.order_id
        for row in connection.execute(
            select(BallotEntry.id, BallotEntry.order_id).where(BallotEntry.order_id.is_not(None))
        )
    }
    for row in connection.execute(query):
        entry_id = entry_of(row.reason)
        if orders.get(entry_id, row.order_id) != row.order_id:
            yield (
                f"Seat {row.seat_id} of event {row.event_id} was kept for {entry_id} and is in"
                f" order {row.order_id}, not in its own."
            )


def room_adds_up(connection: Connection) -> Iterator[str]:
    """Seats of a ballot are free, promised or bought, and nothing else."""
    taken: Counter[tuple[int, int, str]] = Counter()
    live = (
        select(
            BallotRight.ballot_id, BallotRight.event_id, BallotRight.category,
            func.sum(BallotRight.count),
        )
        .where(BallotRight.state == RightState.LIVE)
        .group_by(BallotRight.ballot_id, BallotRight.event_id, BallotRight.category)
    )  # fmt: skip
    for ballot_id, event_id, category, count in connection.execute(live):
        taken[ballot_id, event_id, category] += int(count)
    bought = select(BallotEntry.ballot_id, BallotEntry.bought, BallotEntry.bought_count)
    for ballot_id, wish, count in connection.execute(bought.where(BallotEntry.bought_count > 0)):
        taken[ballot_id, int(str(wish[0])), str(wish[1])] += count
    for row in connection.execute(select(BallotSupply.__table__)):
        found = taken[row.ballot_id, row.event_id, row.category]
        count = row._mapping["count"]
        if row.room + found != count:
            yield (
                f"Ballot {row.ballot_id} has {count} seats of {row.category} at event"
                f" {row.event_id}: {row.room} free and {found} promised or bought."
            )


def _kept(connection: Connection) -> Any:
    return connection.execute(
        select(Allocation.__table__).where(Allocation.reason.startswith(PREFIX))
    ).all()


def _rights(connection: Connection) -> dict[tuple[str, int], Any]:
    """The last right of each entry at each event."""
    query = select(BallotRight.__table__).order_by(BallotRight.number)
    return {(row.entry_id, row.event_id): row for row in connection.execute(query)}
