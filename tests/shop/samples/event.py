"""One event: areas, list, and sentences in their place."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from app.pages import Action, Chip, Label
from app.shop.views.event import (
    AreaType,
    AreaView,
    CategoryChoice,
    EventPage,
    EventView,
    Instead,
    OtherDate,
    PriceMark,
    RowView,
    SeatsPage,
    SectionLine,
    SectionView,
)
from tests.shop.samples.programme import SOLD_OUT


def event(stock: str = "straw") -> EventView:
    """The strip of The Salt Road."""
    return EventView(
        "the-salt-road",
        "The Salt Road",
        stock,
        ("Saturday 21 November, 19:30", "Main house", "2 h 10 min with interval"),
        8,
        (
            OtherDate("the-salt-road", "Sat 21 Nov, 19:30 (tonight)", True),
            OtherDate("the-salt-road-27", "Fri 27 Nov, 19:30"),
        ),
    )


def event_page() -> EventPage:
    """A standing event: areas and no map."""
    floor = AreaView(
        "floor",
        "Standing floor",
        "No numbers on the floor: come early for the front.",
        Label("142 of 420 left", "ok"),
        (
            AreaType("adult", "Adult", "Standing, anywhere on the floor", "£18", 2),
            AreaType("u26", "Under 26", "Bring something that shows your age", "£12", 1),
            AreaType("wheel", "Wheelchair, raised platform", "A companion stands free", "£18", 0),
        ),
        True,
    )
    full = replace(floor, key="gallery", name="Gallery", state=SOLD_OUT, can_more=False)
    return EventPage(
        "Loud Weather: choose tickets",
        replace(event("sky"), title="Loud Weather", other_dates=()),
        areas=(floor, full),
        limit_words="Up to 8 tickets for one person, seats included.",
    )


INSTEADS = {
    "sold_out": Instead(
        "people",
        "plain",
        "Sold out, but tickets do come back",
        ("When somebody gives a ticket back it is on sale here at once.",),
        (Action("Look again", "/e/the-salt-road", icon="again", is_quiet=True),),
    ),
    "not_yet": Instead(
        "calendar",
        "plain",
        "On sale on Monday 30 November, 10:00",
        ("That is in 9 days. The price you see then is the price you pay.",),
        (Action("Add to calendar", "/e/x/calendar", icon="calendar", is_quiet=True),),
    ),
    "paused": Instead(
        "clock",
        "plain",
        "We have paused the sale",
        ("Seats in baskets are kept, tickets already bought stay valid.",),
        afterwards="This page opens again by itself.",
    ),
    "cancelled": Instead(
        "cross",
        "bad",
        "This show is cancelled",
        ("Everybody gets all their money back. You need not do anything.",),
        (Action("Find my booking", "/orders/find", is_quiet=True),),
    ),
    "moved": Instead(
        "calendar",
        "warn",
        "Moved to Thursday 3 December, 20:00",
        ("The cellist is ill. Your tickets are valid on the new date as they are.",),
        (Action("See the new date", "/e/y"),),
    ),
    "over": Instead(
        "check",
        "plain",
        "This evening is over",
        ("It plays again on 21, 27 and 28 November.",),
        (Action("Choose seats for 21 November", "/e/the-salt-road"),),
    ),
}


def instead(name: str) -> EventPage:
    """One of the sentences that stand in place of the places."""
    return EventPage("The Salt Road", event(), instead=INSTEADS[name])


def tiles(numbers: range, shape: str, mine: tuple[int, ...] = ()) -> Markup:
    """A run of joined seats, as the list draws them."""
    tile = Markup(
        '<label class="pick"><input type="checkbox" name="seat" value="stalls-F-{n}"'
        ' aria-label="Stalls row F seat {n}, £24.00"{c}><span aria-hidden="true">{n}'
        '<svg class="g" viewBox="-10 -10 20 20" width="14" height="14" aria-hidden="true">'
        '<use href="#g{s}" x="-10" y="-10" width="20" height="20" fill="var(--cat-{s})"/></svg>'
        "</span></label>"
    )
    each = (
        tile.format(n=n, s=shape, c=" checked" * (n in mine) if n in mine else "") for n in numbers
    )
    return Markup('<span class="run">') + Markup("").join(each) + Markup("</span>")


def seats_page() -> SeatsPage:
    """The list of the same seats."""
    row = RowView(
        "Row F",
        "£24, 16 free, 3 yours",
        tiles(range(2, 9), "a") + tiles(range(11, 17), "a", (12, 13, 14)),
    )
    full = RowView("Row G", "£24", Markup(""), "No free seat")
    section = SectionView(
        "stalls",
        "Stalls",
        "",
        (PriceMark("a", "a", "£24"), PriceMark("w", "d", "Wheelchair place, £12")),
        (
            row,
            replace(row, name="Row E", words="£24, 7 free", runs=tiles(range(21, 28), "a")),
            full,
        ),
    )
    chips = (
        Chip("Stalls", "#stalls", note="122 free"),
        Chip("Only without steps", "?step_free=1", icon="wheelchair"),
        Chip("Only £16 or less", "?at_most=1600", is_on=True),
    )
    return SeatsPage(
        "The Salt Road: choose from a list",
        event(),
        "240 of 400 seats are free.",
        chips,
        (CategoryChoice("Stalls", "Stalls", "£24"),),
        (section,),
        (),
        ("stalls-F-12",),
        10,
        True,
        True,
    )


def seats_overview() -> SeatsPage:
    """The list of a large house: sections first."""
    lines = (
        SectionLine("Floor", "?section=floor", 64, "64 left", "£52", "d", "d"),
        SectionLine("Block 106", "?section=106", 0, "sold out", "", "a", "a"),
    )
    return replace(seats_page(), sections=(), overview=lines, chips=())


def seats_no_match() -> SeatsPage:
    """A filter that leaves nothing."""
    return replace(
        seats_page(), sections=(), empty_words="No free seat without steps at this price."
    )
