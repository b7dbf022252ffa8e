"""An event that does not take place: one letter for each of its orders, written in slices."""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import Connection, exists, literal, select

from app.box_office import BoxOffice
from app.effects import Again, Done, Duty, Effect, Facts, Outcome
from app.models import OutboxRow, Ticket, TicketState
from app.outbox import add_effect

LETTER: Final = "mail.event_cancelled"
SLICE_LIMIT: Final = 100  # letters written in one transaction


def duties(office: BoxOffice) -> dict[str, Duty]:
    """How a cancelled event is told to everybody."""
    return {
        "letters.event_cancelled": Duty(partial(find_orders, office), settle=write_letters),
    }


def find_orders(office: BoxOffice, effect: Effect) -> Outcome:
    """Orders with valid tickets that have no letter yet; there is more when the slice is full."""
    event_id = effect.payload["event"]
    key = literal(f"{LETTER}:{event_id}:") + Ticket.order_id
    query = (
        select(Ticket.order_id)
        .where(
            Ticket.event_id == event_id,
            Ticket.state == TicketState.ISSUED,
            ~exists().where(OutboxRow.dedupe_key == key),
        )
        .distinct()
        .order_by(Ticket.order_id)
        .limit(SLICE_LIMIT)
    )
    with office.db.read() as connection:
        orders = list(connection.execute(query).scalars())
    return Again({"orders": orders}) if len(orders) == SLICE_LIMIT else Done({"orders": orders})


def write_letters(connection: Connection, payload: Facts, facts: Facts) -> None:
    """One effect for each order, once."""
    event_id = payload["event"]
    for order_id in facts["orders"]:
        words = {"order": order_id, "event": event_id}
        add_effect(connection, LETTER, f"{LETTER}:{event_id}:{order_id}", words)
