"""Signing in: ask for a link, open it or type its code, sign out."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.basket_cookie import basket_id
from app.box_office import office
from app.buyer_cookie import (
    session_token,
    sign_in_here,
    sign_out_here,
    signed_in_buyer,
)
from app.buyers import EMAIL_LIMIT, read_email
from app.clock import utc_now
from app.htmx import go_to, show_page
from app.me.queries.sign_ins import again_words, asked_page, opened_page
from app.me.views import SignInPage
from app.notices import leave_notice, notice_of
from app.pages import Notice
from app.rate_limits import limit
from app.refusals import Invalid, NotFound, Refusal, TooMany
from app.sign_ins.asking import LinkOver, ask_for_link, is_open, link_request, page_request
from app.sign_ins.browsers import browser_of
from app.sign_ins.opening import Visit, WrongCode, refuse_link, sign_in_by_code, sign_in_by_link
from app.sign_ins.sessions import end_all_sessions, end_session, end_session_of
from app.way_back import HOME, keep_way, kept_way, named_way
from app.words import gettext as _
from app.words import ngettext

bp = Blueprint("buyer_sign_ins", __name__)
log = logging.getLogger("fullhouse.me")

KEY_LIMIT: Final = 64
CODE_TYPED_LIMIT: Final = 40


@bp.post("/me/links")
def create_link() -> ResponseReturnValue:
    """Have a letter written; the same answer whether or not the address is known."""
    typed, back = request.form.get("email", "")[: EMAIL_LIMIT + 1], named_way()
    try:
        email = read_email(typed)
        subject = office().tokens.address_key(email)
        limit("sign_in_link", subject=subject)
        limit("sign_in_hour", subject=subject)
    except Invalid as refusal:
        return show_sign_in(refusal, SignInPage(typed, refusal.fields["email"], back))
    except TooMany as refusal:
        return show_sign_in(too_often(refusal), SignInPage(typed, back=back))
    press = request.form.get("key", "")[:KEY_LIMIT]
    browser = browser_of(request.user_agent.string)

    token = ask_for_link(office(), email, browser.kept, f"{basket_id()}.{press}" if press else "")

    return keep_way(go_to(f"/me/links/{token}"), back)


@bp.get("/me/links/<token>")
def show_link(token: str) -> ResponseReturnValue:
    """A letter is on its way; its code can be typed here."""
    try:
        asked = page_request(office(), token, is_open(utc_now()))
    except LinkOver as refusal:
        return go_to(HOME) if signed_in_buyer() else show_sign_in(refusal)
    return show_page("me/asked.html", page=asked_page(office(), asked, token, back=kept_way()))


@bp.post("/me/links/<token>")
def create_session_by_code(token: str) -> ResponseReturnValue:
    """Sign in with the code of the letter; five wrong ones end it and its link."""
    limit("sign_in_code")
    typed = request.form.get("code", "")[:CODE_TYPED_LIMIT]
    try:
        session = sign_in_by_code(office(), token, typed, _visit())
    except WrongCode as refusal:
        log.warning("sign-in code refused from %s", request.remote_addr)
        asked = page_request(office(), token)
        error = _wrong_words(refusal.left)
        page = asked_page(office(), asked, token, back=kept_way(), error=error)
        return show_page("me/asked.html", refusal.status, page=page)
    except LinkOver as refusal:
        return show_sign_in(refusal)
    return _arrive(session)


@bp.get("/me/sign-in/<token>")
def show_opened(token: str) -> ResponseReturnValue:
    """Behind the letter's link: looking does not use it up."""
    try:
        asked = link_request(office(), token, is_open(utc_now()))
    except LinkOver as refusal:
        return go_to(HOME) if signed_in_buyer() else show_sign_in(refusal)
    return show_page("me/opened.html", page=opened_page(office(), asked, token))


@bp.post("/me/sign-in/<token>")
def create_session(token: str) -> ResponseReturnValue:
    """Sign this browser in, once."""
    limit("sign_in_code")
    try:
        session = sign_in_by_link(office(), token, _visit())
    except LinkOver as refusal:
        return show_sign_in(refusal)
    return _arrive(session)


@bp.post("/me/sign-in/<token>/refusal")
def create_refusal(token: str) -> ResponseReturnValue:
    """It was somebody else who asked: no link of this address works any more."""
    limit("sign_in_code")
    try:
        refuse_link(office(), token)
    except LinkOver as refusal:
        return show_sign_in(refusal)
    notice = Notice(
        _("The link has ended, and nobody was signed in."),
        _("Your tickets are safe. If it happens again, you need do nothing."),
        kind="ok",
        icon="check",
    )
    return leave_notice(go_to(HOME), notice)


@bp.post("/me/sign-out")
def delete_session() -> ResponseReturnValue:
    """End a session: this one, the one that is named, or all of them."""
    buyer, named = signed_in_buyer(), request.form.get("session", "")
    if named:
        return _end_named(named)
    token = session_token()
    with office().db.write() as connection:
        if buyer is not None and request.form.get("everywhere"):
            end_all_sessions(connection, buyer.address_key)
        if token is not None:
            end_session_of(connection, office().tokens, token)
    sign_out_here()
    return leave_notice(go_to(HOME), Notice(_("You are signed out."), kind="ok", icon="check"))


def show_sign_in(refusal: Refusal, page: SignInPage | None = None) -> Response:
    """The form with a no above it; the same for whatever is wrong with a link."""
    notice = None if page is not None and page.error else notice_of(refusal)
    page = page or SignInPage(back=kept_way())
    answer = show_page("me/sign_in.html", refusal.status, page=page, notice=notice)
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def too_often(refusal: TooMany) -> TooMany:
    """The limit's no in words for somebody who waits for a letter."""
    seconds = refusal.retry_after or 1
    at = utc_now() + timedelta(seconds=seconds)
    return TooMany(
        _("That was a lot of links in a short time."),
        safe=_("The newest ones in your mailbox work for 15 minutes each."),
        next_step=again_words(office(), at),
        retry_after=seconds,
    )


def _arrive(session: str) -> Response:
    """Signed in: on to where they came from, else to their own page."""
    sign_in_here(session)
    back = kept_way()
    answer = keep_way(go_to(back or HOME), "")
    if not back:
        return answer
    return leave_notice(answer, Notice(_("You are signed in."), kind="ok", icon="check"))


def _end_named(session_id: str) -> ResponseReturnValue:
    """End another session of whoever is signed in; somebody else's looks like none."""
    buyer = signed_in_buyer()
    if buyer is None:
        return go_to(HOME)
    with office().db.write() as connection:
        if not end_session(connection, buyer.address_key, session_id):
            raise NotFound
    if session_id == buyer.session_id:
        sign_out_here()
    words = _("That browser is signed out.")
    return leave_notice(go_to(HOME), Notice(words, kind="ok", icon="check"))


def _visit() -> Visit:
    return Visit(browser_of(request.user_agent.string), basket_id(), session_token())


def _wrong_words(left: int) -> str:
    return ngettext(
        "That is not the code of the letter. You can try once more.",
        "That is not the code of the letter. You can try %(num)d more times.",
        left,
    )
