"""Proof that a change was asked for from our own pages: origin, cookie and token together."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request

from app import basket_cookie
from app.box_office import office
from app.refusals import Refusal
from app.requests import this_g, this_request
from app.tokens import new_id

FIELD: Final = "csrf"
HEADER: Final = "HTTP_X_CSRF_TOKEN"  # as WSGI calls it: a header that is missing costs less there
SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
OWN_SITES: Final = frozenset(("same-origin", "none"))
SENT_AGAIN: Final = frozenset(("checkout.create_order",))  # may come once more after its basket
WITHOUT_COOKIES: Final = frozenset(("api", "webhooks", "health"))  # these read no cookie at all


class StalePage(Refusal):
    """The form does not carry a proof that belongs to this visitor."""

    code, status = "stale_page", 403
    happened = "This page was open for a long time."
    safe = "Nothing was changed."
    next_step = "Load it again, then press once more."


class ForeignPage(Refusal):
    """Another site sent the form."""

    code, status = "foreign_page", 403
    happened = "That came from another site."
    safe = "Nothing was changed."
    next_step = "Open our own page and press there."


def init_app(app: Flask) -> None:
    """Check every change, and give templates `csrf_token()` and `new_key()`."""
    app.before_request(_check)
    app.jinja_env.globals.update(csrf_token=token, new_key=new_key)


def token() -> str:
    """The proof that this visitor's forms carry."""
    kept = this_g()
    proof: str | None = kept.get("csrf")
    if proof is None:
        proof = kept.csrf = office().tokens.of("csrf", basket_cookie.basket_id())
    return proof


def new_key() -> str:
    """An idempotency key for one form: pressed twice, it counts once."""
    return new_id()


def _check() -> None:
    asked = this_request()
    if asked.method in SAFE_METHODS or asked.blueprint in WITHOUT_COOKIES:
        return
    if asked.url_rule is None:
        return  # nothing there to change: 404 or 405 follows
    _refuse_foreign(asked)
    proof = asked.environ.get(HEADER) or asked.form.get(FIELD, "")
    if not _belongs(asked, proof):
        raise StalePage
    this_g().csrf = proof


def _belongs(asked: Request, proof: str) -> bool:
    """Whether the form was made for the visitor's basket, or for the one just before it."""
    known = basket_cookie.known_basket_id()
    if known is not None and office().tokens.is_of("csrf", known, proof):
        return True
    earlier = basket_cookie.earlier_basket_id() if asked.endpoint in SENT_AGAIN else None
    if earlier is None or not office().tokens.is_of("csrf", earlier, proof):
        return False
    basket_cookie.use_earlier_basket(earlier)
    return True


def _refuse_foreign(asked: Request) -> None:
    """Browsers tell where a form stands; what tells nothing still needs the cookie's proof."""
    environ = asked.environ
    site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    origin = environ.get("HTTP_ORIGIN")
    if site not in OWN_SITES or (origin is not None and urlsplit(origin).netloc != asked.host):
        raise ForeignPage
