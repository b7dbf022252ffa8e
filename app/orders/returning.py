"""Tickets that their buyer gives back, where and as long as the event's rules allow it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now
from app.models import OrderStatus
from app.orders.papers import valid_tickets
from app.orders.refunding import refund_tickets
from app.orders.views import OrderView, TicketView, order_view
from app.refusals import Invalid, NotFound, Refusal

RETURNED: Final = "returned by the buyer"
BY: Final = "buyer"


class ReturnsClosed(Refusal):
    """The event takes no tickets back, or not any more."""

    code, status = "returns_closed", 409
    happened = "It is too late to return these tickets here."
    safe = "They are still valid, and nothing was changed."
    next_step = "Ask the house if you cannot come."


def returns_close_at(card: EventCard) -> datetime | None:
    """Until when buyers may return tickets of an event; None where they may not."""
    if card.returns_close_hours is None or card.status == "cancelled":
        return None
    return card.starts_at - timedelta(hours=card.returns_close_hours)


def returnable_tickets(view: OrderView) -> tuple[TicketView, ...]:
    """The order's tickets that can go back now."""
    if view.order.status != OrderStatus.PAID or view.is_disputed:
        return ()
    now = utc_now()
    return tuple(
        ticket
        for ticket in valid_tickets(view)
        if (closes := returns_close_at(ticket.event)) is not None and now < closes
    )


def return_tickets(office: BoxOffice, order_id: str, ticket_ids: Sequence[str]) -> int:
    """Take tickets back from their buyer, money and places with them; how many it were.

    All of them or none: raises `Invalid` where none is named, `NotFound` for one of another order
    and `ReturnsClosed` where the rules say no. Those that are void already are passed over.
    """
    if not ticket_ids:
        raise Invalid({"ticket": "Choose at least one ticket."})
    view = order_view(office, order_id)
    by_id = {ticket.id: ticket for ticket in view.tickets}
    if any(ticket_id not in by_id for ticket_id in ticket_ids):
        raise NotFound("We cannot find that ticket in this booking.")
    live = {ticket.id for ticket in valid_tickets(view)} & set(ticket_ids)
    if not live:
        return 0
    if not live <= {ticket.id for ticket in returnable_tickets(view)}:
        raise ReturnsClosed
    return refund_tickets(office, order_id, sorted(live), RETURNED, BY)
