"""The list of seats: free ones by section and row, neighbours joined, an equal way to choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup, escape

from app.box_office import inventory_of
from app.catalogue import EventCard
from app.inventories import Inventory
from app.inventory.house import House
from app.inventory.offer import Offer, Seat
from app.inventory.state import FREE
from app.money import sum_words
from app.pages import Chip
from app.plans.house_drawing import SECTIONS_ABOVE_SEATS
from app.plans.looks import WHEELCHAIR_SHAPE, Look
from app.shop.holding import house_of_inventory
from app.shop.queries.basket import hold_minutes
from app.shop.queries.event import BEST_COUNT, event_view, free_words, own_hold
from app.shop.queries.places import (
    COMPANION,
    STEP_FREE,
    WHEELCHAIR,
    category_look,
    category_price,
    price_or_free,
    price_span,
    seat_look,
)
from app.shop.views.event import (
    CategoryChoice,
    PriceMark,
    RowView,
    SeatsPage,
    SectionLine,
    SectionView,
)
from app.words import gettext as _
from app.words import list_words

WITHOUT_STEPS: Final = frozenset((STEP_FREE, WHEELCHAIR, COMPANION))
SECTION_LIMIT: Final = 120  # characters of a section's name in an address

_RUN: Final = Markup('<span class="run">{}</span>')
_TILE: Final = Markup(
    '<label class="pick"><input type="checkbox" name="seat" value="{id}" data-seat="{id}"'
    ' aria-label="{words}"{ticked}><span aria-hidden="true">{number}<svg class="g"'
    ' viewBox="-10 -10 20 20" width="14" height="14" aria-hidden="true"><use href="#g{shape}"'
    ' x="-10" y="-10" width="20" height="20" fill="var(--cat-{colour})"/></svg></span></label>'
)
_TICKED: Final = Markup(" checked")


@dataclass(frozen=True, slots=True)
class ListWish:
    """Which seats the visitor wants listed."""

    section: str = ""
    step_free: bool = False
    at_most_cents: int | None = None

    @classmethod
    def from_request(cls) -> ListWish:
        """The filters in the address; what is no filter is passed over."""
        most = request.args.get("at_most", "")
        return cls(
            request.args.get("section", "")[:SECTION_LIMIT],
            request.args.get("step_free") == "1",
            int(most) if most.isascii() and most.isdigit() and len(most) < 10 else None,
        )

    def address(self, slug: str) -> str:
        """The list with these filters."""
        asked = {"section": self.section, "step_free": "1" if self.step_free else ""}
        asked["at_most"] = "" if self.at_most_cents is None else str(self.at_most_cents)
        query = urlencode({name: text for name, text in asked.items() if text})
        return f"/e/{slug}/seats?{query}" if query else f"/e/{slug}/seats"


def seats_page(event: EventCard, wish: ListWish) -> SeatsPage:
    """Sections first in a large house, else every row with free seats."""
    inventory = inventory_of(event.id)
    offer = inventory.offer
    hold = own_hold(event)
    mine = frozenset() if hold is None else frozenset(seat.seat for seat in hold.seats)
    by_section = _by_section(offer)
    is_large = len(offer.seats) > SECTIONS_ABOVE_SEATS
    overview = is_large and wish == ListWish()
    sections = () if overview else tuple(_sections(inventory, by_section, wish, mine))
    return SeatsPage(
        title=_("%(event)s: choose from a list", event=event.title),
        event=event_view(event, inventory),
        free_words=f"{free_words(inventory.published)}.",
        chips=_chips(event, inventory, by_section, wish, is_large),
        categories=_categories(offer),
        sections=sections,
        overview=tuple(_overview(event, inventory, by_section)) if overview else (),
        yours=tuple(sorted(mine)),
        hold_minutes=hold_minutes(),
        has_step_free=any(seat.features & WITHOUT_STEPS for seat in offer.seats),
        has_wheelchair=False,
        best_count=min(BEST_COUNT, event.order_limit),
        empty_words=_("No free seat fits that.") if not sections else "",
    )


def _by_section(offer: Offer) -> dict[str, list[tuple[Seat, ...]]]:
    """The rows of each section, in plan order."""
    found: dict[str, list[tuple[Seat, ...]]] = {}
    for indexes in offer.rows:
        row = tuple(offer.seats[index] for index in indexes)
        if row:
            found.setdefault(row[0].section, []).append(row)
    return found


def _sections(
    inventory: Inventory,
    by_section: dict[str, list[tuple[Seat, ...]]],
    wish: ListWish,
    mine: frozenset[str],
) -> Iterator[SectionView]:
    offer, house = inventory.offer, house_of_inventory(inventory)
    for at, (name, rows) in enumerate(by_section.items()):
        if wish.section and name != wish.section:
            continue
        views = [view for row in rows if (view := _row(inventory, house, row, wish, mine))]
        if views:
            marks = tuple(_marks(offer, [seat for row in rows for seat in row]))
            yield SectionView(f"section-{at}", name or _("Seats"), "", marks, tuple(views))


def _row(
    inventory: Inventory, house: House, row: tuple[Seat, ...], wish: ListWish, mine: frozenset[str]
) -> RowView | None:
    offer, letters = inventory.offer, inventory.published.letters
    shown = [
        seat
        for seat in row
        if (letters[seat.index] == FREE and _fits(offer, seat, wish)) or seat.id in mine
    ]
    name = row[0].row if " " in row[0].row else _("Row %(row)s", row=row[0].row)
    if not shown:
        is_filtered = wish.step_free or wish.at_most_cents is not None
        full = _("No free seat")
        return None if is_filtered else RowView(name, _row_prices(offer, row), Markup(""), full)
    free = sum(seat.id not in mine for seat in shown)
    words = [_row_prices(offer, shown), _("%(count)s free", count=free)]
    if free < len(shown):
        words.append(_("%(count)s yours", count=len(shown) - free))
    runs = (_RUN.format(_tiles(offer, run, mine)) for run in _runs(house, shown))
    return RowView(name, ", ".join(words), Markup("").join(runs))


def _fits(offer: Offer, seat: Seat, wish: ListWish) -> bool:
    if wish.step_free and not seat.features & WITHOUT_STEPS:
        return False
    if wish.at_most_cents is None:
        return True
    cents = _cents(offer, seat.category)
    return cents is not None and cents <= wish.at_most_cents


def _runs(house: House, shown: Iterable[Seat]) -> Iterator[list[Seat]]:
    """Seats next to each other; a run ends where somebody sits, at an aisle or a wall."""
    run: list[Seat] = []
    for seat in shown:
        if run and (seat.index != run[-1].index + 1 or house.first[seat.index]):
            yield run
            run = []
        run.append(seat)
    if run:
        yield run


def _tiles(offer: Offer, run: list[Seat], mine: frozenset[str]) -> Markup:
    return Markup("").join(
        _TILE.format(
            id=escape(seat.id),
            words=tile_words(offer, seat),
            ticked=_TICKED if seat.id in mine else "",
            number=seat.number,
            shape=(look := seat_look(offer, seat)).shape,
            colour=look.colour,
        )
        for seat in run
    )


def tile_words(offer: Offer, seat: Seat) -> str:
    """Stalls row F seat 12, £24.00, wheelchair place."""
    cents = _cents(offer, seat.category)
    words = [
        _(
            "%(section)s row %(row)s seat %(number)s",
            section=seat.section,
            row=seat.row,
            number=seat.number,
        ).strip()
    ]
    if cents is not None:
        words.append(sum_words(cents, offer.currency))
    if WHEELCHAIR in seat.features:
        words.append(_("wheelchair place"))
    elif COMPANION in seat.features:
        words.append(_("companion seat"))
    elif STEP_FREE in seat.features:
        words.append(_("without steps"))
    if "restricted" in seat.features:
        words.append(_("restricted view"))
    return ", ".join(words)


def _row_prices(offer: Offer, row: Iterable[Seat]) -> str:
    cents = {_cents(offer, seat.category) for seat in row}
    words = [price_or_free(c, offer.currency) for c in sorted(c for c in cents if c is not None)]
    return list_words(words)


def _cents(offer: Offer, category: str) -> int | None:
    kind = offer.default_type(category)
    return None if kind is None else offer.price(category, kind)


def _marks(offer: Offer, seats: Iterable[Seat]) -> Iterator[PriceMark]:
    marks: dict[Look, str] = {}
    for seat in seats:
        look = seat_look(offer, seat)
        if look in marks:
            continue
        price = category_price(offer, seat.category)
        is_wheelchair = look.shape == WHEELCHAIR_SHAPE
        marks[look] = _("Wheelchair place, %(price)s", price=price) if is_wheelchair else price
    return (PriceMark(look.shape, look.colour, words) for look, words in marks.items())


def _overview(
    event: EventCard, inventory: Inventory, by_section: dict[str, list[tuple[Seat, ...]]]
) -> Iterator[SectionLine]:
    offer = inventory.offer
    for name, free in _free_by_section(inventory, by_section).items():
        seats = [seat for row in by_section[name] for seat in row]
        category = seats[len(seats) // 2].category
        cents = [c for c in {_cents(offer, seat.category) for seat in seats} if c is not None]
        price = price_span(min(cents), min(cents), offer.currency) if cents and free else ""
        words = _("%(count)s left", count=free) if free else _("sold out")
        address = ListWish(section=name).address(event.slug)
        look = category_look(offer, category)
        yield SectionLine(name, address, free, words, price, look.shape, look.colour)


def _free_by_section(
    inventory: Inventory, by_section: dict[str, list[tuple[Seat, ...]]]
) -> dict[str, int]:
    letters = inventory.published.letters
    return {
        name: sum(letters[seat.index] == FREE for row in rows for seat in row)
        for name, rows in by_section.items()
    }


def _chips(
    event: EventCard,
    inventory: Inventory,
    by_section: dict[str, list[tuple[Seat, ...]]],
    wish: ListWish,
    is_large: bool,
) -> tuple[Chip, ...]:
    chips = []
    free = _free_by_section(inventory, by_section)
    if is_large and wish != ListWish():
        chips.append(Chip(_("All sections"), f"/e/{event.slug}/seats", icon="back"))
        if wish.section in free:
            chips.append(Chip(wish.section, wish.address(event.slug), is_on=True))
    elif not is_large and len(by_section) > 1:
        for at, (name, count) in enumerate(free.items()):
            note = _("%(count)s free", count=count)
            chips.append(Chip(name or _("Seats"), f"#section-{at}", note=note))
    if any(seat.features & WITHOUT_STEPS for seat in inventory.offer.seats):
        other = replace(wish, step_free=not wish.step_free)
        name = _("Only without steps")
        chips.append(Chip(name, other.address(event.slug), wish.step_free, "wheelchair"))
    return (*chips, *_price_chips(event, inventory.offer, wish))


def _price_chips(event: EventCard, offer: Offer, wish: ListWish) -> Iterator[Chip]:
    known = {_cents(offer, category.key) for category in offer.categories}
    prices = sorted(cents for cents in known if cents is not None)
    if len(prices) < 3:
        return
    cents = prices[len(prices) // 2 - 1]
    is_on = wish.at_most_cents == cents
    other = replace(wish, at_most_cents=None if is_on else cents)
    label = _("Only %(price)s or less", price=price_or_free(cents, offer.currency))
    yield Chip(label, other.address(event.slug), is_on)


def _categories(offer: Offer) -> tuple[CategoryChoice, ...]:
    used = {seat.category for seat in offer.seats}
    return tuple(
        CategoryChoice(category.key, category.name, category_price(offer, category.key))
        for category in offer.categories
        if category.key in used and offer.default_type(category.key) is not None
    )
