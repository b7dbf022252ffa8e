"""Requests about single places: take off sale, put back, move a ticket."""

from __future__ import annotations

from sqlalchemy import select

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import wall_ms
from app.control_requests.asked import BY, Words, areas_of, card_of, seats_of
from app.inventory.commands import BlockPlaces, Command, MoveTicket, UnblockPlaces
from app.inventory.views import Changed
from app.models import Ticket
from app.refusals import Invalid, NotFound, PlacesTaken, Refusal
from app.tickets.staff_codes import BadStaffCode, read_staff_code


class NotFree(Refusal):
    """At least one of the places is held, sold or blocked."""

    code = "not_free"
    safe = "Nothing was changed."
    next_step = "Choose free places, or move their tickets first."


def block_places(office: BoxOffice, words: Words) -> Words:
    """Take free places off sale: all of them or none."""
    card = card_of(office, words)
    seats, areas = seats_of(office, card, words), areas_of(words)
    command = BlockPlaces(reason=str(words.get("reason", "")), by=BY, seats=seats, areas=areas)
    return {"event": card.slug, "count": _ask(office, card, command)}


def unblock_places(office: BoxOffice, words: Words) -> Words:
    """Put blocked places back on sale."""
    card = card_of(office, words)
    seats, areas = seats_of(office, card, words), areas_of(words)
    command = UnblockPlaces(by=BY, reason=str(words.get("reason", "")), seats=seats, areas=areas)
    return {"event": card.slug, "count": _ask(office, card, command)}


def move_ticket(office: BoxOffice, words: Words) -> Words:
    """Give the ticket with this staff code another free seat."""
    card = card_of(office, words)
    try:
        staff_code = read_staff_code(str(words["ticket"]))
    except BadStaffCode as error:
        raise Invalid({"ticket": str(error)}) from None
    with office.db.read() as connection:
        ticket_id = connection.scalar(
            select(Ticket.id).where(Ticket.staff_code == staff_code, Ticket.event_id == card.id)
        )
    if ticket_id is None:
        raise NotFound(
            f"No ticket of {card.title} has the code {words['ticket']}.",
            safe="Nothing was changed.",
            next_step="The ten characters stand under the QR code.",
        )
    (seat,) = seats_of(office, card, words)
    command = MoveTicket(ticket_id, seat, BY, wall_ms())
    return {"event": card.slug, "count": _ask(office, card, command)}


def _ask(office: BoxOffice, card: EventCard, command: Command[Changed]) -> int:
    """How many places it changed; in words for whoever runs the house, not for buyers."""
    try:
        return office.inventory_of(card.id).ask(command).count
    except PlacesTaken as taken:
        named = [*taken.details.get("seats", ()), *taken.details.get("areas", ())]
        raise NotFree(f"Not free: {', '.join(map(str, named))}.") from None
