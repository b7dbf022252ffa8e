"""Small ballots for tests of the rules: plain functions that build them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from app.inventory.commands import Command
from app.inventory.records import Record
from app.lottery.ballot import commands as c
from app.lottery.ballot.decide import settled
from app.lottery.ballot.invariants import broken
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import BallotTerms, Share, Wish
from app.lottery.ballot.views import BallotView, EntryView
from app.refusals import Refusal
from tests.lottery.draws import NOON_MS, at

T = TypeVar("T")
STALLS = Wish(11, "stalls")
CIRCLE = Wish(11, "circle")
SATURDAY = Wish(12, "stalls")


def terms(**changes: Any) -> BallotTerms:
    """Four seats in the stalls, two in the circle; three days to buy, three hours for an offer."""
    return replace(BallotTerms((Share(STALLS, 4), Share(CIRCLE, 2))), **changes)


def told(state: BallotState, command: Command[T], days: float = 0) -> T:
    """The outcome of one settled command, after which every promise must hold."""
    outcome = settled(state, command, at(days)).outcome
    assert list(broken(state)) == []
    return outcome


def noted(state: BallotState, command: Command[T], days: float = 0) -> tuple[Record, ...]:
    """The records of one settled command."""
    return settled(state, command, at(days)).records


def refused(
    state: BallotState, command: Command[Any], kind: type[Refusal], days: float = 0
) -> Refusal:
    """The refusal of a command, which has words and left nothing behind."""
    settled(state, c.Expire(), at(days))
    before = picture(state)
    with pytest.raises(kind) as caught:
        settled(state, command, at(days))
    assert picture(state) == before
    assert caught.value.happened
    assert caught.value.next_step or caught.value.safe
    return caught.value


def picture(state: BallotState) -> bytes:
    """Everything that a ballot's state is made of."""
    return pickle.dumps({key: kept for key, kept in vars(state).items() if key != "_due"})


def opening(offered: BallotTerms | None = None, seal: str = "seal") -> c.OpenBallot:
    """Ada's wish to open a ballot."""
    return c.OpenBallot(offered or terms(), seal, "ada", NOON_MS)


def opened(**changes: Any) -> BallotState:
    """A ballot that takes entries."""
    state = BallotState(9)
    told(state, opening(terms(**changes)))
    return state


def entering(name: str, count: int = 1, *wishes: Wish, **more: Any) -> c.EnterBallot:
    """Somebody's wish to enter; the stalls unless they say otherwise."""
    return c.EnterBallot(f"e-{name}", name, count, wishes or (STALLS,), **more)


def closing(state: BallotState, list_hash: str = "list") -> c.CloseBallot:
    """Ada's wish to freeze the list as it is."""
    hashes = tuple((entry_id, f"hash-{entry_id}") for entry_id in sorted(state.entries))
    return c.CloseBallot(hashes, list_hash, "ada", NOON_MS)


def typing(by: str, value: str = "4711", source: str = "staff") -> c.FixValue:
    """Somebody of the staff types the public value."""
    return c.FixValue(source, value, by, NOON_MS)


def ordering(*names: str) -> c.RecordOrder:
    """The drawn order arrives."""
    return c.RecordOrder(tuple(f"e-{name}" for name in names), "ada", NOON_MS)


def closed(*entries: c.EnterBallot, **changes: Any) -> BallotState:
    """A ballot with these entries and its public value, ready to be drawn."""
    state = opened(**changes)
    for entry in entries:
        told(state, entry)
    told(state, closing(state))
    told(state, typing("ada"))
    told(state, typing("dee"))
    return state


def drawn(*entries: c.EnterBallot, **changes: Any) -> BallotState:
    """A ballot drawn in the order of these entries."""
    state = closed(*entries, **changes)
    told(state, ordering(*(entry.email_key for entry in entries)))
    return state


def shows(state: BallotState, name: str, days: float = 0) -> EntryView:
    """What somebody sees of their entry."""
    return told(state, c.ShowEntry(f"e-{name}", name), days)


def statuses(state: BallotState) -> dict[str, str]:
    """What became of whom."""
    return {entry.email_key: entry.status for entry in state.entries.values()}


def closes(state: BallotState) -> BallotView:
    """Ada freezes the list."""
    return told(state, closing(state))
