"""Checkout: one form, then the gateway or the tickets."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.basket_cookie import basket_id, begin_basket, known_basket_id
from app.box_office import office
from app.buyers import read_buyer
from app.houses import show_basket_house
from app.htmx import go_to, show_page
from app.models import OrderStatus
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.pages import FormState
from app.rate_limits import limit
from app.refusals import Invalid
from app.shop.queries.checkout import checkout_page, ended_page, is_paid_later, running_order
from app.shop.queries.order import order_path
from app.shop.routes.events import kept_key
from app.words import SOURCE_LANGUAGE

bp = Blueprint("checkout", __name__)
FIELDS = ("email", "name", "payment")


@bp.get("/checkout")
def show_checkout() -> ResponseReturnValue:
    """The form for what is held; the order itself where it is being paid for."""
    running = running_order()
    if running is not None:
        if is_paid_later(running):  # the answer that said so never arrived
            begin_basket()
        return go_to(order_path(running))
    return _checkout(None)


@bp.post("/checkout")
def create_order() -> ResponseReturnValue:
    """Turn the basket into an order, then on to paying or to the tickets."""
    basket = basket_id()
    limit("order", basket=basket)
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        name, email = read_buyer(typed["name"], typed["email"])
    except Invalid as refusal:
        return _checkout(FormState(typed, in_page_order(refusal.fields)), 422)

    buyer = Buyer(name, email, SOURCE_LANGUAGE)
    placed = place_order(office(), basket, buyer, typed["payment"], kept=kept_key(basket))
    if placed.status == OrderStatus.PENDING:  # it waits for days, and its places with it
        begin_basket()

    return go_to(placed.pay_url or order_path(placed.order_id))


def in_page_order(errors: dict[str, str]) -> dict[str, str]:
    """Errors in the order of the form's fields, so that the cursor goes to the first."""
    return {name: errors[name] for name in FIELDS if name in errors}


def _checkout(form: FormState | None, status: int = 200) -> ResponseReturnValue:
    page = checkout_page(form)
    show_basket_house(known_basket_id())
    if page is None:
        return show_page("shop/checkout_ended.html", page=ended_page())
    return show_page("shop/checkout.html", status, page=page)
