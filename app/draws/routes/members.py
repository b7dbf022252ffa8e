"""The page of members: who won it reads it."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.box_office import office
from app.buyer_cookie import signed_in_buyer
from app.draws.queries.keys import members_page
from app.houses import show_house
from app.htmx import show_page

bp = Blueprint("members", __name__)


@bp.get("/members/<slug>")
def show_members(slug: str) -> ResponseReturnValue:
    """The words for members, or how somebody becomes one."""
    page = members_page(office(), slug, signed_in_buyer())
    show_house(office().draws.by_slug(slug).house)

    return show_page("draws/members.html", page=page)
