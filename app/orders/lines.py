"""Words for places: what a ticket or a bill calls a seat."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from app.box_office import BoxOffice
from app.inventory.offer import Offer
from app.inventory.views import HoldView


def place_words(offer: Offer, seat: str | None, area: str | None) -> str:
    """`Stalls, row F, seat 12` or the area's name; the id itself when the plan lost it."""
    if area is not None:
        found = offer.areas.get(area)
        return area if found is None else found.name
    index = offer.seat_index.get(seat or "")
    if index is None:
        return seat or ""
    place = offer.seats[index]
    words: str = _(
        "%(section)s, row %(row)s, seat %(number)s",
        section=place.section,
        row=place.row,
        number=place.number,
    )
    return words.removeprefix(", ")


def line_words(office: BoxOffice, hold: HoldView) -> Iterator[tuple[str, int]]:
    """Words and all-in price of every place of a hold, for a gateway's bill."""
    offer = office.inventory_of(hold.event_id).offer
    title = office.catalogue.by_id(hold.event_id).title
    for seat in hold.seats:
        yield f"{title}: {place_words(offer, seat.seat, None)}", seat.cents
    for area in hold.areas:
        for _n in range(area.count):
            yield f"{title}: {place_words(offer, None, area.area)}", area.cents
