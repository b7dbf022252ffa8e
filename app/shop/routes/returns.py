"""Tickets that their buyer gives back: a form behind the booking's signed link."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.htmx import go_to, show_page
from app.notices import leave_notice
from app.orders.returning import return_tickets
from app.pages import Notice
from app.rate_limits import limit
from app.refusals import Invalid
from app.shop.queries.order import order_path
from app.shop.queries.returns import money_way_words, return_page
from app.shop.routes.orders import own_order
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("returns", __name__)


@bp.get("/o/<code>/<secret>/returns")
def show_returns(code: str, secret: str) -> ResponseReturnValue:
    """Which tickets can go back, until when, and where their money goes."""
    return show_page("shop/returns.html", page=return_page(own_order(code, secret)))


@bp.post("/o/<code>/<secret>/returns")
def create_return(code: str, secret: str) -> ResponseReturnValue:
    """Take the chosen tickets back; pressing twice takes them back once."""
    view = own_order(code, secret)
    limit("order")
    chosen = request.form.getlist("ticket")[:TICKETS_LIMIT]
    try:
        count = return_tickets(office(), view.order.id, chosen)
    except Invalid as refusal:
        page = return_page(view, refusal.fields["ticket"])
        return show_page("shop/returns.html", refusal.status, page=page)

    returned = ngettext("One ticket is returned.", "%(num)s tickets are returned.", count)
    # words from before the return: by now nothing of the money may be left
    happened = returned if count else _("These tickets were returned already.")
    notice = Notice(happened, money_way_words(view), kind="ok", icon="check")
    return leave_notice(go_to(order_path(code)), notice)


TICKETS_LIMIT = 200
