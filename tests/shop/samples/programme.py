"""The home page and whole-page plates."""

from __future__ import annotations

from app.pages import Action, Chip, Empty, House, Label, Plate
from app.shop.views.programme import EventCard, HomePage

HOUSE = House(
    "Lantern House",
    "Lantern House, 14 Market Street.",
    phone="01632 960 417",
    email="tickets@lanternhouse.example",
    is_demo=True,
)

PLENTY = Label("Plenty of seats", "ok")
FULLER = Label("Getting full", "warn", "clock")
SOLD_OUT = Label("Sold out", "bad", "cross")


MORE_TIMES = "Also Fri 4 Dec, 19:30 and Sat 5 Dec, 14:30"


def card(
    title: str, stock: str, art: str, state: Label = PLENTY, price: str = "£12 to £24"
) -> EventCard:
    """One line of the bill."""
    return EventCard(
        slug=title.lower().replace(" ", "-").replace("'", ""),
        title=title,
        summary="A new play by Ines Harrow. A harbour, a debt, one night to leave.",
        stock=stock,
        art=art,
        weekday="Sat",
        day="21",
        month="Nov",
        facts=("19:30", "Main house"),
        tags=("Captioned 28 Nov", MORE_TIMES),
        price=price,
        state=state,
        action="Choose seats",
        is_off=state.kind == "bad",
    )


def home() -> HomePage:
    """The bill of the sample house."""
    cards = (
        card("The Salt Road", "straw", "sail"),
        card("Tiny Planets", "sky", "planet", FULLER, "£8"),
        card("Nightjar Quartet", "sage", "moon", price="£14 to £22"),
        card(
            "Ask Me Standing", "rose", "microphone", Label("Last 9 seats", "warn", "clock"), "£10"
        ),
        card("The Lamplighters' Ball", "buff", "rings", SOLD_OUT, "£11"),
        card("Loud Weather", "sky", "storm", price="£12 to £24"),
        card("Brass at the Arena", "lilac", "horn", price="£18 to £52"),
        card("Lantern Night", "straw", "lantern", Label("Free", "ok"), "Free"),
        card("Spring Season", "lilac", "curtain", Label("On sale 30 Nov", "info", "calendar")),
    )
    filters = (
        Chip("All dates", "/", is_on=True),
        Chip("This week", "/?when=week"),
        Chip("December", "/?when=2026-12"),
        Chip("Theatre", "/?kind=Theatre"),
        Chip("Access performances", "/?access=1", icon="wheelchair"),
    )
    return HomePage(cards, filters, "", cards[0], "Tonight, Saturday 21 November, 19:30")


def home_without_events() -> HomePage:
    """A house that sells nothing yet."""
    return HomePage(
        (), empty=Empty("Nothing is on sale right now", "The next season is announced here.")
    )


def home_nothing_found() -> HomePage:
    """A search without a match."""
    filters = (Chip("All dates", "/"),)
    empty = Empty("No show matches “opra”", "", "opera", "/?q=opera")
    return HomePage((), filters, "opra", empty=empty)


PLATES = {
    "404": Plate(
        "There is no page here",
        (
            "The address is wrong, or the show is long over. Tickets you have bought are not"
            " affected.",
        ),
        (Action("What's on", "/"), Action("Find my booking", "/orders/find")),
    ),
    "500": Plate(
        "Something broke on our side",
        (
            "Seats in your basket are kept, and nothing is ever charged twice. Look at your"
            " basket before you try again.",
        ),
        (Action("Look at my basket", "/basket"), Action("Try again", "/")),
        incident="K7-2041",
    ),
    "503": Plate(
        "More people than we can serve at once",
        (
            "Tickets you have and seats in your basket are safe. This page tries again by itself"
            " in 5 seconds.",
        ),
        (Action("Try now", "/"),),
        retry_seconds=5,
        is_quiet=True,
    ),
}
