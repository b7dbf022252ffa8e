"""Ballots on the page of whoever is signed in, in their download and when they are forgotten."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from app.ballot_draws.forgetting import forget_entrant
from app.ballot_draws.stories import KeptSeats, Story, stories_of, wish_words
from app.ballot_pages.queries.entry import entry_page
from app.ballot_pages.views import EntryLine, MineView
from app.box_office import BoxOffice
from app.clock import rfc3339
from app.my_page import Section
from app.sign_ins.sessions import SignedInBuyer
from app.words import gettext as _


def read_mine(office: BoxOffice, buyer: SignedInBuyer) -> MineView | None:
    """Every entry of the address; nothing where there is none."""
    found = stories_of(office, buyer.address_key)
    if not found:
        return None
    return MineView(tuple(_line(office, story) for story in found))


def kept_of(office: BoxOffice, buyer: SignedInBuyer) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [_plain(office, story) for story in stories_of(office, buyer.address_key)]


def lost_by(office: BoxOffice, buyer: SignedInBuyer) -> str:
    """What deleting the account means for entries."""
    if not stories_of(office, buyer.address_key):
        return ""
    return _("Your entries stay in their ballots without your name and address: no more letters.")


def forget(connection: Connection, buyer: SignedInBuyer) -> None:
    """Name and address go; the entry stays as the hash that the public list has."""
    forget_entrant(connection, buyer.address_key)


def _line(office: BoxOffice, story: Story) -> EntryLine:
    page = entry_page(office, story)
    return EntryLine(story.ballot.title, page.title, story.url)


def _plain(office: BoxOffice, story: Story) -> dict[str, Any]:
    kept: KeptSeats | None = story.kept
    return {
        "ballot": story.ballot.slug,
        "entered": rfc3339(story.request.asked_at),
        "name": story.request.name,
        "people": story.count,
        "wishes": [wish_words(office, wish) for wish in story.wishes],
        "status": story.status,
        "counts": story.weight,
        "contribution": story.contribution,
        "place": story.place_now,
        "seats": [] if kept is None else list(kept.seats),
        "order": story.order_id,
    }


BALLOTS: Final = Section(
    "ballots",
    lambda: _("Ballots"),
    "ballot/_mine.html",
    read_mine,
    kept=kept_of,
    lost=lost_by,
    forget=forget,
)
