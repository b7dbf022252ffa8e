"""Which buyer is signed in: a cookie with a session's token and when it was last seen.

When it was last seen stands in the cookie, signed, and not in the database: looking at a page
changes nothing there. The session's row decides everything else.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response

from app.box_office import office
from app.clock import utc_now, wall_ms
from app.headers import cookie_name, set_cookie
from app.refusals import NotFound
from app.requests import this_g, this_request
from app.sign_ins.sessions import IDLE_DAYS, SESSION_DAYS, SignedInBuyer, session_of

COOKIE: Final = "buyer"
PURPOSE: Final = "buyer"
DAY_SECONDS: Final = 24 * 3600
SEEN_EVERY_SECONDS: Final = 3600  # not every page needs a new cookie
GONE: Final = ""


def init_app(app: Flask) -> None:
    """Send the cookie with the answer that changed it, and tell templates where tickets are."""
    app.after_request(_send)
    app.jinja_env.globals["is_signed_in"] = has_cookie


def signed_in_buyer() -> SignedInBuyer | None:
    """The buyer behind this request, or None."""
    kept = this_g()
    if "buyer" not in kept:
        kept.buyer = _find()
    buyer: SignedInBuyer | None = kept.buyer
    return buyer


def has_cookie() -> bool:
    """Whether this browser may be signed in: enough for a link, and it costs no query."""
    return _name() in this_request().cookies


def session_token() -> str | None:
    """The token of this browser's session, alive or not."""
    return _opened()[0]


def sign_in_here(token: str) -> None:
    """From now on this browser has that session."""
    _change(token)


def sign_out_here() -> None:
    """From now on this browser has none."""
    _change(None)


def _find() -> SignedInBuyer | None:
    if not has_cookie():
        return None
    token, idle_seconds = _opened()
    buyer = None
    if token is not None and idle_seconds <= IDLE_DAYS * DAY_SECONDS:
        with office().db.read() as connection:
            buyer = session_of(connection, office().tokens, token, utc_now())
    if buyer is None:
        this_g().buyer_cookie = GONE
    elif idle_seconds > SEEN_EVERY_SECONDS:
        this_g().buyer_cookie = token
    return buyer


def _opened() -> tuple[str | None, int]:
    """The cookie's token, if it is one of ours, and for how many seconds it was not seen."""
    cookie = this_request().cookies.get(_name(), "")
    try:
        token, _dot, seen_at = office().tokens.subject_of(PURPOSE, cookie).rpartition(".")
    except NotFound:
        return None, 0
    return token, wall_ms() // 1000 - int(seen_at)


def _change(token: str | None) -> None:
    kept = this_g()
    kept.buyer_cookie = token or GONE
    kept.pop("buyer", None)


def _name() -> str:
    return cookie_name(office().settings, COOKIE)


def _send(response: Response) -> Response:
    token: str | None = this_g().get("buyer_cookie")
    if token == GONE:
        set_cookie(response, office().settings, COOKIE, "", 0)
    elif token is not None:
        seen = f"{token}.{wall_ms() // 1000}"
        signed = office().tokens.signed(PURPOSE, seen)
        set_cookie(response, office().settings, COOKIE, signed, SESSION_DAYS * DAY_SECONDS)
    return response
