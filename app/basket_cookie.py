"""Whose basket it is: a cookie with the basket's token, made when it is first needed."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, g, request

from app.box_office import office
from app.headers import cookie_name, set_cookie
from app.refusals import NotFound
from app.tokens import new_id

COOKIE: Final = "basket"
KEPT_SECONDS: Final = 30 * 24 * 3600


def init_app(app: Flask) -> None:
    """Send the cookie with the first answer that needed a basket."""
    app.after_request(_send)


def basket_id() -> str:
    """The visitor's basket; a new, empty one where the cookie is absent or not ours."""
    known = known_basket_id()
    if known is None:
        known = g.new_basket = g.basket = new_id()
    return known


def switch_basket(other: str) -> None:
    """From now on the visitor's basket is this one."""
    g.new_basket = g.basket = other
    g.pop("csrf", None)


def known_basket_id() -> str | None:
    """The visitor's basket, if the cookie names one."""
    known: str | None = g.get("basket")
    if known is not None:
        return known
    token = request.cookies.get(cookie_name(office().settings, COOKIE))
    if token is None:
        return None
    try:
        known = g.basket = office().tokens.basket_id(token)
    except NotFound:
        return None
    return known


def _send(response: Response) -> Response:
    fresh: str | None = g.get("new_basket")
    if fresh is not None:
        token = office().tokens.basket(fresh)
        set_cookie(response, office().settings, COOKIE, token, KEPT_SECONDS)
    return response
