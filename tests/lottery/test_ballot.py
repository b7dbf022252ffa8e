"""Promises of the ballot's draw: frozen, public, in order, groups together, told to everybody."""

from __future__ import annotations

import random

import pytest

from app.inventory.records import EffectDue
from app.lottery.ballot import commands as c
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import Share
from app.lottery.refusals import NotThatFar, SealBroken, SecondPersonNeeded, ValueDiffers
from app.refusals import Invalid
from tests.lottery.ballots import (
    CIRCLE,
    STALLS,
    closed,
    closes,
    closing,
    drawn,
    entering,
    noted,
    opened,
    ordering,
    refused,
    shows,
    statuses,
    told,
    typing,
)
from tests.lottery.draws import NOON_MS


def two() -> BallotState:
    """An open ballot with two entries."""
    ballot = opened()
    told(ballot, entering("bo"))
    told(ballot, entering("cy"))
    return ballot


def test_closing_freezes_every_entry_with_its_hash() -> None:
    ballot = two()
    closes(ballot)

    assert shows(ballot, "bo").salted_hash == "hash-e-bo"
    assert noted(ballot, closing(ballot)) == ()
    refused(ballot, closing(ballot, "another list"), SealBroken)


@pytest.mark.parametrize(
    "hashes",
    [
        (),
        (("e-bo", "1"),),
        (("e-bo", "1"), ("e-cy", "1")),
        (("e-bo", "1"), ("e-cy", "")),
        (("e-bo", "1"), ("e-bo", "2")),
        (("e-bo", "1"), ("e-cy", "2"), ("e-dee", "3")),
    ],
)
def test_hashes_that_do_not_fit_freeze_nothing(hashes: tuple[tuple[str, str], ...]) -> None:
    refused(two(), c.CloseBallot(hashes, "list", "ada", NOON_MS), SealBroken)


def test_a_list_has_a_hash() -> None:
    ballot = two()

    refused(ballot, closing(ballot, ""), SealBroken)


def test_a_ballot_does_not_close_before_the_announced_time() -> None:
    ballot = opened(closes_ms=NOON_MS + 1000)

    refused(ballot, closing(ballot), NotThatFar)
    assert told(ballot, closing(ballot), days=1).status == "closed"


def test_two_people_fix_the_public_value_after_closing() -> None:
    ballot = two()
    refused(ballot, typing("ada"), NotThatFar)
    closes(ballot)
    view = told(ballot, typing("ada"))

    assert (view.is_value_fixed, view.public_value) == (False, "")
    for by in ("ada", "ADA", " ada "):
        refused(ballot, typing(by), SecondPersonNeeded)
    refused(ballot, typing("dee", "12"), ValueDiffers)
    refused(ballot, typing("dee", source="buyers"), Invalid)
    assert told(ballot, typing("dee")).is_value_fixed
    assert noted(ballot, typing("max")) == ()
    refused(ballot, typing("max", "12"), SealBroken)


def test_the_first_wish_with_room_for_the_whole_group_is_given() -> None:
    ballot = drawn(
        entering("bo", 3, STALLS, CIRCLE), entering("cy", 2, STALLS, CIRCLE), entering("dee", 1)
    )

    rights = {name: shows(ballot, name).right for name in ("bo", "cy", "dee")}

    assert {name: right and (right.wish, right.count) for name, right in rights.items()} == {
        "bo": (STALLS, 3),
        "cy": (CIRCLE, 2),
        "dee": (STALLS, 1),
    }


def test_a_group_that_does_not_fit_is_passed_over_and_keeps_its_place() -> None:
    ballot = drawn(entering("bo", 3), entering("cy", 2), entering("dee", 1))

    assert statuses(ballot) == {"bo": "won", "cy": "waiting", "dee": "won"}
    view = shows(ballot, "cy")
    assert (view.place_now, view.place_at_first) == (1, 1)


def test_who_does_not_want_to_wait_does_not() -> None:
    ballot = drawn(entering("bo", 4), entering("cy", wants_to_wait=False), entering("dee"))

    assert statuses(ballot) == {"bo": "won", "cy": "lost", "dee": "waiting"}


def test_an_order_names_every_entry_once() -> None:
    ballot = closed(entering("bo"), entering("cy"))

    refused(ballot, ordering("bo"), Invalid)
    refused(ballot, ordering("bo", "bo"), Invalid)
    refused(ballot, ordering("bo", "cy", "dee"), Invalid)


def test_an_order_is_recorded_once() -> None:
    ballot = closed(entering("bo"), entering("cy"))
    told(ballot, ordering("bo", "cy"))

    assert noted(ballot, ordering("bo", "cy")) == ()
    refused(ballot, ordering("cy", "bo"), SealBroken)


def test_no_order_before_the_public_value() -> None:
    ballot = two()
    refused(ballot, ordering("bo", "cy"), NotThatFar)
    closes(ballot)

    refused(ballot, ordering("bo", "cy"), NotThatFar)


def test_winners_get_their_seats_held_and_everybody_a_letter_once() -> None:
    ballot = closed(entering("bo", 4), entering("cy"))
    facts = noted(ballot, ordering("bo", "cy"))

    letters = noted(ballot, c.AnnounceResults(0, most=1)) + noted(ballot, c.AnnounceResults(1))

    keys = [f.dedupe_key for f in (*facts, *letters) if isinstance(f, EffectDue)]
    assert keys == [
        "ballot.results:9",
        "ballot.right:e-bo:1",
        "mail.ballot:e-bo:result",
        "mail.ballot:e-cy:result",
    ]
    assert noted(ballot, c.AnnounceResults(0)) == ()
    assert noted(ballot, c.AnnounceResults(2)) == ()


def test_results_are_told_after_the_draw_in_slices_of_a_size() -> None:
    refused(two(), c.AnnounceResults(0), NotThatFar)
    refused(drawn(entering("bo")), c.AnnounceResults(0, most=0), Invalid)
    refused(drawn(entering("bo")), c.AnnounceResults(0, most=501), Invalid)


def test_the_secret_comes_after_the_draw_and_fits_the_commitment() -> None:
    secret = c.PublishSecret("secret", "seal", "ada", NOON_MS)
    refused(closed(entering("bo")), secret, NotThatFar)
    ballot = drawn(entering("bo"))

    refused(ballot, c.PublishSecret("secret", "other", "ada", NOON_MS), SealBroken)
    assert told(ballot, secret).secret == "secret"
    assert noted(ballot, secret) == ()
    refused(ballot, c.PublishSecret("other", "seal", "ada", NOON_MS), SealBroken)


def test_ten_thousand_entries_are_drawn_in_their_order() -> None:
    ballot = opened(supply=(Share(STALLS, 600), Share(CIRCLE, 400)))
    names = [f"n{number}" for number in range(10_000)]
    for number, name in enumerate(names):
        noted(ballot, entering(name, 1 + number % 4, STALLS, CIRCLE))
    told(ballot, closing(ballot))
    told(ballot, typing("ada"))
    told(ballot, typing("dee"))
    random.Random(1).shuffle(names)

    told(ballot, ordering(*names))

    places = [entry.place for entry in ballot.entries.values() if entry.status == "won"]
    assert max(places) < 500
    assert sum(ballot.room.values()) == 0
