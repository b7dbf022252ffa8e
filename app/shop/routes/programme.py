"""What is on, and what to know before a visit."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.home_parts import home_parts
from app.htmx import show_page
from app.shop.queries import programme

bp = Blueprint("programme", __name__)


@bp.get("/")
def list_events() -> ResponseReturnValue:
    """What is on, as the visitor asked for it."""
    wish = programme.Wish(
        request.args.get("when", "")[:7],
        request.args.get("for", "")[:20],
        request.args.get("q", "").strip()[: programme.ASKED_LIMIT],
    )

    parts = home_parts() if wish.is_all else ()
    return show_page("shop/home.html", page=programme.home_page(wish), parts=parts)


@bp.get("/visit")
def show_visit() -> ResponseReturnValue:
    """Before a visit: tickets, access, refunds, privacy."""
    return show_page("shop/visit.html", page=programme.visit_page())
