"""The ballot's page, entering it, and the files that prove it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.ballot_draws.drawing import bundle_of, by_slug, public_list
from app.ballot_draws.entering import Wanted, ask_again, ask_to_enter, asked_request
from app.ballot_draws.weights import weight_of_code
from app.ballot_pages.forms import (
    press_key,
    read_wanted,
    typed_code,
    typed_contribution,
    typed_fields,
)
from app.ballot_pages.queries.ballot import asked_page, ballot_page, is_shown
from app.ballot_reading import ballot_row, terms_of
from app.basket_cookie import basket_id
from app.box_office import office
from app.houses import show_house
from app.htmx import go_to, show_page
from app.models import Ballot
from app.notices import leave_notice
from app.pages import FormState, Notice
from app.rate_limits import limit
from app.refusals import Invalid, NotFound
from app.words import gettext as _

bp = Blueprint("ballots", __name__)


@bp.get("/ballot/<slug>")
def show_ballot(slug: str) -> ResponseReturnValue:
    """What it is, and the form while it takes entries."""
    ballot = shown_ballot(slug)
    return show_page("ballot/ballot.html", page=ballot_page(office(), ballot))


@bp.post("/ballot/<slug>/entries")
def create_entry(slug: str) -> ResponseReturnValue:
    """Have a letter written; the same answer for every address."""
    ballot = shown_ballot(slug)
    typed = typed_fields(terms_of(ballot.terms))
    try:
        wanted = _weighted(ballot, read_wanted(ballot, typed))
    except Invalid as refusal:
        page = ballot_page(office(), ballot, FormState(typed, refusal.fields))
        return show_page("ballot/ballot.html", refusal.status, page=page)
    limit("ballot_letter", subject=office().tokens.address_key(wanted.email))
    key = press_key()

    token = ask_to_enter(office(), ballot, wanted, f"{basket_id()}.{key}" if key else "")

    return go_to(f"/b/asked/{token}")


@bp.get("/b/asked/<token>")
def show_asked(token: str) -> ResponseReturnValue:
    """A letter is on its way."""
    request = asked_request(office(), token)
    ballot = _ballot_of(request)
    return show_page("ballot/asked.html", page=asked_page(office(), ballot, request, token))


@bp.post("/b/asked/<token>")
def create_letter(token: str) -> ResponseReturnValue:
    """The letter once more."""
    request = asked_request(office(), token)
    limit("ballot_letter", subject=request.email_key)
    ask_again(office(), token)
    notice = Notice(_("The letter is on its way again."), kind="ok", icon="check")
    return leave_notice(go_to(f"/b/asked/{token}"), notice)


@bp.get("/ballot/<slug>/list.txt")
def show_list(slug: str) -> ResponseReturnValue:
    """The frozen list: a salted hash, the size of the group and its weight in each line."""
    limit("ballot_file")
    lines = public_list(office(), shown_ballot(slug))
    text = "".join(f"{line}\n" for line in lines)
    return _file(text.encode(), "text/plain; charset=utf-8", f"{slug}-list.txt")


@bp.get("/ballot/<slug>/proof.json")
def show_bundle(slug: str) -> ResponseReturnValue:
    """The file from which anybody can repeat the draw."""
    limit("ballot_file")
    content = bundle_of(office(), shown_ballot(slug))
    return _file(content, "application/json", f"{slug}-proof.json")


def shown_ballot(slug: str) -> Any:
    """The ballot at this address, with its house in the header; drafts are `NotFound`."""
    ballot = by_slug(office(), slug)
    if not is_shown(office(), ballot):
        raise NotFound("There is no such ballot.")
    _show_house(ballot)
    return ballot


def _weighted(ballot: Any, wanted: Wanted) -> Wanted:
    """The same with what a code makes it count; raises `Invalid` for one that nobody has."""
    code, terms = typed_code(), terms_of(ballot.terms)
    wanted = replace(wanted, contribution=typed_contribution())
    if not code or not terms.weights:
        return wanted
    limit("ballot_code", subject=office().tokens.address_key(wanted.email))
    return replace(wanted, weight=weight_of_code(office(), ballot.slug, terms, code))


def _ballot_of(request: Any) -> Any:
    with office().db.read() as connection:
        ballot = ballot_row(connection, Ballot.id == request.ballot_id)
    _show_house(ballot)
    return ballot


def _show_house(ballot: Any) -> None:
    event_id = terms_of(ballot.terms).supply[0].wish.event_id
    show_house(office().catalogue.by_id(event_id).house)


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)
