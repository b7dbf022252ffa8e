"""Buying draw tickets: one form, then the gateway or the tickets."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.answers import KeptKey, fingerprint_of, read_key
from app.basket_cookie import basket_id
from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.buyers import read_buyer
from app.draws.queries.buying import buy_page, closed_page, count_error, known_buyer
from app.houses import show_house
from app.htmx import go_to, show_fragment, show_page, wants_fragment
from app.identity import current_account
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.orders.views import draw_path
from app.pages import FormState
from app.prize_draws.shown import Shown, shown_draw
from app.rate_limits import limit
from app.refusals import Invalid
from app.words import SOURCE_LANGUAGE
from app.words import gettext as _

bp = Blueprint("draw_buying", __name__)
FIELDS = ("count", "email", "name", "payment", "of_age")
KEPT_FIELDS = (*FIELDS, "short", "show_name", "price", "contribution")
FIELD_LIMIT = 300  # characters


@bp.get("/draw/<slug>/tickets")
def show_buying(slug: str) -> ResponseReturnValue:
    """The form for so many tickets; what hangs on the number, for who only changed that."""
    chosen = {"payment": request.args.get("payment", "")[:FIELD_LIMIT]}
    count = request.args.get("count", "")[:FIELD_LIMIT]
    return _form(shown_draw(office(), slug), count, FormState(chosen | known_buyer()))


@bp.post("/draw/<slug>/tickets")
def create_purchase(slug: str) -> ResponseReturnValue:
    """Place the order, then on to paying or to the tickets."""
    shown = shown_draw(office(), slug)
    basket = basket_id()
    limit("order", basket=basket)
    typed = {name: request.form.get(name, "")[:FIELD_LIMIT] for name in KEPT_FIELDS}
    try:
        wish, buyer = _read(shown, typed)
    except Invalid as refusal:
        errors = {name: refusal.fields[name] for name in FIELDS if name in refusal.fields}
        return _form(shown, typed["count"], FormState(typed, errors), 422)

    signed_in = signed_in_buyer()
    is_proved = signed_in is not None and signed_in.address_key == office().tokens.address_key(
        buyer.email
    )
    placed = place_draw_order(
        office(), wish, buyer, typed["payment"], kept=_kept(basket, slug, typed),
        is_proved=is_proved, is_staff=current_account() is not None,
    )  # fmt: skip
    secret = office().tokens.order_secret(placed.order_id)

    return go_to(placed.pay_url or draw_path(placed.order_id, secret))


def _read(shown: Shown, typed: dict[str, str]) -> tuple[DrawWish, Buyer]:
    """What was asked for; raises `Invalid` that names every field at fault."""
    errors: dict[str, str] = {}
    wrong = count_error(shown.card, typed["count"])
    if wrong:
        errors["count"] = wrong
    if shown.card.rules.age_limit and typed["of_age"] != "1":
        errors["of_age"] = _("Confirm this if it is so. Otherwise you cannot take part.")
    name = email = ""
    try:
        name, email = read_buyer(typed["name"], typed["email"])
    except Invalid as refusal:
        errors |= refusal.fields
    if errors:
        raise Invalid(errors)
    price = typed["price"]
    wish = DrawWish(
        shown.card.id,
        int(typed["count"].replace(",", "")),
        wants_fewer=typed["short"] != "nothing",
        is_of_age=typed["of_age"] == "1",
        public_name=name.split()[0] if typed["show_name"] == "1" else "",
        contribution=typed["contribution"],
        price_cents=int(price) if price.isascii() and price.isdigit() and len(price) < 10 else None,
    )
    return wish, Buyer(name, email, SOURCE_LANGUAGE)


def _kept(basket: str, slug: str, typed: dict[str, str]) -> KeptKey | None:
    """The form's idempotency key with what was asked; None where it has none."""
    key = read_key(request.form.get("key"))
    if key is None:
        return None
    words = "&".join(f"{name}={text}" for name, text in typed.items())
    return KeptKey(f"{basket}:{key}", fingerprint_of(slug.encode(), words.encode()))


def _form(shown: Shown, count: str, form: FormState, status: int = 200) -> ResponseReturnValue:
    show_house(shown.card.house)
    page = buy_page(shown, count, form)
    if page is None:
        return show_page("draws/closed.html", status, page=closed_page(shown))
    if wants_fragment() and status == 200:
        return show_fragment("draws/_count.html", page=page, is_swap=True)
    return show_page("draws/buy.html", status, page=page)
