"""One event: look at it, choose places, let the house choose."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.answers import KeptKey, fingerprint_of, read_key
from app.basket_cookie import basket_id
from app.box_office import office
from app.catalogue import EventCard
from app.early_keys import has_key, may_have_key
from app.houses import show_house
from app.htmx import go_to, show_fragment, show_page, wants_fragment
from app.inventory.commands import HoldBest
from app.inventory.views import HoldView
from app.later import Elsewhere, Take, may_wait, page_later
from app.notices import leave_notice
from app.pages import Notice
from app.rate_limits import limit
from app.refusals import LoneSeat, NotFound, PlacesTaken
from app.requests import this_request
from app.shop.forms import ID_LIMIT, BestForm, HoldForm
from app.shop.holding import adding, change_hold, in_words, new_hold_id
from app.shop.queries.basket import basket_view, said_words
from app.shop.queries.best import best_notice
from app.shop.queries.event import areas_of, event_page, limit_words
from app.shop.queries.seats import ListWish, seats_page

bp = Blueprint("events", __name__)


@bp.get("/e/<slug>")
def show_event(slug: str) -> ResponseReturnValue:
    """The event: its map or areas, the basket, or why it does not sell."""
    event = _event(slug)

    page = event_page(event, request.args.get("section", "")[:ID_LIMIT])

    return show_page("shop/event.html", page=page, basket=basket_view(event))


@bp.get("/e/<slug>/dates")
def show_date(slug: str) -> ResponseReturnValue:
    """Another date of the same run, for browsers without script."""
    wanted = _event(request.args.get("date", slug))

    return go_to(f"/e/{wanted.slug}")


@bp.get("/e/<slug>/seats")
def list_seats(slug: str) -> ResponseReturnValue:
    """The free seats as a list, an equal way to choose."""
    event = _event(slug)

    page = seats_page(event, ListWish.from_request())

    return show_page("shop/seats.html", page=page, basket=basket_view(event))


@bp.post("/e/<slug>/holds")
def create_hold(slug: str) -> ResponseReturnValue:
    """Keep the pressed places, or give them back, and draw the basket again."""
    event, form, basket = office().catalogue.by_slug(slug), HoldForm.from_request(), basket_id()
    is_quick = form.is_one_thing and not may_have_key(event)
    if not (is_quick or may_wait()):
        return Elsewhere()
    limit("hold", basket=basket)
    kept = kept_key(basket)

    if not form.is_one_thing:
        hold = change_hold(event, basket, form, kept)
        areas = _changes_areas(event, form, hold)
        return _basket_answer(event, form, hold, areas=areas)

    def draw(take: Take[HoldView]) -> Response | str:
        try:
            hold = take()
        except (PlacesTaken, LoneSeat) as refusal:
            raise in_words(event, form, refusal) from None
        areas = _changes_areas(event, form, hold)
        return _basket_answer(event, form, hold, areas=areas)

    return page_later(
        adding(event, basket, form, kept), draw, lambda: _asks_others(event, form, basket)
    )


@bp.post("/e/<slug>/best")
def create_best_hold(slug: str) -> ResponseReturnValue:
    """Keep the best free seats together, and say so when they are not."""
    event, form, basket = office().catalogue.by_slug(slug), BestForm.from_request(), basket_id()
    limit("hold", basket=basket)

    hold = office().ask_once(
        event.id,
        HoldBest(
            basket,
            new_hold_id(event.id),
            form.count,
            form.category,
            form.step_free,
            early=has_key(event),
        ),
        kept_key(basket),
    )

    notice = best_notice(event, hold, form.count)
    return _basket_answer(event, form, hold, notice, _is_full(event, hold))


def kept_key(basket: str) -> KeptKey | None:
    """The form's idempotency key with what it was for; None where it has none."""
    asked = this_request()
    fields = asked.form
    key = read_key(fields.get("key"))
    if key is None:
        return None
    words = "&".join(
        [f"{name}={text}" for name, text in fields.items(multi=True) if name != "csrf"]
    )
    return KeptKey(f"{basket}:{key}", fingerprint_of(asked.path.encode(), words.encode()))


def _event(slug: str) -> EventCard:
    event = office().catalogue.by_slug(slug)
    show_house(event.house)
    return event


def _asks_others(event: EventCard, form: HoldForm, basket: str) -> bool:
    """Whether drawing the basket takes more than what memory knows of this event."""
    return (
        not office().catalogue.is_loaded
        or form.page not in ("", event.slug)
        or office().inventories.with_basket(basket) not in ([], [event.id])
    )


def _changes_areas(event: EventCard, form: HoldForm, hold: HoldView | None) -> bool:
    """Whether a press shows on the standing areas: their counts, or their + at the limit."""
    return form.is_of_area or _is_full(event, hold, len(form.released))


def _is_full(event: EventCard, hold: HoldView | None, released: int = 0) -> bool:
    """Whether the order's limit is reached, or was before so many were given back."""
    count = 0 if hold is None else hold.place_count
    return count + released >= event.order_limit


def _basket_answer(
    event: EventCard,
    form: HoldForm | BestForm,
    hold: HoldView | None,
    notice: Notice | None = None,
    areas: bool = False,
) -> Response | str:
    """The basket for htmx, with what else on the page changed; else 303 to where it was pressed."""
    if not wants_fragment():
        page = f"/e/{event.slug}/seats" if form.from_list else f"/e/{event.slug}"
        answer = go_to(f"{page}#basket" if notice is None else f"{page}#notice")
        return answer if notice is None else leave_notice(answer, notice)
    here = _page_event(event, form.page)
    view = basket_view(here, {event.id: hold})
    shown = areas_of(here, hold) if areas and here is event and not form.from_list else ()
    return show_fragment(
        "shop/_basket.html",
        basket=view,
        said=said_words(hold, view),
        notice=notice,
        areas=shown,
        event=here,
        limit_words=limit_words(event) if shown else "",
    )


def _page_event(event: EventCard, slug: str) -> EventCard:
    """The event whose page the basket stands on: a basket can be over several."""
    if slug in ("", event.slug):
        return event
    try:
        return office().catalogue.by_slug(slug)
    except NotFound:
        return event
