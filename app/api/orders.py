"""Orders: pay for a basket, look at one's own order."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.api.blueprint import bp, json_answer, kept_key
from app.api.forms import order_form
from app.api.reading import parse_object, read_body
from app.api.shapes import order_shape
from app.box_office import office
from app.buyers import read_buyer
from app.orders.first_answers import WHEN_PLACED
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.orders.views import order_view
from app.rate_limits import limit
from app.refusals import Busy, InDoubt


@bp.post("/orders")
def create_order() -> ResponseReturnValue:
    """Turn a basket into an order, paid at once or to be paid."""
    box = office()
    body = read_body()
    form = order_form(parse_object(body))
    basket = box.tokens.basket_id(form.basket)
    limit("order", basket=basket)
    name, email = read_buyer(form.name, form.email)
    key = kept_key(body)
    placed = place_order(box, basket, Buyer(name, email), form.payment, form.demo_outcome, key)
    try:
        view = order_view(box, placed.order_id, as_of=WHEN_PLACED)
    except Busy as busy:  # the order stands; only its answer cannot be read
        raise InDoubt(retry_after=3) from busy
    return json_answer(order_shape(box, view, placed.status, placed.pay_url), 201)


@bp.get("/orders/<code>")
def show_order(code: str) -> ResponseReturnValue:
    """One's own order as it is now."""
    box = office()
    return json_answer(order_shape(box, order_view(box, code, order_secret())))


def order_secret() -> str:
    """What this request's `Order-Secret` header says; an empty text without it."""
    return request.headers.get("Order-Secret", "")
