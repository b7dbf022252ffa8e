"""An order's papers: its tickets to print and its calendar file."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from babel.dates import format_date

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.models import TicketState
from app.money import sum_words
from app.orders.views import OrderView, TicketView
from app.tickets.calendar import ENTRIES_PER_FILE, CalendarEntry, calendar_file
from app.tickets.pdf import TICKETS_PER_DOCUMENT, PrintedTicket, Sheet, tickets_pdf
from app.words import BABEL_LOCALE, clock_words, gettext

SPOKEN_GROUP: Final = 4  # characters of an order code that people read in one breath


def tickets_document(view: OrderView, sheet: Sheet = Sheet.ONE_PER_PAGE) -> bytes:
    """The order's valid tickets as a PDF; ValueError when it has none."""
    return tickets_pdf(printed_tickets(view)[:TICKETS_PER_DOCUMENT], sheet)


def calendar_document(office: BoxOffice, view: OrderView) -> bytes:
    """A calendar file with every event of the order; ValueError when it has none."""
    host = urlsplit(office.settings.base_url).hostname or "localhost"
    made_at = view.order.paid_at or view.order.created_at
    entries = calendar_entries(view)[:ENTRIES_PER_FILE]
    return calendar_file(view.order.id, view.url, host, entries, made_at=made_at)


def valid_tickets(view: OrderView) -> tuple[TicketView, ...]:
    """The tickets that still let somebody in."""
    return tuple(ticket for ticket in view.tickets if ticket.state == TicketState.ISSUED)


def printed_tickets(view: OrderView) -> tuple[PrintedTicket, ...]:
    """What the printed tickets say."""
    return tuple(_printed(ticket, view.order.is_demo) for ticket in valid_tickets(view))


def calendar_entries(view: OrderView) -> tuple[CalendarEntry, ...]:
    """One entry for each event that the order still has tickets for."""
    tickets = valid_tickets(view)
    return tuple(
        _entry(card, tuple(ticket.place for ticket in tickets if ticket.event.id == card.id))
        for card in view.events
        if any(ticket.event.id == card.id for ticket in tickets)
    )


def spoken_code(order_id: str) -> str:
    """An order's code the way people read it out: 8WD3 RX2K."""
    return f"{order_id[:SPOKEN_GROUP]} {order_id[SPOKEN_GROUP:]}".strip()


def full_day_words(local: datetime) -> str:
    """Thursday 26 November 2026."""
    return str(format_date(local, "EEEE d MMMM y", locale=BABEL_LOCALE))


def times_words(card: EventCard) -> str:
    """Doors 19:30, starts 20:00, over at about 22:00."""
    starts = clock_words(card.local_start)
    parts = [gettext("starts %(time)s", time=starts)]
    if card.doors_at is not None:
        doors = clock_words(card.doors_at.astimezone(card.zone))
        parts.insert(0, gettext("doors %(time)s", time=doors))
    if card.ends_at is not None:
        ends = clock_words(card.ends_at.astimezone(card.zone))
        parts.append(gettext("over at about %(time)s", time=ends))
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def where_words(card: EventCard) -> tuple[str, str]:
    """Room and house, and the address in one line."""
    rooms = [part for part in (card.room, card.house.venue) if part]
    return ", ".join(rooms), ", ".join(card.house.address.splitlines())


def _printed(ticket: TicketView, is_demo: bool) -> PrintedTicket:
    card = ticket.event
    venue, address = where_words(card)
    notes = [card.notes.get("age", ""), card.notes.get("running", "")]
    if is_demo:
        notes.insert(0, gettext("Demo ticket, opens no door."))
    return PrintedTicket(
        event_title=card.title,
        date_line=full_day_words(card.local_start),
        doors_line=times_words(card),
        venue=venue,
        address=address,
        place=ticket.place,
        section=ticket.section,
        row=ticket.row,
        seat=ticket.number,
        ticket_type=ticket.type_name,
        price=sum_words(ticket.cents, ticket.currency),
        name=ticket.name,
        order_code=spoken_code(ticket.order_id),
        code=ticket.code,
        staff_code=ticket.staff_code,
        stock=card.stock,
        notes=" ".join(note for note in notes if note),
        organizer=card.house.name,
        legal_line=card.house.notes.get("legal", ""),
    )


def _entry(card: EventCard, places: tuple[str, ...]) -> CalendarEntry:
    venue, address = where_words(card)
    later = card.ends_at is not None and card.ends_at > card.starts_at
    return CalendarEntry(
        event=card.id,
        title=card.title,
        starts_at=card.starts_at,
        ends_at=card.ends_at if later else None,
        time_zone=card.time_zone,
        venue=venue,
        address=address,
        doors=times_words(card),
        places=places,
        cancelled=card.status == "cancelled",
    )
