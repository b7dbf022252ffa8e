"""Whose basket it is: a cookie with the basket's token, made when it is first needed."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, g

from app.box_office import office
from app.headers import cookie_name, set_cookie
from app.refusals import NotFound
from app.requests import this_g, this_request
from app.tokens import new_id

COOKIE: Final = "basket"
EARLIER_MARK: Final = "~"  # between the token of the basket and that of the one before it
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


def begin_basket() -> None:
    """From now on the visitor's basket is a new one; the last one's form can be sent once more."""
    if "earlier_basket" in g:  # a form of the basket before: the new one has begun already
        return
    g.earlier_basket = basket_id()
    switch_basket(new_id())


def known_basket_id() -> str | None:
    """The visitor's basket, if the cookie names one."""
    kept = this_g()
    known: str | None = kept.get("basket")
    if known is None:
        known = _named(0)
        if known is not None:
            kept.basket = known
    return known


def earlier_basket_id() -> str | None:
    """The basket that the visitor had before this one, if the cookie names it."""
    return _named(2)


def use_earlier_basket(earlier: str) -> None:
    """Answer this request for the basket that the visitor had before."""
    g.basket = g.earlier_basket = earlier


def _named(part: int) -> str | None:
    """The basket that the cookie names in its first part, or the one before it in its last."""
    cookie = this_request().cookies.get(cookie_name(office().settings, COOKIE), "")
    token = cookie.partition(EARLIER_MARK)[part]
    try:
        return office().tokens.basket_id(token) if token else None
    except NotFound:
        return None


def _send(response: Response) -> Response:
    kept = this_g()
    fresh: str | None = kept.get("new_basket")
    if fresh is not None:
        baskets = (fresh, kept.get("earlier_basket"))
        cookie = EARLIER_MARK.join(office().tokens.basket(known) for known in baskets if known)
        set_cookie(response, office().settings, COOKIE, cookie, KEPT_SECONDS)
    return response
