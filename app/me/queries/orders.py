"""A buyer's orders in words: what is to come, and what is behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import request

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now
from app.mail.reading import letter_show
from app.me.queries.rows import coming_rows, count_past, past_rows, places_of
from app.me.views import ComingView, PastOrder, PastPage, Stub
from app.models import OrderStatus
from app.money import sum_words
from app.my_page import Section
from app.orders.papers import full_day_words, spoken_code, valid_tickets
from app.orders.views import OrderView, order_view
from app.pages import Label
from app.refusals import NotFound
from app.sign_ins.sessions import SignedInBuyer
from app.words import clock_words, list_words, ngettext, short_moment_words
from app.words import gettext as _

STUBS_PER_PAGE: Final = 12
ORDERS_PER_PAGE: Final = 20
PAGES_LIMIT: Final = 1000
PLACES_SHOWN: Final = 2


def coming_view(office: BoxOffice, buyer: SignedInBuyer) -> ComingView:
    """One page of what is to come."""
    now, number = utc_now(), page_number()
    with office.db.read() as connection:
        begin = (number - 1) * STUBS_PER_PAGE
        rows = coming_rows(connection, buyer.address_key, now, begin, STUBS_PER_PAGE + 1)
        past_count = count_past(connection, buyer.address_key, now)
    shown = rows[:STUBS_PER_PAGE]
    views = {order_id: order_view(office, order_id) for order_id in dict.fromkeys(dict(shown))}
    return ComingView(
        stubs=tuple(_stub(office, views[order_id], event_id) for order_id, event_id in shown),
        past_count=past_count,
        older_url=f"/me?page={number + 1}" if len(rows) > STUBS_PER_PAGE else "",
        newer_url=f"/me?page={number - 1}" if number > 1 else "",
    )


def past_page(office: BoxOffice, buyer: SignedInBuyer) -> PastPage:
    """One page of the history."""
    number = page_number()
    with office.db.read() as connection:
        begin = (number - 1) * ORDERS_PER_PAGE
        rows = past_rows(connection, buyer.address_key, utc_now(), begin, ORDERS_PER_PAGE + 1)
        shown = rows[:ORDERS_PER_PAGE]
        places = places_of(connection, [row.id for row in shown])
    return PastPage(
        email=buyer.email,
        orders=tuple(_past_order(office, row, places.get(row.id, [])) for row in shown),
        older_url=f"/me/before?page={number + 1}" if len(rows) > ORDERS_PER_PAGE else "",
        newer_url=f"/me/before?page={number - 1}" if number > 1 else "",
    )


def page_number() -> int:
    """Which page of a list is asked for; the first where that is no number."""
    typed = request.args.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return min(PAGES_LIMIT, max(1, number))


def order_path(office: BoxOffice, order_id: str) -> str:
    """The signed address of an order."""
    return f"/o/{order_id}/{office.tokens.order_secret(order_id)}"


def _stub(office: BoxOffice, view: OrderView, event_id: int) -> Stub:
    card = office.catalogue.by_id(event_id)
    return Stub(
        title=card.title,
        stock=card.stock,
        when=_when_words(card),
        places=_places_words(view, card),
        url=order_path(office, view.order.id),
        state=_coming_state(view, card),
    )


def _when_words(card: EventCard) -> str:
    """Thu 26 Nov, 20:00; on its day what to be in time for."""
    if card.local_start.date() != utc_now().astimezone(card.zone).date():
        return short_moment_words(card.local_start)
    if card.doors_at is not None:
        return _("Today, doors %(time)s", time=clock_words(card.doors_at.astimezone(card.zone)))
    return _("Today, %(time)s", time=clock_words(card.local_start))


def _places_words(view: OrderView, card: EventCard) -> str:
    """3 tickets, Stalls, row F, seats 12, 13 and 14."""
    tickets = [ticket for ticket in valid_tickets(view) if ticket.event.id == card.id]
    places = [place for place in view.places if place.event.id == card.id]
    count = ngettext("%(num)d place", "%(num)d places", len(places))
    if tickets:
        count = ngettext("%(num)d ticket", "%(num)d tickets", len(tickets))
    named = letter_show(view, card).places
    more = [_("and more")] if len(named) > PLACES_SHOWN else []
    return ", ".join([count, *named[:PLACES_SHOWN], *more])


def _coming_state(view: OrderView, card: EventCard) -> Label | None:
    if card.status == "cancelled":
        return Label(_("Cancelled"), "bad", "cross")
    if view.order.status == OrderStatus.PENDING:
        words = _("To be paid") if view.order.confirmed_at else _("To be confirmed")
        return Label(words, "warn", "clock")
    if not any(ticket.event.id == card.id for ticket in valid_tickets(view)):
        return Label(_("Admits nobody for now"), "warn", "warning")
    return None


def _past_order(office: BoxOffice, row: Any, places: Sequence[tuple[int, int]]) -> PastOrder:
    cards = list(_cards(office, [event_id for event_id, _count in places]))
    title = list_words(list(dict.fromkeys(card.title for card in cards)))
    count = sum(count for _event, count in places)
    facts = [
        full_day_words(cards[0].local_start) if cards else "",
        ngettext("%(num)d ticket", "%(num)d tickets", count),
        sum_words(row.total_cents, row.currency) if row.total_cents else _("Free"),
    ]
    is_back = row.status == OrderStatus.REFUNDED
    return PastOrder(
        title=title or _("Booking %(code)s", code=spoken_code(row.id)),
        note=", ".join(fact for fact in facts if fact),
        url=order_path(office, row.id),
        state=Label(_("Given back"), "", "return") if is_back else None,
    )


def _cards(office: BoxOffice, event_ids: Sequence[int]) -> Iterator[EventCard]:
    """The events that are still known, soonest first."""
    cards = []
    for event_id in event_ids:
        try:
            cards.append(office.catalogue.by_id(event_id))
        except NotFound:
            continue
    yield from sorted(cards, key=lambda card: (card.starts_at, card.id))


TICKETS: Final = Section("tickets", lambda: _("Tickets"), "me/_tickets.html", coming_view)
