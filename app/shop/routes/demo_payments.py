"""The demo's payment page: pay, be refused, pay too late, or give no answer at all."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.houses import show_houses
from app.htmx import go_to, show_page
from app.models import OrderStatus
from app.notices import leave_notice, notice_of
from app.orders.ending import end_payment
from app.orders.paying import demo_notice
from app.orders.views import OrderView, draw_path, order_view
from app.refusals import CardRefused, Invalid, NotFound
from app.shop.queries.demo_payment import draw_notice, pay_demo_page, refused_words
from app.shop.queries.order import order_path
from app.words import gettext as _

bp = Blueprint("demo_payments", __name__)


@bp.get("/pay/demo/<order_id>")
def show_demo_payment(order_id: str) -> ResponseReturnValue:
    """What a bank's page would be; an order that is paid already is shown instead."""
    view = order_view(office(), order_id, request.args.get("secret", ""))
    _refuse_unless_demo(view.order.gateway)

    if view.order.status != "paying":
        return go_to(order_path(order_id))
    show_houses(view.houses)
    return show_page("shop/pay_demo.html", page=pay_demo_page(view))


@bp.post("/pay/demo/<order_id>")
def create_demo_payment(order_id: str) -> ResponseReturnValue:
    """Play what the bank answers."""
    view = order_view(office(), order_id, request.form.get("secret", ""))
    _refuse_unless_demo(view.order.gateway)
    play = _OUTCOMES.get(request.form.get("demo_outcome", ""))
    if play is None:
        raise Invalid({"demo_outcome": _("Press one of the buttons.")})

    return play(order_id)


def _pay(order_id: str) -> ResponseReturnValue:
    demo_notice(office(), order_id, "paid")
    return go_to(order_path(order_id))


def _refuse(order_id: str) -> ResponseReturnValue:
    demo_notice(office(), order_id, "refused")
    view = order_view(office(), order_id)
    if view.draw is not None:
        return _to_draw(view, is_refused=True)
    refusal = CardRefused(safe=refused_words())
    return leave_notice(go_to("/checkout"), notice_of(refusal))


def _pay_late(order_id: str) -> ResponseReturnValue:
    end_payment(office(), order_id, release=True)
    return _pay(order_id)


def _say_nothing(order_id: str) -> ResponseReturnValue:
    return go_to(order_path(order_id))


def _go_back(order_id: str) -> ResponseReturnValue:
    end_payment(office(), order_id)
    view = order_view(office(), order_id)
    if view.draw is not None:
        return _to_draw(view, is_refused=False)
    return go_to("/checkout")


def _to_draw(view: OrderView, *, is_refused: bool) -> ResponseReturnValue:
    """The page of these draw tickets, with a notice unless somebody has paid them meanwhile."""
    page = go_to(draw_path(view.order.id, view.secret))
    if view.order.status != OrderStatus.CANCELLED:
        return page
    return leave_notice(page, draw_notice(view, is_refused=is_refused))


def _refuse_unless_demo(gateway: str) -> None:
    if gateway != "demo" or "demo" not in office().gateways:
        raise NotFound


_OUTCOMES: dict[str, Callable[[str], ResponseReturnValue]] = {
    "paid": _pay,
    "refused": _refuse,
    "late": _pay_late,
    "silent": _say_nothing,
    "back": _go_back,
}
