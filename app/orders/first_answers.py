"""An order's tickets as they were when a request was first answered: its repeats see the same."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, func, select

from app.models import JournalEntry, TicketState

WHEN_PLACED: Final = 0  # no entry: tickets are issued as they were sold


def last_entry(connection: Connection, order_id: str) -> int:
    """The number of the journal's last entry about an order: what an answer knew."""
    query = select(func.max(JournalEntry.id)).where(JournalEntry.order_id == order_id)
    return connection.execute(query).scalar() or WHEN_PLACED


def tickets_as_of(
    connection: Connection, order_id: str, tickets: Sequence[Any], entry: int
) -> list[Any]:
    """The tickets' rows without what the journal says of them after this entry."""
    if all(row.generation == 0 and row.state == TicketState.ISSUED for row in tickets):
        return list(tickets)
    then = {row.id: SimpleNamespace(**row._mapping) for row in tickets}
    later = (
        select(JournalEntry.kind, JournalEntry.facts)
        .where(JournalEntry.order_id == order_id, JournalEntry.id > entry)
        .order_by(JournalEntry.id.desc())
    )
    for kind, facts in connection.execute(later):
        if kind == "ticket.moved":
            ticket = then[facts["ticket"]]
            ticket.seat_id, ticket.generation = facts["from"], ticket.generation - 1
        elif kind == "tickets.cancelled":
            for ticket_id in facts["tickets"]:
                then[ticket_id].state = TicketState.ISSUED
    return list(then.values())
