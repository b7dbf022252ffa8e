"""Holding once more what ran out of time: all of it, or the part that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.box_office import BoxOffice
from app.early_keys import has_key
from app.inventory.commands import AreaChoice, HoldSeats, SeatChoice
from app.inventory.state import OverHold
from app.orders.baskets import ended_holds
from app.refusals import HoldExpired
from app.shop.forms import AREA_PREFIX, ID_LIMIT, PLACES_LIMIT
from app.shop.holding import area_line, new_hold_id


def hold_again(office: BoxOffice, basket: str, slug: str, places: Sequence[str]) -> None:
    """Hold the named places of an event, or everything that the basket held until it ended."""
    if places:
        event = office.catalogue.by_slug(slug)
        command = _chosen(basket, new_hold_id(event.id), places[:PLACES_LIMIT])
        office.ask_once(event.id, replace(command, early=has_key(event)), None)
        return
    ended = [found for found in ended_holds(office, basket) if found[1].state == "expired"]
    if not ended:
        raise HoldExpired
    for event_id, over in ended:
        command = _everything(basket, new_hold_id(event_id), over)
        early = has_key(office.catalogue.by_id(event_id))
        office.ask_once(event_id, replace(command, early=early), None)


def _chosen(basket: str, hold_id: str, places: Sequence[str]) -> HoldSeats:
    """`seat|ticket type` or `area:key:type:count`, as the page named them."""
    seats, areas = [], []
    for place in places:
        if len(place) > 2 * ID_LIMIT:
            continue
        if place.startswith(AREA_PREFIX):
            areas.append(AreaChoice(*area_line(place)))
        else:
            seat, _bar, kind = place.partition("|")
            seats.append(SeatChoice(seat, kind or None))
    return HoldSeats(basket, hold_id, tuple(seats), tuple(areas))


def _everything(basket: str, hold_id: str, over: OverHold) -> HoldSeats:
    return HoldSeats(
        basket,
        hold_id,
        tuple(SeatChoice(seat, kind) for seat, kind in over.seats),
        tuple(AreaChoice(area, count, kind) for area, kind, count in over.areas),
    )
