"""One ticket in words."""

from __future__ import annotations

from collections.abc import Iterator

from app.box_office import office
from app.models import TicketState
from app.orders.disputes import BARRED
from app.orders.papers import spoken_code, times_words, valid_tickets, where_words
from app.orders.views import OrderView, TicketView
from app.pages import Action, Label
from app.shop.queries.order import place_facts
from app.shop.queries.places import WHEELCHAIR
from app.shop.views.order import Sibling, TicketPage
from app.tickets.qr import qr_svg
from app.tickets.staff_codes import format_staff_code
from app.words import day_words
from app.words import gettext as _


def ticket_page(ticket: TicketView, order: OrderView, token: str) -> TicketPage:
    """The ticket: a code while it is valid, words when it is not."""
    card = ticket.event
    venue, address = where_words(card)
    is_void = ticket.state != TicketState.ISSUED
    return TicketPage(
        title=card.title,
        stock=card.stock,
        day=day_words(card.local_start),
        times=times_words(card),
        place=place_facts(ticket),
        ticket_type=ticket.type_name,
        venue=f"{venue}." if not address else f"{venue},",
        address=address,
        qr=None
        if is_void
        else qr_svg(ticket.code, _("Ticket code for %(place)s", place=ticket.place)),
        staff_code=format_staff_code(ticket.staff_code),
        state=_state(ticket, is_void),
        is_demo=order.order.is_demo,
        is_void=is_void,
        void_title=_("This ticket admits nobody for now")
        if ticket.state == BARRED
        else _("This ticket is no longer valid"),
        void_words=_("The bank that paid for it has asked for the money back. Ask the house.")
        if ticket.state == BARRED
        else _("It opens nothing any more. The booking says what became of it."),
        siblings=tuple(_siblings(ticket, order)),
        actions=tuple(_actions(order, token)),
        access_words=_access(ticket),
    )


def _state(ticket: TicketView, is_void: bool) -> Label:
    if is_void:
        return Label(_("Not valid"), "bad", "cross")
    if ticket.event.status == "cancelled":
        return Label(_("Show cancelled"), "bad", "cross")
    return Label(_("Valid"), "ok", "check")


def _siblings(ticket: TicketView, order: OrderView) -> Iterator[Sibling]:
    tickets = [other for other in valid_tickets(order) if other.event.id == ticket.event.id]
    for at, other in enumerate(tickets, 1):
        words = f"{other.row}{other.number}" if other.number else str(at)
        url = f"/t/{office().tokens.ticket(other.id)}"
        yield Sibling(words, url, other.id == ticket.id)


def _actions(order: OrderView, token: str) -> Iterator[Action]:
    yield Action(_("Add to calendar"), f"/t/{token}/calendar.ics", icon="calendar", is_file=True)
    yield Action(_("Print or PDF"), f"/t/{token}/ticket.pdf", icon="print", is_file=True)
    name = _("Booking %(code)s", code=spoken_code(order.order.id))
    yield Action(name, f"/o/{order.order.id}/{order.secret}", icon="ticket")


def _access(ticket: TicketView) -> str:
    if WHEELCHAIR in ticket.features:
        return _("Wheelchair place.") + " " + ticket.event.notes.get("access", "")
    return ticket.event.notes.get("access", "") or ticket.event.house.notes.get("access", "")
