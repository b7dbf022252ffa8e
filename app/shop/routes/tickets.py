"""One ticket by its signed link."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.houses import show_house
from app.htmx import show_page
from app.models import TicketState
from app.orders.papers import calendar_document, tickets_document
from app.orders.views import OrderView, TicketView, ticket_view
from app.refusals import NotFound
from app.shop.queries.ticket import ticket_page
from app.shop.routes.orders import as_file

bp = Blueprint("tickets", __name__)


@bp.get("/t/<token>")
def show_ticket(token: str) -> ResponseReturnValue:
    """The ticket as a door sees it."""
    ticket, order = ticket_view(office(), token)
    show_house(ticket.event.house)

    return show_page("shop/ticket.html", page=ticket_page(ticket, order, token))


@bp.get("/t/<token>/ticket.pdf")
def show_ticket_file(token: str) -> ResponseReturnValue:
    """This ticket alone, to print."""
    ticket, order = _valid(token)

    content = tickets_document(replace(order, tickets=(ticket,)))

    return as_file(content, "application/pdf", f"ticket-{ticket.staff_code}.pdf")


@bp.get("/t/<token>/calendar.ics")
def show_ticket_calendar(token: str) -> ResponseReturnValue:
    """This ticket's event as a calendar file."""
    ticket, order = _valid(token)

    content = calendar_document(office(), replace(order, tickets=(ticket,)))

    return as_file(content, "text/calendar", f"booking-{order.order.id}.ics")


def _valid(token: str) -> tuple[TicketView, OrderView]:
    ticket, order = ticket_view(office(), token)
    if ticket.state != TicketState.ISSUED:
        raise NotFound
    return ticket, order
