"""Pages of sign-in, set-up links and the first start."""

from __future__ import annotations

import logging
import re
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app import demo, htmx
from app.accounts.first_run import AlreadySetUp, NewHouse, is_open, start_house
from app.accounts.passwords import password_fault
from app.accounts.setup_links import linked_account
from app.accounts.signing_in import (
    WrongPassword,
    check_password,
    end_all_sessions,
    set_password,
)
from app.accounts.views import PasswordPage, SignInPage, welcome_done_page, welcome_page
from app.box_office import office
from app.clock import utc_now
from app.identity import account_by_id, current_account, sign_in, sign_out
from app.notices import notice_of
from app.pages import FormState
from app.rate_limits import limit
from app.refusals import Invalid, NotFound, Refusal
from app.words import gettext as _

bp = Blueprint("accounts", __name__)
log = logging.getLogger("fullhouse.accounts")

HOME: Final = "/admin"
WELCOME_FIELDS: Final = ("house", "email", "currency", "time_zone", "demo", "code")
OWN_PATH: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*\Z")
PATH_LIMIT: Final = 500


@bp.get("/sign-in")
def show_sign_in() -> ResponseReturnValue:
    """The form; whoever is signed in already goes on."""
    goes_to = own_path(request.args.get("next", ""))
    if current_account() is not None:
        return htmx.go_to(goes_to or HOME)
    return htmx.show_page("sign_in.html", page=SignInPage(goes_to=goes_to))


@bp.post("/sign-in")
def create_session() -> ResponseReturnValue:
    """Sign in; the same words whether the address or the password was wrong."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    goes_to = own_path(request.form.get("next", ""))
    limit("sign_in", subject=office().tokens.address_key(email))
    try:
        account = check_password(office(), email, password)
    except WrongPassword as refusal:
        log.warning("sign-in refused from %s", request.remote_addr)
        return htmx.show_page(
            "sign_in.html",
            refusal.status,
            page=SignInPage(email, goes_to, {"password": ""}),
            notice=notice_of(refusal),
        )
    sign_in(account)
    return htmx.go_to(goes_to or HOME)


@bp.post("/sign-out")
def delete_session() -> ResponseReturnValue:
    """Sign out here, or everywhere."""
    account = current_account()
    if account is not None and request.form.get("everywhere"):
        end_all_sessions(office(), account)
    sign_out()
    return htmx.go_to("/")


@bp.get("/setup/<token>")
def show_setup(token: str) -> ResponseReturnValue:
    """The form behind a one-time link; looking at it does not use it up."""
    limit("setup")
    with office().db.read() as connection:
        linked = linked_account(connection, token, utc_now())
    return htmx.show_page("set_password.html", page=PasswordPage(linked.email))


@bp.post("/setup/<token>")
def create_password(token: str) -> ResponseReturnValue:
    """Keep the password, end other sessions, sign in."""
    limit("setup")
    password = request.form.get("password", "")
    with office().db.read() as connection:
        linked = linked_account(connection, token, utc_now())
    fault = password_fault(password, linked.email, linked.name)
    if fault:
        page = PasswordPage(linked.email, _(fault))
        return htmx.show_page("set_password.html", 422, page=page)
    sign_in(set_password(office(), token, password))
    return htmx.go_to(HOME)


@bp.get("/welcome")
def show_welcome() -> ResponseReturnValue:
    """What runs here, and the form for one's own house; the code is never on the page."""
    form = FormState(_first_words()) if is_open(office()) else None
    return _welcome(form)


@bp.post("/welcome")
def create_house() -> ResponseReturnValue:
    """Make the first admin and sign them in."""
    limit("setup")
    typed = {name: request.form.get(name, "") for name in WELCOME_FIELDS}
    wish = NewHouse(
        house=typed["house"],
        email=typed["email"],
        password=request.form.get("password", ""),
        currency=typed["currency"],
        time_zone=typed["time_zone"],
        keep_demo=typed["demo"] != "remove",
        code=typed["code"],
    )
    try:
        account_id = start_house(office(), wish)
    except AlreadySetUp:
        raise
    except Invalid as refusal:
        return _welcome(FormState(typed, refusal.fields), refusal)
    if not wish.keep_demo:
        demo.close_sample_house(office())
    account = account_by_id(account_id)
    if account is None:
        raise NotFound
    sign_in(account)
    return htmx.show_page(
        "welcome_done.html", 201, page=welcome_done_page(wish.house.strip(), office().settings)
    )


def own_path(text: str) -> str:
    """The text if it is a path of this house, else nothing: no way out to another site."""
    return text if len(text) <= PATH_LIMIT and OWN_PATH.match(text) else ""


def _welcome(form: FormState | None, refusal: Refusal | None = None) -> ResponseReturnValue:
    page = welcome_page(office(), form)
    if refusal is None:
        return htmx.show_page("welcome.html", page=page)
    return htmx.show_page("welcome.html", refusal.status, page=page, notice=notice_of(refusal))


def _first_words() -> dict[str, str]:
    return {"currency": "GBP", "time_zone": "Europe/London", "demo": "keep"}
