"""Requests about ballots: what the staff do, and the steps of jobs."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from sqlalchemy import select

from app.ballot_draws import drawing
from app.ballot_draws.by_itself import close_events
from app.ballot_draws.opening import give_up_draft
from app.ballot_draws.opening import open_ballot as open_it
from app.ballot_draws.seats import arrange_seats
from app.ballot_files.reading import read_ballot_file
from app.box_office import BoxOffice
from app.control_requests.asked import BY, Words, by_of, status_words
from app.lottery.ballot.commands import AnnounceResults
from app.lottery.ballot.views import BallotView
from app.models import Ballot, BallotStatus
from app.refusals import Invalid

LISTED_LIMIT: Final = 1000
FILE_PURPOSE: Final = "ballot file"


def open_ballot(office: BoxOffice, words: Words) -> Words:
    """Open a ballot from its file, sealed because of codes in it; the same again does nothing."""
    raw = office.vault.unseal(b64decode(words["sealed"]), FILE_PURPOSE)
    file = read_ballot_file(raw)
    _ballot_id, view = open_it(office, file, by_of(words))
    url = f"{office.settings.base_url}/ballot/{file.slug}"
    return {"ballot": file.slug, "title": file.title, "url": url, **_told(view)}


def close_ballot(office: BoxOffice, words: Words) -> Words:
    """Freeze the list, once the time to enter is over."""
    ballot = _named(office, words)
    return {"ballot": ballot.slug, **_told(drawing.close_ballot(office, ballot, by_of(words)))}


def type_value(office: BoxOffice, words: Words) -> Words:
    """One of the staff types the public value, or it is taken from the entrants."""
    by, ballot = by_of(words), _named(office, words)
    if not words["value"]:
        view = drawing.take_contributions(office, ballot, by)
        return {"ballot": ballot.slug, **_told(view)}
    if by == BY:
        raise Invalid({"by": "Say who types it with --by: two different people have to."})
    return {"ballot": ballot.slug, **_told(drawing.type_value(office, ballot, words["value"], by))}


def draw_ballot(office: BoxOffice, words: Words) -> Words:
    """Draw; everybody is told afterwards."""
    ballot = _named(office, words)
    close_events(office, ballot.id)
    view = drawing.draw_ballot(office, ballot, by_of(words))
    arrange_seats(office, ballot.id)
    return {"ballot": ballot.slug, **_told(view)}


def reveal_ballot(office: BoxOffice, words: Words) -> Words:
    """Publish the secret, so that anybody can repeat the draw."""
    ballot = _named(office, words)
    return {"ballot": ballot.slug, **_told(drawing.reveal_ballot(office, ballot, by_of(words)))}


def end_ballot(office: BoxOffice, words: Words) -> Words:
    """End the list, call off, or give up a draft: seats of no right go on sale."""
    ballot = _named(office, words)
    if ballot.status == BallotStatus.DRAFT:
        give_up_draft(office, ballot.id)
        return {"ballot": ballot.slug}
    view = drawing.end_ballot(office, ballot, by_of(words), status_words(words))
    arrange_seats(office, ballot.id)
    return {"ballot": ballot.slug, **_told(view)}


def list_ballots(office: BoxOffice, words: Words) -> Words:
    """All ballots and how they stand, the newest first."""
    query = select(Ballot.id, Ballot.slug, Ballot.title, Ballot.status)
    with office.db.read() as connection:
        rows = connection.execute(query.order_by(Ballot.id.desc()).limit(LISTED_LIMIT)).all()
    found = [
        {"ballot": row.slug, "title": row.title, **_told(office.ballot_of(row.id).seen)}
        for row in rows
    ]
    return {"ballots": found}


def arrange(office: BoxOffice, words: Words) -> Words:
    """Seats by the rights that live: how many lack some."""
    return {"lacking": arrange_seats(office, int(words["ballot"]))}


def announce(office: BoxOffice, words: Words) -> Words:
    """The next entries are told: how many of how many are done."""
    view = office.ballot_of(int(words["ballot"])).ask(AnnounceResults(int(words["done"])))
    return {"done": view.done, "of": view.total}


def _named(office: BoxOffice, words: Words) -> Any:
    return drawing.by_slug(office, str(words["ballot"]))


def _told(view: BallotView) -> Words:
    return {
        "status": view.status, "entries": view.entries, "people": view.people,
        "commitment": view.commitment, "list_hash": view.list_hash,
        "is_value_fixed": view.is_value_fixed, "waiting": view.waiting,
    }  # fmt: skip
