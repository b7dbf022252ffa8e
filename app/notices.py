"""Notices and plates: what a refusal says to a person, now or on the next page."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

from flask import Flask, Response, g, request
from markupsafe import Markup

from app.box_office import office
from app.headers import cookie_name, set_cookie
from app.pages import Action, Notice, Plate
from app.refusals import (
    BadIdempotencyKey,
    GatewayAway,
    IdempotencyInFlight,
    IdempotencyMismatch,
    Refusal,
)
from app.words import gettext as _

COOKIE: Final = "notice"
KEPT_SECONDS: Final = 60
LIMIT_BYTES: Final = 2000
WAITING: Final = frozenset((429, 503))
BUSY_SECONDS: Final = 5
ICONS_LIMIT: Final = 100


def init_app(app: Flask) -> None:
    """Give notices their icons, and take a notice's cookie back once a page has shown it."""

    @lru_cache(ICONS_LIMIT)
    def icon_of(name: str) -> Markup:
        """An icon of _icons.html, drawn once: importing a macro costs more than a notice."""
        module: Any = app.jinja_env.get_template("_icons.html").module
        return Markup(module.icon(name))  # noqa: S704  our own template

    app.jinja_env.globals["icon_of"] = icon_of
    app.after_request(_forget)


def notice_of(refusal: Refusal) -> Notice:
    """A refusal's words as a notice."""
    happened, safe, next_step = _page_words(refusal)
    waits = refusal.status in WAITING
    kind = "bad" if refusal.status == 402 else "warn" if waits or refusal.status == 410 else ""
    return Notice(
        happened,
        safe,
        next_step,
        kind,
        "warning" if kind == "bad" else "clock" if kind else "news",
        tuple(refusal.details.get("actions", ())),
        refusal.retry_after if waits else None,
    )


def plate_of(refusal: Refusal) -> Plate:
    """A refusal's words as a whole page."""
    if refusal.status == 404:
        return _not_found()
    if refusal.status == 503 and not isinstance(refusal, GatewayAway):
        return _busy(refusal.retry_after or BUSY_SECONDS)
    happened, safe, next_step = _page_words(refusal)
    ways: tuple[Action, ...] = (Action(_("What's on"), "/"),)
    if refusal.status != 403:
        ways = (Action(_("Look at my basket"), "/basket"), *ways)
    return Plate(
        happened.rstrip("."),
        tuple(words for words in (safe, next_step) if words),
        ways,
        incident=str(refusal.details.get("incident", "")),
    )


def leave_notice(response: Response, notice: Notice) -> Response:
    """Let the next page show a notice once."""
    plain = base64.urlsafe_b64encode(json.dumps(asdict(notice)).encode()).decode()
    if len(plain) <= LIMIT_BYTES:
        signed = office().tokens.signed("notice", plain)
        set_cookie(response, office().settings, COOKIE, signed, KEPT_SECONDS)
    return response


def take_notice() -> Notice | None:
    """The notice that the last press left behind, to be shown once."""
    signed = request.cookies.get(cookie_name(office().settings, COOKIE))
    if signed is None:
        return None
    g.notice_shown = True
    try:
        plain = office().tokens.subject_of("notice", signed)
        known = json.loads(base64.urlsafe_b64decode(plain))
        actions = tuple(_action(action) for action in known.pop("actions"))
        return Notice(**known, actions=actions)
    except (Refusal, ValueError, TypeError, KeyError):
        return None


def _page_words(refusal: Refusal) -> tuple[str, str, str]:
    """What happened, what is safe, what to do next; whoever uses a page knows of no keys."""
    if isinstance(refusal, IdempotencyMismatch):
        return (
            _("This form was sent before with other answers."),
            _("What was sent first counts, and nothing was changed."),
            _("Look at your tickets, or open the form anew."),
        )
    if isinstance(refusal, IdempotencyInFlight):
        return (
            _("This form was sent a moment ago, and is still being worked on."),
            _("It counts once, however often it is sent."),
            _("Wait a moment, then look at your tickets."),
        )
    if isinstance(refusal, BadIdempotencyKey):
        return _("This form is not complete."), refusal.safe, _("Open it anew and send it again.")
    return refusal.happened, refusal.safe, refusal.next_step


def _not_found() -> Plate:
    words = _(
        "The address is wrong, or the show is long over. Tickets you have bought are not affected."
    )
    ways = (Action(_("What's on"), "/"), Action(_("Find my booking"), "/orders/find"))
    return Plate(_("There is no page here"), (words,), ways)


def _busy(seconds: int) -> Plate:
    words = _(
        "Tickets you have and seats in your basket are safe. This page tries again"
        " by itself in %(seconds)s seconds; you need not reload.",
        seconds=seconds,
    )
    if request.method != "GET":
        words = _("Tickets you have and seats in your basket are safe. Go back and try again.")
    return Plate(
        _("More people than we can serve at once"),
        (words,),
        (Action(_("Try now"), request.full_path.rstrip("?")),) if request.method == "GET" else (),
        retry_seconds=seconds if request.method == "GET" else None,
        is_quiet=True,
    )


def _action(known: dict[str, Any]) -> Action:
    fields = known.pop("fields")
    return Action(
        **known, fields=None if fields is None else tuple((str(n), str(v)) for n, v in fields)
    )


def _forget(response: Response) -> Response:
    if g.get("notice_shown"):
        set_cookie(response, office().settings, COOKIE, "", 0)
    return response
