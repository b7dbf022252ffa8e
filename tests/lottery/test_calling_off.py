"""A ballot that ends before its time: called off by the house, or with its events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import build_app
from app.ballot_draws.stories import story_of
from app.control_requests import carry_out
from app.invariants import check
from app.inventory.commands import HoldSeats, SeatChoice
from app.inventory.records import EffectDue
from app.lottery.ballot import commands as c
from app.lottery.ballot.invariants import broken
from app.lottery.ballot.terms import Share
from app.lottery.refusals import BallotNotOpen, NotThatFar
from app.models import Allocation
from app.refusals import NotFound
from tests.lottery.ballots import (
    SATURDAY,
    STALLS,
    drawn,
    entering,
    noted,
    opened,
    refused,
    statuses,
    told,
    typing,
)
from tests.lottery.draws import NOON_MS
from tests.lottery.opened_ballots import closed_and_drawn, enter, opened_ballot
from tests.lottery.test_ballot_pages import PAGE, letters
from tests.opened import Show, show_of
from tests.opened import opened as opened_house
from tests.shop.visitor import Visitor


def dropping(event_id: int) -> c.DropEvent:
    """An event is cancelled."""
    return c.DropEvent(event_id, "Snow.", "ada", NOON_MS)


def test_a_ballot_that_was_not_drawn_ends_only_by_saying_why() -> None:
    ballot = opened()
    told(ballot, entering("bo"))
    refused(ballot, c.EndBallot("ada", NOON_MS), NotThatFar)
    off = c.EndBallot("ada", NOON_MS, "The hall is flooded.")
    due = [one.dedupe_key for one in noted(ballot, off) if isinstance(one, EffectDue)]

    assert due == ["mail.ballot:e-bo:called_off", "ballot.seats:9:ended"]
    assert statuses(ballot) == {"bo": "left"}
    assert noted(ballot, off) == ()
    assert list(broken(ballot)) == []
    refused(ballot, entering("cy"), BallotNotOpen)
    refused(ballot, c.CloseBallot((("e-bo", "h"),), "list", "ada", NOON_MS), NotThatFar)
    refused(ballot, typing("ada"), NotThatFar)
    refused(ballot, c.PublishSecret("s", "seal", "ada", NOON_MS), NotThatFar)


def test_a_cancelled_event_takes_rights_and_leaves_other_wishes() -> None:
    entries = (
        entering("bo", 1, STALLS, SATURDAY),
        entering("max", 1, SATURDAY),
        entering("cy", 1, STALLS),
    )
    ballot = drawn(*entries, supply=(Share(STALLS, 1), Share(SATURDAY, 1)))
    told(ballot, c.DeclineRight("e-max", "max"))
    told(ballot, c.KeepRight("e-bo", "bo"))
    told(ballot, dropping(STALLS.event_id))
    assert statuses(ballot) == {"bo": "won", "cy": "left", "max": "declined"}  # in a basket
    told(ballot, c.FreeRight("e-bo"))

    facts = noted(ballot, dropping(STALLS.event_id))

    assert list(broken(ballot)) == []
    right = ballot.entries["e-bo"].right
    assert right is not None
    assert right.wish == SATURDAY  # the other wish, at once
    due = [one.dedupe_key for one in facts if isinstance(one, EffectDue)]
    assert f"mail.ballot:e-bo:cancelled:{STALLS.event_id}" in due
    assert noted(ballot, dropping(STALLS.event_id)) == ()
    refused(ballot, c.JoinList("e-cy", "cy"), NotThatFar)
    refused(ballot, dropping(99), NotFound)
    told(ballot, dropping(SATURDAY.event_id))
    assert (ballot.status, statuses(ballot)["bo"]) == ("ended", "left")


@pytest.fixture
def show(tmp_path: Path, database_url: str) -> Iterator[Show]:
    """An event on sale."""
    with opened_house(tmp_path, database_url) as office:
        yield show_of(office, "gala", 40)


def test_a_ballot_that_is_called_off_gives_its_seats_back_and_tells_everybody(show: Show) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=4)
    requests = [enter(office, ballot, show, name) for name in ("bo", "cy")]
    kept = [seat for seat in show.seats if show.letters(show.seats.index(seat)) == "b"]
    assert len(kept) == 4
    asked = {"ballot": ballot.slug, "by": "ada", "because": "The hall is flooded."}

    for _again in range(2):
        assert carry_out(office, "ballot.end", asked)["status"] == "ended"

    told_of = [(to, text) for to, subject, text in letters(office) if "Called off" in subject]
    assert sorted(to for to, _text in told_of) == ["bo@example.org", "cy@example.org"]
    assert all("The hall is flooded." in text for _to, text in told_of)
    show.inventory.ask(HoldSeats("cy", f"{show.id}-cy", (SeatChoice(kept[0]),)))
    visitor = Visitor(build_app(office))
    page, own = visitor.open(PAGE).text, visitor.open(story_of(office, requests[0]).url).text
    assert "The hall is flooded." in page
    assert "called off" in own
    assert visitor.open(f"{PAGE}/list.txt").status_code == 409
    with pytest.raises(NotThatFar):
        carry_out(office, "ballot.close", asked)
    with office.db.read() as connection:
        assert check(connection) == []


def test_a_cancelled_event_ends_its_ballot(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=1)
    requests = [enter(office, ballot, show, name) for name in ("bo", "cy")]
    closed_and_drawn(office, ballot, monkeypatch)
    before = len(letters(office))

    carry_out(office, "event.cancel", {"event": show.slug, "because": "Snow."})

    told_of = letters(office)[before:]
    assert sorted(to for to, _subject, _text in told_of) == ["bo@example.org", "cy@example.org"]
    assert all(subject.startswith("Cancelled: ") for _to, subject, _text in told_of)
    assert [story_of(office, one).status for one in requests] == ["left", "left"]
    assert office.ballot_of(ballot.id).seen.status == "ended"
    with office.db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Allocation)) == 0
        assert check(connection) == []


def test_an_open_ballot_goes_with_its_event(show: Show) -> None:
    office = show.office
    ballot = opened_ballot(office, show, seats=1)
    request = enter(office, ballot, show, "bo")
    letters(office)
    carry_out(office, "event.cancel", {"event": show.slug, "because": "Snow."})

    to, subject, text = letters(office)[-1]

    assert (to, subject.startswith("Called off: "), "Snow." in text) == (
        "bo@example.org", True, True,
    )  # fmt: skip
    assert "called off" in Visitor(build_app(office)).open(story_of(office, request).url).text
