"""From an order to the words of its letters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.box_office import BoxOffice
from app.catalogue import EventCard, House
from app.mail.letters import LetterHouse, LetterLine, LetterOrder, LetterShow
from app.models import BY_HAND
from app.money import sum_words
from app.orders.lines import draw_words
from app.orders.papers import (
    calendar_entries,
    full_day_words,
    printed_tickets,
    times_words,
    valid_tickets,
    where_words,
)
from app.orders.views import OrderView, SoldDraw, TicketView
from app.words import clock_words, gettext, list_words, ngettext, short_moment_words


def letter_order(office: BoxOffice, view: OrderView) -> LetterOrder:
    """The order as its letters show it, with its tickets and calendar to attach."""
    order = view.order
    shown_cards = [card for card in view.events if _places(view, card)]
    return LetterOrder(
        code=order.id,
        url=view.url,
        name=order.name,
        email=order.email,
        house=_house_of(office, view),
        shows=tuple(letter_show(view, card) for card in shown_cards),
        about="" if view.draw is None else draw_words(office, view.draw.line),
        lines=_lines(view) if view.draw is None else (_draw_line(office, view.draw),),
        total=sum_words(order.total_cents, order.currency),
        is_free=order.total_cents == 0,
        is_demo=order.is_demo,
        paid_words=_paid_words(view),
        tax_words=" ".join(_each_once(card.notes.get("tax", "") for card in shown_cards)),
        made_at=order.paid_at or order.created_at,
        printed=printed_tickets(view),
        entries=calendar_entries(view),
    )


def local_moment(view: OrderView, at: datetime) -> str:
    """A moment in words, on the clock of the order's first event."""
    return short_moment_words(at.astimezone(view.zone))


def _house_of(office: BoxOffice, view: OrderView) -> LetterHouse:
    """The house of the first event; an order that expired may have none left."""
    houses = view.houses or tuple(card.house for card in office.catalogue.all_events())
    return letter_house(houses[0]) if houses else LetterHouse(name=gettext("The box office"))


def letter_house(house: House) -> LetterHouse:
    """The house as its letters name it."""
    return LetterHouse(
        name=house.name,
        address=", ".join(house.address.splitlines()),
        phone=house.phone,
        email=house.email or house.contact_email,
        is_demo=house.is_demo,
    )


def letter_show(view: OrderView, card: EventCard) -> LetterShow:
    """One event of the order."""
    venue, address = where_words(card)
    return LetterShow(
        title=card.title,
        when=short_moment_words(card.local_start),
        day=full_day_words(card.local_start),
        times=times_words(card),
        where=", ".join(part for part in (venue, address) if part),
        stock=card.stock,
        places=_places(view, card),
        getting_in=card.notes.get("access", "") or card.house.notes.get("access", ""),
        refund_words=card.notes.get("refund", "") or card.house.notes.get("refund", ""),
    )


def _lines(view: OrderView) -> tuple[LetterLine, ...]:
    """What was paid for: the tickets where there are any, else what was asked for."""
    currency = view.order.currency
    tickets = valid_tickets(view)
    if tickets:
        return tuple(
            LetterLine(t.place, t.type_name, sum_words(t.cents, currency)) for t in tickets
        )
    return tuple(
        LetterLine(p.place, p.type_name, sum_words(p.line.cents, currency)) for p in view.places
    )


def _places(view: OrderView, card: EventCard) -> tuple[str, ...]:
    """The order's places at one event, seats of a row in one line."""
    tickets = [ticket for ticket in valid_tickets(view) if ticket.event.id == card.id]
    if not tickets:
        return _counted(place.place for place in view.places if place.event.id == card.id)
    rows: dict[tuple[str, str], list[TicketView]] = {}
    for ticket in tickets:
        if ticket.number:
            rows.setdefault((ticket.section, ticket.row), []).append(ticket)
    others = _counted(ticket.place for ticket in tickets if not ticket.number)
    return (*(_row_words(group) for group in rows.values()), *others)


def _row_words(tickets: list[TicketView]) -> str:
    """Stalls, row D, seats 9 and 10."""
    if len(tickets) == 1:
        return tickets[0].place
    numbers = list_words([ticket.number for ticket in sorted(tickets, key=_by_number)])
    first = tickets[0]
    words = gettext(
        "%(section)s, row %(row)s, seats %(numbers)s",
        section=first.section,
        row=first.row,
        numbers=numbers,
    )
    return words.removeprefix(", ")


def _by_number(ticket: TicketView) -> tuple[int, str]:
    number = ticket.number
    return (int(number) if number.isascii() and number.isdigit() else 10**9, number)


def _counted(places: Iterable[str]) -> tuple[str, ...]:
    """The same place several times becomes one line with a count."""
    counts: dict[str, int] = {}
    for place in places:
        counts[place] = counts.get(place, 0) + 1
    return tuple(
        place
        if count == 1
        else ngettext("%(place)s, %(num)d place", "%(place)s, %(num)d places", count, place=place)
        for place, count in counts.items()
    )


def _draw_line(office: BoxOffice, draw: SoldDraw) -> LetterLine:
    cents = draw.line.count * draw.line.unit_cents
    return LetterLine(draw_words(office, draw.line), "", sum_words(cents, draw.card.currency))


def _paid_words(view: OrderView) -> str:
    captured = [payment for payment in view.payments if payment.state == "captured"]
    if not captured or captured[0].cents == 0:
        return ""
    local = captured[0].at.astimezone(view.zone)
    when = f"{full_day_words(local).partition(' ')[2]}, {clock_words(local)}"
    if captured[0].gateway == "demo":
        return gettext("Played on the demo's pay page, %(when)s. No money moved.", when=when)
    if captured[0].gateway in BY_HAND:
        return gettext("Paid to us directly, %(when)s.", when=when)
    return gettext("Paid online, %(when)s.", when=when)


def _each_once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))
