"""Words for places and prices: what the shop calls a seat, an area, a category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from app.inventory.offer import Offer, Seat
from app.money import price_words
from app.plans.looks import WHEELCHAIR_SHAPE, Look, look_of
from app.words import gettext as _
from app.words import list_words

WHEELCHAIR: Final = "wheelchair"
COMPANION: Final = "companion"
STEP_FREE: Final = "step_free"
WORDS_LIMIT: Final = 20_000  # seats whose words are remembered


@lru_cache(WORDS_LIMIT)
def seat_name(section: str, row: str, number: str) -> str:
    """Stalls F12; with the words row and seat where letters and digits would run together."""
    if row.isalpha() and number[:1].isdigit():
        return f"{section} {row}{number}".strip()
    return _("%(section)s, row %(row)s, seat %(number)s", section=section, row=row, number=number)


def seat_words(offer: Offer, seat_id: str) -> str:
    """What a buyer calls this seat; its id where the plan has lost it."""
    index = offer.seat_index.get(seat_id)
    if index is None:
        return seat_id
    seat = offer.seats[index]
    return seat_name(seat.section, seat.row, seat.number)


def places_words(offer: Offer, seats: Sequence[str], areas: Sequence[str] = ()) -> str:
    """Stalls F12, F13 and F14 and 2 × Standing: sections are named once."""
    sections: dict[str, list[str]] = {}
    for seat_id in seats:
        index = offer.seat_index.get(seat_id)
        if index is not None:
            seat = offer.seats[index]
            sections.setdefault(seat.section, []).append(short_seat(seat))
    words = [f"{name} {list_words(short)}".strip() for name, short in sections.items()]
    for area, count in Counter(areas).items():
        name = offer.areas[area].name if area in offer.areas else area
        words.append(f"{count} × {name}")
    return "; ".join(words)


def short_seat(seat: Seat) -> str:
    """F12: enough beside its section."""
    return f"{seat.row}{seat.number}" if seat.row.isalpha() else f"{seat.row}-{seat.number}"


def type_name(offer: Offer, key: str) -> str:
    """The name of a ticket type."""
    for kind in offer.ticket_types:
        if kind.key == key:
            return kind.name
    return key


def category_price(offer: Offer, category: str) -> str:
    """The price of a category's first ticket type, as lists say it."""
    kind = offer.default_type(category)
    cents = None if kind is None else offer.price(category, kind)
    return "" if cents is None else price_or_free(cents, offer.currency)


def price_or_free(cents: int, currency: str) -> str:
    """£24, or Free."""
    return price_words(cents, currency) if cents else _("Free")


def price_span(least: int, most: int, currency: str) -> str:
    """£12 to £24, £8, or Free."""
    if least == most:
        return price_or_free(least, currency)
    return _(
        "%(least)s to %(most)s",
        least=price_or_free(least, currency),
        most=price_words(most, currency),
    )


def area_price(offer: Offer, category: str) -> str:
    """The prices of an area over its ticket types: £12 to £18."""
    cents = [price for (band, _kind), price in offer.prices.items() if band == category]
    return price_span(min(cents), max(cents), offer.currency) if cents else ""


def category_look(offer: Offer, category: str) -> Look:
    """Colour and shape of a category, the same as on the map."""
    for at, known in enumerate(offer.categories):
        if known.key == category:
            return look_of(at)
    return look_of(0)


def seat_look(offer: Offer, seat: Seat) -> Look:
    """Colour and shape of a seat: a wheelchair place has a shape of its own."""
    look = category_look(offer, seat.category)
    return Look(look.colour, WHEELCHAIR_SHAPE) if WHEELCHAIR in seat.features else look
