"""An entry by its signed link: confirm, change, withdraw, buy, let go, join the list."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.ballot_draws.entering import confirm_entry, entry_of_address, entry_url, own_request
from app.ballot_draws.seats import decline_right, join_list, move_to_basket
from app.ballot_draws.stories import ASKED, Story, story_of
from app.ballot_pages.forms import read_group, typed_fields
from app.ballot_pages.queries.entry import entry_page
from app.ballot_reading import terms_of
from app.basket_cookie import basket_id
from app.box_office import office
from app.houses import show_house
from app.htmx import go_to, show_page
from app.lottery.ballot.commands import ChangeEntry, WithdrawEntry
from app.lottery.refusals import AlreadyEntered
from app.models import BallotStatus
from app.notices import leave_notice, notice_of
from app.pages import FormState, Notice
from app.rate_limits import limit
from app.refusals import Invalid, NotFound
from app.words import gettext as _

bp = Blueprint("ballot_entries", __name__)

COUNT_LIMIT = 4  # digits


@bp.get("/b/<code>/<secret>")
def show_entry(code: str, secret: str) -> ResponseReturnValue:
    """The entry in whatever state; looking changes nothing."""
    story = own_story(code, secret)
    return show_page("ballot/entry.html", page=entry_page(office(), story))


@bp.post("/b/<code>/<secret>/confirmation")
def create_confirmation(code: str, secret: str) -> ResponseReturnValue:
    """The entry counts from now on."""
    limit("ballot")
    story = own_story(code, secret)
    try:
        confirm_entry(office(), story.request)
    except AlreadyEntered as refusal:
        other = entry_of_address(office(), story.ballot.id, story.request.email_key)
        where = story.url if other is None else entry_url(office(), other)
        return leave_notice(go_to(where), notice_of(refusal))
    return go_to(story.url)


@bp.post("/b/<code>/<secret>/change")
def update_entry(code: str, secret: str) -> ResponseReturnValue:
    """Another group or other wishes, while entries are open."""
    limit("ballot")
    story = own_story(code, secret)
    typed = typed_fields(terms_of(story.ballot.terms))
    try:
        count, wishes, waits = read_group(story.ballot, typed)
    except Invalid as refusal:
        page = entry_page(office(), story, FormState(typed, refusal.fields))
        return show_page("ballot/entry.html", refusal.status, page=page)

    command = ChangeEntry(story.request.id, story.request.email_key, count, wishes, waits)
    office().ballot_of(story.ballot.id).ask(command)

    notice = Notice(_("Your entry is changed."), kind="ok", icon="check")
    return leave_notice(go_to(story.url), notice)


@bp.post("/b/<code>/<secret>/withdrawal")
def delete_entry(code: str, secret: str) -> ResponseReturnValue:
    """Take the entry back; after the draw, leave the list."""
    limit("ballot")
    story = own_story(code, secret)
    with suppress(NotFound):  # it is gone: somebody has pressed twice
        office().ballot_of(story.ballot.id).ask(
            WithdrawEntry(story.request.id, story.request.email_key)
        )
    said = _("Your entry is withdrawn.")
    if story.status != ASKED and story.ballot.status != BallotStatus.OPEN:
        said = _("You are not on the waiting list any more.")
    notice = Notice(said, kind="ok", icon="check")
    return leave_notice(go_to(story.url), notice)


@bp.post("/b/<code>/<secret>/basket")
def create_basket(code: str, secret: str) -> ResponseReturnValue:
    """The kept seats, or fewer of them, go into the visitor's basket; then they pay as usual."""
    limit("hold", basket=basket_id())
    story = own_story(code, secret)
    count = _number("count")

    move_to_basket(
        office(), story.ballot.id, story.request.id, story.request.email_key, basket_id(), count
    )

    return go_to("/checkout")


@bp.post("/b/<code>/<secret>/refusal")
def create_refusal(code: str, secret: str) -> ResponseReturnValue:
    """The seats go to the next people on the list."""
    limit("ballot")
    story = own_story(code, secret)
    keeps_place = request.form.get("keeps_place") == "1"
    entry, owner = story.request.id, story.request.email_key
    decline_right(
        office(), story.ballot.id, entry, owner, keeps_place=keeps_place, number=_number("right")
    )
    return go_to(story.url)


@bp.post("/b/<code>/<secret>/list")
def create_place(code: str, secret: str) -> ResponseReturnValue:
    """Wait at the end of the list."""
    limit("ballot")
    story = own_story(code, secret)
    join_list(office(), story.ballot.id, story.request.id, story.request.email_key)
    return go_to(story.url)


def _number(name: str) -> int:
    typed = request.form.get(name, "")[:COUNT_LIMIT]
    return int(typed) if typed.isascii() and typed.isdigit() else 0


def own_story(code: str, secret: str) -> Story:
    """The entry of a letter's link; a wrong one is `NotFound`."""
    story = story_of(office(), own_request(office(), code, secret))
    event_id = terms_of(story.ballot.terms).supply[0].wish.event_id
    show_house(office().catalogue.by_id(event_id).house)
    return story
