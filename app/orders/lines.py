"""Words for what was sold: what a ticket or a bill calls a seat, or draw tickets."""

from __future__ import annotations

from collections.abc import Sequence

from app.box_office import BoxOffice
from app.inventory.offer import Offer
from app.inventory.views import LineView
from app.orders.draw_rows import DrawLine
from app.words import gettext as _
from app.words import ngettext


def place_words(offer: Offer, seat: str | None, area: str | None) -> str:
    """`Stalls, row F, seat 12` or the area's name; the id itself when the plan lost it."""
    if area is not None:
        found = offer.areas.get(area)
        return area if found is None else found.name
    index = offer.seat_index.get(seat or "")
    if index is None:
        return seat or ""
    place = offer.seats[index]
    words = _(
        "%(section)s, row %(row)s, seat %(number)s",
        section=place.section,
        row=place.row,
        number=place.number,
    )
    return words.removeprefix(", ")


def bill_lines(office: BoxOffice, lines: Sequence[LineView]) -> tuple[tuple[str, int], ...]:
    """Words and all-in price of every line of an order, for a gateway's bill."""
    return tuple(
        (
            f"{office.catalogue.by_id(line.event_id).title}: "
            + place_words(office.offer_of(line.event_id), line.seat, line.area),
            line.cents,
        )
        for line in lines
    )


def draw_words(office: BoxOffice, draw: DrawLine) -> str:
    """`The Roof Draw: 250 draw tickets`."""
    count = ngettext("%(num)d draw ticket", "%(num)d draw tickets", draw.count)
    return f"{office.draws.by_id(draw.lottery_id).title}: {count}"


def draw_bill(office: BoxOffice, draw: DrawLine) -> tuple[tuple[str, int], ...]:
    """The same for a gateway's bill, with what all of them cost."""
    return ((draw_words(office, draw), draw.count * draw.unit_cents),)
