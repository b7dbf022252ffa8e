"""Promises of entering: one entry for each address, groups, wishes, until the list is frozen."""

from __future__ import annotations

from typing import Any

import pytest

from app.lottery.ballot import commands as c
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import Share, Wish
from app.lottery.refusals import AlreadyEntered, BallotNotOpen, SealBroken
from app.refusals import IdempotencyMismatch, Invalid, NotFound
from tests.lottery.ballots import (
    CIRCLE,
    SATURDAY,
    STALLS,
    closes,
    drawn,
    entering,
    noted,
    opened,
    opening,
    refused,
    shows,
    statuses,
    terms,
    told,
)
from tests.lottery.draws import NOON_MS


def changing(name: str, count: int, *wishes: Wish) -> c.ChangeEntry:
    """Somebody's wish to enter differently."""
    return c.ChangeEntry(f"e-{name}", name, count, wishes)


def test_a_group_enters_with_its_wishes_in_order() -> None:
    ballot = opened()

    view = told(ballot, entering("bo", 2, CIRCLE, STALLS))

    assert (view.status, view.count, view.wishes) == ("entered", 2, (CIRCLE, STALLS))


def test_entering_again_is_entering_once() -> None:
    ballot = opened()
    first = told(ballot, entering("bo", 2))

    assert noted(ballot, entering("bo", 2)) == ()
    assert told(ballot, entering("bo", 2)) == first
    refused(ballot, entering("bo", 3), IdempotencyMismatch)


def test_an_address_has_one_entry() -> None:
    ballot = opened()
    told(ballot, entering("bo"))

    refused(ballot, c.EnterBallot("e-other", "bo", 1, (STALLS,)), AlreadyEntered)
    assert told(ballot, entering("cy")).count == 1


@pytest.mark.parametrize("count", [0, -1, 5, 10_001])
def test_a_group_has_a_size(count: int) -> None:
    refused(opened(), entering("bo", count), Invalid)


@pytest.mark.parametrize(
    "wishes", [(), (STALLS, STALLS), (SATURDAY,), (STALLS, CIRCLE, Wish(1, "a"))]
)
def test_wishes_are_of_this_ballot_and_different(wishes: tuple[Wish, ...]) -> None:
    refused(opened(), c.EnterBallot("e-bo", "bo", 1, wishes), Invalid)


def test_there_is_a_limit_of_wishes() -> None:
    refused(opened(wish_limit=1), entering("bo", 1, STALLS, CIRCLE), Invalid)


def test_an_entry_counts_more_only_if_that_was_said_in_public() -> None:
    refused(opened(), entering("bo", weight=2), Invalid)
    refused(opened(weight_limit=3), entering("bo", weight=0), Invalid)
    assert told(opened(weight_limit=3), entering("bo", weight=2)).status == "entered"


def test_an_entry_without_an_address_is_refused() -> None:
    refused(opened(), c.EnterBallot("e-bo", "", 1, (STALLS,)), Invalid)


def test_an_entry_is_changed_until_closing() -> None:
    ballot = opened()
    told(ballot, entering("bo", 2))

    assert told(ballot, changing("bo", 3, CIRCLE)).count == 3
    assert noted(ballot, changing("bo", 3, CIRCLE)) == ()
    refused(ballot, changing("bo", 9, CIRCLE), Invalid)
    closes(ballot)
    refused(ballot, changing("bo", 1, CIRCLE), BallotNotOpen)


def test_a_withdrawn_entry_is_gone_and_its_address_free() -> None:
    ballot = opened()
    told(ballot, entering("bo"))
    told(ballot, c.WithdrawEntry("e-bo", "bo"))

    assert ballot.entries == {}
    assert told(ballot, c.EnterBallot("e-new", "bo", 1, (STALLS,))).status == "entered"


def test_a_frozen_list_gives_nobody_back() -> None:
    ballot = opened()
    told(ballot, entering("bo"))
    closes(ballot)

    refused(ballot, c.WithdrawEntry("e-bo", "bo"), BallotNotOpen)
    refused(ballot, entering("cy"), BallotNotOpen)


def test_nobody_enters_after_the_announced_end() -> None:
    ballot = opened(closes_ms=NOON_MS + 1000)
    told(ballot, entering("bo"))

    refused(ballot, entering("cy"), BallotNotOpen, days=1)
    refused(ballot, changing("bo", 1, CIRCLE), BallotNotOpen, days=1)
    refused(ballot, c.WithdrawEntry("e-bo", "bo"), BallotNotOpen, days=1)


def test_nobody_enters_before_the_commitment() -> None:
    refused(BallotState(9), entering("bo"), BallotNotOpen)


def test_somebody_elses_entry_looks_like_none() -> None:
    ballot = opened()
    told(ballot, entering("bo"))

    refused(ballot, c.ShowEntry("e-bo", "cy"), NotFound)
    refused(ballot, c.ChangeEntry("e-bo", "cy", 1, (STALLS,)), NotFound)
    refused(ballot, c.WithdrawEntry("e-bo", "cy"), NotFound)
    refused(ballot, c.EnterBallot("e-bo", "cy", 1, (STALLS,)), NotFound)
    refused(ballot, c.ShowEntry("e-nobody", "bo"), NotFound)


def test_who_waits_may_leave_the_list_and_who_won_may_not() -> None:
    ballot = drawn(entering("bo", 4), entering("cy"), entering("dee"))

    refused(ballot, c.WithdrawEntry("e-bo", "bo"), BallotNotOpen)
    told(ballot, c.WithdrawEntry("e-cy", "cy"))
    assert noted(ballot, c.WithdrawEntry("e-cy", "cy")) == ()
    assert statuses(ballot) == {"bo": "won", "cy": "left", "dee": "waiting"}
    assert shows(ballot, "dee").place_now == 1


def test_a_ballot_opens_once_with_everything_promised() -> None:
    ballot = opened()

    assert noted(ballot, opening()) == ()
    refused(ballot, opening(seal="other"), IdempotencyMismatch)
    refused(BallotState(9), opening(seal=""), SealBroken)


@pytest.mark.parametrize(
    "changes",
    [
        {"supply": ()},
        {"supply": (Share(STALLS, 0),)},
        {"supply": (Share(STALLS, 1), Share(STALLS, 1))},
        {"group_limit": 0},
        {"group_limit": 21},
        {"wish_limit": 0},
        {"weight_limit": 0},
        {"right_ms": 0},
        {"offer_ms": 0},
        {"source": "stars"},
        {"closes_ms": NOON_MS},
    ],
)
def test_terms_that_cannot_be_promised_are_refused(changes: dict[str, Any]) -> None:
    refused(BallotState(9), opening(terms(**changes)), Invalid)
