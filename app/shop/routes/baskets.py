"""The basket: look at it, add time, get back what ran out."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.basket_cookie import basket_id, known_basket_id
from app.box_office import office
from app.catalogue import EventCard
from app.houses import show_basket_house
from app.htmx import go_to, show_fragment, show_page, wants_fragment
from app.inventory.commands import ExtendHold
from app.rate_limits import limit
from app.refusals import BasketEmpty, HoldExpired, NoExtensionLeft, NotFound
from app.shop.again import hold_again
from app.shop.queries.basket import basket_view, extended_words, holds_of
from app.shop.routes.events import kept_key

bp = Blueprint("baskets", __name__)


@bp.get("/basket")
def show_basket() -> ResponseReturnValue:
    """What the visitor holds over all events: a page, or the fragment for htmx."""
    event = _page_event(request.args.get("page", ""))
    basket = basket_view(event)

    if wants_fragment():
        return show_fragment("shop/_basket.html", basket=basket)
    show_basket_house(known_basket_id())
    back_url = f"/e/{basket.parts[0].slug}" if basket.parts else "/"
    return show_page("shop/basket.html", basket=basket, back_url=back_url)


@bp.post("/basket/extensions")
def create_extension() -> ResponseReturnValue:
    """More time for everything in the basket."""
    basket = basket_id()
    limit("hold", basket=basket)

    held = holds_of(basket)
    holds = [hold for hold in held if hold.extensions_left]
    if not holds:
        raise NoExtensionLeft if held else HoldExpired
    kept = kept_key(basket)
    for hold in holds:
        extend = ExtendHold(hold.id, basket)
        office().ask_once(hold.event_id, extend, kept and kept.part(hold.id))

    return _answer(extended_words())


@bp.post("/basket/again")
def create_again() -> ResponseReturnValue:
    """Hold once more what ran out of time, or the part of it that was chosen."""
    basket = known_basket_id()
    if basket is None:
        raise BasketEmpty
    limit("hold", basket=basket)

    hold_again(office(), basket, request.form.get("event", ""), request.form.getlist("place"))

    return _answer("")


def _answer(said: str) -> Response | str:
    if not wants_fragment():
        return go_to(_back())
    event = _page_event(request.form.get("page", ""))
    return show_fragment(
        "shop/_basket.html", basket=basket_view(event), said=said, notice=None, areas=()
    )


def _back() -> str:
    if request.form.get("from") == "checkout":
        return "/checkout"
    event = _page_event(request.form.get("page", ""))
    return "/basket" if event is None else f"/e/{event.slug}#basket"


def _page_event(slug: str) -> EventCard | None:
    try:
        return office().catalogue.by_slug(slug) if slug else None
    except NotFound:
        return None
