"""Whose box office it is, as the header, the footer and the tickets say it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g

from app.box_office import office
from app.catalogue import House as KnownHouse
from app.pages import House
from app.refusals import Refusal


def house() -> House:
    """Whose pages these are: the demo's only where there is no other, or a page is about it.

    The last known words when the database cannot be asked.
    """
    global _last
    shown: House | None = g.get("house")
    if shown is not None:
        return shown
    try:
        cards = office().catalogue.on_show()
    except (Refusal, RuntimeError):
        return _last
    if cards:
        _last = house_of(_first_own([card.house for card in cards]))
    return _last


def show_house(known: KnownHouse) -> None:
    """This page is about an event of this house: its name stands at the top."""
    g.house = house_of(known)


def show_houses(known: Sequence[KnownHouse]) -> None:
    """This page is about events of these houses: the demo's only if all of them are."""
    if known:
        show_house(_first_own(known))


def show_basket_house(basket: str | None) -> None:
    """This page is about what a basket holds."""
    if basket is not None:
        held = office().inventories.with_basket(basket)
        show_houses([office().catalogue.by_id(event_id).house for event_id in held])


def _first_own(known: Sequence[KnownHouse]) -> KnownHouse:
    return next((house for house in known if not house.is_demo), known[0])


def house_of(known: KnownHouse) -> House:
    """A house of the catalogue in the words of header and footer."""
    address = known.address.splitlines()[0] if known.address else ""
    words = ", ".join(part for part in (known.name, address) if part)
    return House(
        known.name,
        f"{words}.",
        known.phone,
        known.email or known.contact_email,
        known.is_demo,
        known.notes.get("help", ""),
    )


_last = House("Box office")
