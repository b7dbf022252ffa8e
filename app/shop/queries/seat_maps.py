"""The seat map of an event: its drawing is kept, its states are painted for each reader."""

from __future__ import annotations

from typing import Final

from app.box_office import BoxOffice, office
from app.catalogue import EventCard
from app.inventories import Inventory
from app.inventory.offer import Offer
from app.inventory.views import HoldView
from app.inventory_reading import plan_of
from app.money import price_words, sum_words
from app.plans.drawing import CategoryOnMap
from app.plans.house_drawing import HouseDrawing
from app.plans.overview import AreaOnMap
from app.plans.seat_map import SeatMap, SeatMapMaker
from app.shop.queries.places import area_price
from app.words import gettext as _

MAKERS_LIMIT: Final = 64  # events whose drawings are kept


def seat_map(
    event: EventCard, inventory: Inventory, hold: HoldView | None, section: str
) -> SeatMap | None:
    """The map as this visitor sees it; None for an event without numbered seats."""
    offer, published = inventory.offer, inventory.published
    if not offer.seats or event.plan_id is None:
        return None
    mine = () if hold is None else [offer.seat_index[held.seat] for held in hold.seats]
    return _maker(event, offer).map(
        published.version,
        published.letters,
        mine,
        section_id=section or None,
        areas=[
            AreaOnMap(
                key,
                area.name,
                area_price(offer, area.category),
                published.areas.get(key, 0),
                _position(offer, area.category),
            )
            for key, area in offer.areas.items()
        ],
    )


def _maker(event: EventCard, offer: Offer) -> SeatMapMaker:
    kept = _makers.get(event.id)
    if kept is not None and kept[0] is office() and kept[1] is offer:
        return kept[2]
    if len(_makers) >= MAKERS_LIMIT:
        _makers.clear()
    maker = _made(event, offer)
    _makers[event.id] = office(), offer, maker
    return maker


def _made(event: EventCard, offer: Offer) -> SeatMapMaker:
    with office().db.read() as connection:
        plan = plan_of(connection, event.plan_id or 0)
    categories = [_category(offer, category.key, category.name) for category in offer.categories]
    positions = [_position(offer, seat.category) for seat in offer.seats]
    return SeatMapMaker.of(
        event.slug, HouseDrawing(plan, categories, positions), categories, positions
    )


def _category(offer: Offer, key: str, name: str) -> CategoryOnMap:
    kind = offer.default_type(key)
    cents = 0 if kind is None else offer.prices[key, kind]
    if not cents:
        return CategoryOnMap(name, _("free of charge"), _("Free"), 0)
    return CategoryOnMap(
        name, sum_words(cents, offer.currency), price_words(cents, offer.currency), cents
    )


def _position(offer: Offer, category: str) -> int:
    """Where the category stands among the event's; -1 when nothing is sold in it."""
    if offer.default_type(category) is None:
        return -1
    return next((i for i, known in enumerate(offer.categories) if known.key == category), -1)


_makers: dict[int, tuple[BoxOffice, Offer, SeatMapMaker]] = {}
