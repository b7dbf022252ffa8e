"""Prize draws: what is on, buying tickets, how far they are, what they won."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.api.blueprint import bp, json_answer, kept_key
from app.api.draw_shapes import (
    draw_details_shape,
    draw_shape,
    placed_shape,
    purchase_shape,
    results_shape,
)
from app.api.forms import PurchaseForm, purchase_form
from app.api.orders import order_secret
from app.api.reading import parse_object, read_body
from app.box_office import office
from app.buyers import read_buyer
from app.clock import wall_ms
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.orders.views import OrderView, order_view
from app.prize_draws.results import Bought, bought
from app.prize_draws.shown import shown_draw
from app.rate_limits import limit
from app.refusals import Busy, InDoubt, Invalid, NotFound

AFTER_DIGITS = 6
DRAWS_LIMIT = 50  # each has an actor of its own; no house runs so many at a time


@bp.get("/draws")
def list_draws() -> ResponseReturnValue:
    """The draws that are on; one that has ended is still found by its address."""
    now_ms, found = wall_ms(), []
    for card in [card for card in office().draws.on_show() if card.is_open][:DRAWS_LIMIT]:
        try:
            found.append(draw_shape(shown_draw(office(), card.slug), now_ms))
        except NotFound:  # paid, and nothing allows it
            continue
    return json_answer({"draws": found})


@bp.get("/draws/<slug>")
def show_draw(slug: str) -> ResponseReturnValue:
    """One draw with its batches."""
    return json_answer(draw_details_shape(shown_draw(office(), slug), wall_ms()))


@bp.post("/draws/<slug>/purchases")
def create_purchase(slug: str) -> ResponseReturnValue:
    """Buy tickets: paid at once, or to be paid."""
    box = office()
    shown = shown_draw(box, slug)
    body = read_body()
    form = purchase_form(parse_object(body))
    limit("order")
    name, email = read_buyer(form.name, form.email)
    wish = _wish(shown.card.id, form, name)
    key = kept_key(body)
    placed = place_draw_order(box, wish, Buyer(name, email), form.payment, form.demo_outcome, key)
    try:
        view = order_view(box, placed.order_id)
    except Busy as busy:  # the order stands; only its answer cannot be read
        raise InDoubt(retry_after=3) from busy
    return json_answer(placed_shape(view, placed), 201)


@bp.get("/purchases/<code>")
def show_purchase(code: str) -> ResponseReturnValue:
    """How far one's own purchase is."""
    view = _own(code)
    return json_answer(purchase_shape(office(), view, _bought(view)))


@bp.get("/purchases/<code>/results")
def list_results(code: str) -> ResponseReturnValue:
    """What it won as far as that may be known, the rarest first, 50 a page."""
    found = _bought(_own(code))
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= AFTER_DIGITS):
        raise Invalid({"after": "Send what the last page gave as next."})
    return json_answer(results_shape(found, int(after)))


def _wish(lottery_id: int, form: PurchaseForm, name: str) -> DrawWish:
    return DrawWish(
        lottery_id,
        form.count,
        wants_fewer=form.if_short == "fewer",
        is_of_age=form.of_age,
        public_name=name.split()[0] if form.show_name else "",
        contribution=form.contribution,
        price_cents=form.price_cents,
    )


def _own(code: str) -> OrderView:
    view = order_view(office(), code, order_secret())
    if view.draw is None:
        raise NotFound("We cannot find that purchase.")
    return view


def _bought(view: OrderView) -> Bought | None:
    with office().db.read() as connection:
        return bought(connection, view.order.id)
