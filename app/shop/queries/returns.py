"""Returning tickets in words: which, until when, and where the money goes."""

from __future__ import annotations

from datetime import datetime

from app.catalogue import EventCard
from app.models import BY_HAND, RefundState
from app.money import sum_words
from app.orders.papers import spoken_code, valid_tickets
from app.orders.returning import returnable_tickets, returns_close_at
from app.orders.views import OrderView, TicketView
from app.pages import Action, inside
from app.shop.views.order import ReturnChoice, ReturnPage, ReturnPart
from app.words import gettext as _
from app.words import moment_words, short_moment_words


def return_page(view: OrderView, error: str = "") -> ReturnPage:
    """The form with every ticket that can go back now, and words for those that cannot."""
    returnable = returnable_tickets(view)
    ids = {ticket.id for ticket in returnable}
    kept = [ticket for ticket in valid_tickets(view) if ticket.id not in ids]
    cards = [card for card in view.events if any(t.event.id == card.id for t in returnable)]
    return ReturnPage(
        title=_("Return tickets") if returnable else _("Nothing here can be returned"),
        url=f"/o/{view.order.id}/{view.secret}",
        order_words=_("Booking %(code)s", code=spoken_code(view.order.id)),
        parts=tuple(_part(card, view, returnable) for card in cards),
        money_words=money_way_words(view),
        kept_words=_kept_words(view, kept),
        error=error,
    )


def return_action(view: OrderView, path: str) -> Action | None:
    """The way there from the booking, with sum and deadline; None where nothing can go back."""
    returnable = returnable_tickets(view)
    if not returnable:
        return None
    until = min(closes for ticket in returnable if (closes := returns_close_at(ticket.event)))
    when = _local(returnable[0].event, until)
    cents = min(sum(ticket.cents for ticket in returnable), left_cents(view))
    note = _("Until %(when)s", when=when)
    if cents:
        total = sum_words(cents, view.order.currency)
        note = _("%(total)s back to you, until %(when)s", total=total, when=when)
    return Action(_("Return tickets"), f"{path}/returns", icon="return", note=note)


def left_cents(view: OrderView) -> int:
    """What of the money has not gone back already."""
    back = sum(one.cents for one in view.refunds if one.state != RefundState.FAILED)
    return max(0, view.order.total_cents - back)


def money_way_words(view: OrderView) -> str:
    """How the money of an order comes back to its buyer."""
    gateway = view.order.gateway
    if not view.order.total_cents:
        return _("There was nothing to pay, so nothing comes back.")
    if not left_cents(view):
        return _("All of the money went back already, so nothing more comes back.")
    if gateway == "demo":
        return _("This is a demo: no money moved, and none comes back.")
    if gateway in BY_HAND:
        return _(
            "The house pays the money back by hand: ask at the counter, with your booking code."
        )
    return _("The money goes back to your card by itself, usually within 5 to 10 days.")


def _part(card: EventCard, view: OrderView, returnable: tuple[TicketView, ...]) -> ReturnPart:
    closes = returns_close_at(card) or card.starts_at
    choices = tuple(
        ReturnChoice(ticket.id, ticket.place, _note(ticket, left_cents(view)))
        for ticket in returnable
        if ticket.event.id == card.id
    )
    until = _("Until %(when)s", when=_local(card, closes))
    return ReturnPart(card.title, short_moment_words(card.local_start), until, choices)


def _note(ticket: TicketView, left: int) -> str:
    cents = min(ticket.cents, left)
    if not cents:
        return ticket.type_name
    price = sum_words(cents, ticket.currency)
    return _("%(price)s back, %(kind)s", price=price, kind=inside(ticket.type_name))


def _kept_words(view: OrderView, kept: list[TicketView]) -> str:
    if not valid_tickets(view):
        return _("No ticket of this booking is valid any more.")
    if not kept:
        return ""
    if not any(returns_close_at(ticket.event) for ticket in kept):
        return _("Tickets cannot be returned here: ask the house if you cannot come.")
    return _("For other tickets of this booking it is too late, or their show takes none back.")


def _local(card: EventCard, at: datetime) -> str:
    return moment_words(at.astimezone(card.zone))
