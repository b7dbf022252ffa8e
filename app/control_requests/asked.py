"""What every request needs: its words read, its files unpacked, its event and seats found."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel.numbers import get_currency_precision

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.inventory.commands import AreaChoice
from app.inventory.offer import Seat
from app.plans.pretix import FILE_LIMIT_BYTES
from app.refusals import Invalid, UnknownPlace

BY: Final = "command"
BY_LIMIT: Final = 100  # characters
STATUS_WORDS_LIMIT: Final = 300
SEATS_NAMED_COUNT: Final = 5

Words = dict[str, Any]
Request = Callable[[BoxOffice, Words], Words]


def packed(content: bytes) -> str:
    """A file's bytes as they go over the wire."""
    return base64.b64encode(zlib.compress(content)).decode()


def unpacked(text: str) -> bytes:
    """The bytes again; one more than a plan may have at most, so that too many are noticed."""
    unpacker = zlib.decompressobj()
    return unpacker.decompress(base64.b64decode(text), FILE_LIMIT_BYTES + 1)


def card_of(office: BoxOffice, words: Words) -> EventCard:
    """The event that the words name, whatever its status; `NotFound`."""
    return office.catalogue.any_by_slug(str(words["event"]))


def by_of(words: Words) -> str:
    """Who it was, as far as they said so."""
    return str(words.get("by") or "").strip()[:BY_LIMIT] or BY


def cents_of(text: str, currency: str) -> int:
    """An amount as people type it, 5 or 5.50, in minor units; raises `Invalid`."""
    digits = get_currency_precision(currency)
    try:
        amount = Decimal(text) * 10**digits
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount != int(amount) or not 0 < amount < 10**12:
        raise Invalid({"amount": f"Say an amount of {currency}, such as 5.50."})
    return int(amount)


def status_words(words: Words) -> str:
    """Why, in words for people; `Invalid` when they cannot be shown."""
    why = str(words.get("because") or "").strip()
    if len(why) > STATUS_WORDS_LIMIT or not (why.isprintable() or not why):
        raise Invalid({"because": f"Say why in {STATUS_WORDS_LIMIT} printable characters at most."})
    return why


def seats_of(office: BoxOffice, card: EventCard, words: Words) -> tuple[str, ...]:
    """Ids of the seats named: by id, or as people say it, such as `Stalls F 12` or `F12`."""
    offer = office.inventory_of(card.id).offer
    found = []
    for name in map(str, words.get("seats") or ()):
        if name in offer.seat_index:
            found.append(name)
            continue
        plain = _plain(name)
        meant = [seat.id for seat in offer.seats if plain in _names_of(seat)]
        if len(meant) > 1:
            ids = ", ".join(meant[:SEATS_NAMED_COUNT])
            raise Invalid({"seats": f"Several seats are called {name}. Say which: {ids}."})
        if not meant:
            raise UnknownPlace(
                f"{card.title} has no seat {name}.", next_step="Look at the plan once more."
            )
        found.append(meant[0])
    return tuple(found)


def areas_of(words: Words) -> tuple[AreaChoice, ...]:
    """The areas named, each with a count."""
    return tuple(AreaChoice(str(area), int(count)) for area, count in words.get("areas") or ())


def _names_of(seat: Seat) -> tuple[str, str]:
    row_and_number = f"{seat.row}{seat.number}"
    return _plain(row_and_number), _plain(f"{seat.section}{row_and_number}")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
