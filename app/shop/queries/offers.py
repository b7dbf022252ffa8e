"""Places kept for a buyer whose money came too late, and went back."""

from __future__ import annotations

from app.box_office import BoxOffice, inventory_of, office
from app.clock import house
from app.inventory.commands import ReleaseHold, ShowBasket
from app.inventory.views import HoldView
from app.money import sum_words
from app.orders.views import OrderView
from app.shop.queries.places import seat_words
from app.shop.views.order import Offer
from app.words import clock_words, list_words
from app.words import gettext as _


def offer_of(view: OrderView) -> Offer | None:
    """What is kept instead, while it is."""
    holds = offered_holds(office(), view)
    if not holds:
        return None
    soonest = min(holds, key=lambda hold: hold.expires_ms)
    zone = office().catalogue.by_id(soonest.event_id).zone
    until = clock_words(house.wall_at(soonest.expires_ms).astimezone(zone))
    names = list_words([name for hold in holds for name in _names(hold)])
    total = sum_words(sum(hold.total_cents for hold in holds), holds[0].currency)
    kept = sum(hold.place_count for hold in holds)
    words = _("The nearest to what you had.")
    if kept < len(view.places):
        words = _("Not as many as you had, but the nearest that are left.")
    return Offer(
        _("%(places)s are kept for you", places=names)
        if kept > 1
        else _("%(places)s is kept for you", places=names),
        _("until %(time)s", time=until),
        words,
        _("Take %(places)s, %(total)s", places=names, total=total),
    )


def offered_holds(office: BoxOffice, view: OrderView) -> list[HoldView]:
    """The holds of the basket that was made for this buyer."""
    basket = view.order.offer_basket_id
    if basket is None:
        return []
    found = [
        inventory_of(event_id).ask(ShowBasket(basket))
        for event_id in office.inventories.with_basket(basket)
    ]
    return [hold for hold in found if hold is not None and hold.state == "live"]


def decline_offer(office: BoxOffice, view: OrderView) -> None:
    """Put the offered places back on sale."""
    for hold in offered_holds(office, view):
        inventory_of(hold.event_id).ask(ReleaseHold(hold.id, hold.basket))


def _names(hold: HoldView) -> list[str]:
    offer = inventory_of(hold.event_id).offer
    seats = [seat_words(offer, seat.seat) for seat in hold.seats]
    areas = [f"{area.count} × {offer.areas[area.area].name}" for area in hold.areas]
    return seats + areas
