"""Hundreds of thousands of random commands for the ballot, and a detector that is tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import allotting, drawing, entering, rights
from app.lottery.ballot import commands as c
from app.lottery.ballot import decide as deciding
from app.lottery.ballot import records as r
from app.lottery.ballot import state as states
from app.lottery.ballot.entry import Entry
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import BallotTerms, Wish
from tests.lottery.ballot_simulator import BallotSimulation
from tests.lottery.pool_simulator import Broken

BALLOT_COMMANDS = 250
QUICK_BALLOTS = 40
LONG_BALLOTS = 2000
MUTANT_BALLOTS = 30

Patch = pytest.MonkeyPatch


def simulate(seed: int, ballot_count: int) -> int:
    """Run that many ballots; the number of commands carried out or refused."""
    runs = (BallotSimulation(seed + n).run(BALLOT_COMMANDS) for n in range(ballot_count))
    return sum(counts.total() for counts in runs)


def test_ten_thousand_commands_break_no_promise(seed: int) -> None:
    assert simulate(seed, QUICK_BALLOTS) == QUICK_BALLOTS * BALLOT_COMMANDS


@pytest.mark.long
def test_half_a_million_commands_break_no_promise(seed: int) -> None:
    assert simulate(seed, LONG_BALLOTS) == LONG_BALLOTS * BALLOT_COMMANDS


def test_every_kind_of_command_is_carried_out_and_refused() -> None:
    counts: Counter[str] = Counter()
    for seed in range(24):
        counts += BallotSimulation(seed).run(BALLOT_COMMANDS)

    missing = {kind.__name__ for kind in deciding._RULES if kind is not c.Expire} - set(counts)
    assert missing == set()
    assert {
        "no already_entered", "no ballot_not_open", "no right_over", "no not_that_far",
        "no seal_broken", "no not_found", "no invalid", "no value_differs",
    } <= set(counts)  # fmt: skip


def test_two_runs_of_a_seed_are_the_same() -> None:
    assert BallotSimulation(5).run(BALLOT_COMMANDS) == BallotSimulation(5).run(BALLOT_COMMANDS)


def gives_seats_twice(patch: Patch) -> None:
    def grant(state: BallotState, fact: r.RightGranted) -> None:
        kept(state, fact)
        state.room[fact.wish] += fact.count

    kept = BallotState._grant
    patch.setitem(states._CHANGES, r.RightGranted, grant)


def tears_groups_apart(patch: Patch) -> None:
    def granting(entry: Entry, wish: Wish, until_ms: int, is_offer: bool) -> Iterator[r.Record]:
        for fact in kept(entry, wish, until_ms, is_offer):
            yield replace(fact, count=1) if isinstance(fact, r.RightGranted) else fact

    kept = allotting.granting
    patch.setattr(allotting, "granting", granting)
    patch.setattr(drawing, "granting", granting)


def ignores_the_order(patch: Patch) -> None:
    kept = allotting.allot
    patch.setattr(drawing, "allot", lambda entries, room: kept(reversed(list(entries)), room))


def ignores_the_order_of_wishes(patch: Patch) -> None:
    patch.setattr(Entry, "open_wishes", property(lambda own: own.wishes[::-1]))


def oversells(patch: Patch) -> None:
    def allot(entries: Iterable[Entry], room: dict[Wish, int]) -> Iterator[tuple[Entry, Wish]]:
        return ((entry, entry.wishes[0]) for entry in entries)

    patch.setattr(drawing, "allot", allot)


def drops_who_does_not_fit(patch: Patch) -> None:
    def record(state: BallotState, fact: r.OrderRecorded) -> None:
        kept(state, replace(fact, waiting=fact.waiting[:1]))

    kept = BallotState._record_order
    patch.setitem(states._CHANGES, r.OrderRecorded, record)


def forgets_to_move_up(patch: Patch) -> None:
    patch.setattr(rights, "move_up", lambda *parts, **more: ())


def moves_up_from_the_end(patch: Patch) -> None:
    kept = allotting.allot
    patch.setattr(allotting, "allot", lambda entries, room: kept(reversed(list(entries)), room))


def ends_a_right_too_early(patch: Patch) -> None:
    def due(own: BallotState, now_ms: int) -> list[Entry]:
        return [entry for entry in own.entries.values() if entry.right is not None][:1]

    patch.setattr(BallotState, "due_entries", due)


def lets_a_stranger_decline(patch: Patch) -> None:
    kept = BallotState.entry

    def entry(own: BallotState, entry_id: str, email_key: str) -> Entry:
        found = own.entries.get(entry_id)
        return kept(own, entry_id, email_key if found is None else found.email_key)

    patch.setattr(BallotState, "entry", entry)


def loses_seats_that_were_not_needed(patch: Patch) -> None:
    def use(state: BallotState, fact: r.RightUsed) -> None:
        kept(state, fact)
        entry = state.entries[fact.entry_id]
        if entry.bought is not None:
            state.room[entry.bought] -= entry.count - fact.count

    kept = BallotState._use
    patch.setitem(states._CHANGES, r.RightUsed, use)


def takes_two_entries_for_an_address(patch: Patch) -> None:
    def enter(state: BallotState, command: c.EnterBallot, moment: Moment) -> Decision[Any]:
        emails, state.by_email = state.by_email, {}
        try:
            return kept(state, command, moment)
        finally:
            state.by_email = emails

    kept = entering.enter_ballot
    patch.setitem(deciding._RULES, c.EnterBallot, enter)


def takes_late_entries(patch: Patch) -> None:
    def open_terms(state: BallotState, moment: Moment) -> BallotTerms:
        assert state.terms is not None
        return state.terms

    patch.setattr(entering, "_open_terms", open_terms)


def draws_before_the_public_value(patch: Patch) -> None:
    def record(state: BallotState, command: c.RecordOrder, moment: Moment) -> Decision[Any]:
        value = state.seal.public_value
        state.seal.public_value = value or "guess"
        try:
            return kept(state, command, moment)
        finally:
            state.seal.public_value = value

    kept = drawing.record_order
    patch.setitem(deciding._RULES, c.RecordOrder, record)


def freezes_a_list_with_holes(patch: Patch) -> None:
    def close(state: BallotState, fact: r.BallotClosed) -> None:
        kept(state, replace(fact, hashes=fact.hashes[1:]))

    kept = BallotState._close
    patch.setitem(states._CHANGES, r.BallotClosed, close)


def loses_seats_that_came_back(patch: Patch) -> None:
    def give_back(state: BallotState, fact: r.SeatsReturned) -> None:
        wish = state.entries[fact.entry_id].bought
        kept(state, fact)
        if wish is not None:
            state.room[wish] -= 1

    kept = BallotState._return
    patch.setitem(states._CHANGES, r.SeatsReturned, give_back)


def keeps_the_last_seat_that_came_back(patch: Patch) -> None:
    def give_back(state: BallotState, fact: r.SeatsReturned) -> None:
        entry = state.entries[fact.entry_id]
        wish, order_id = entry.bought, entry.order_id
        kept(state, fact)
        entry.status, entry.bought, entry.order_id = "bought", wish, order_id

    kept = BallotState._return
    patch.setitem(states._CHANGES, r.SeatsReturned, give_back)


def shortens_a_right(patch: Patch) -> None:
    def stretch(state: BallotState, command: c.StretchRights, moment: Moment) -> Decision[Any]:
        decision = kept(state, command, moment)
        rights_left = (entry for entry in state.entries.values() if entry.right is not None)
        short = tuple(r.RightStretched(entry.id, moment.house_ms) for entry in rights_left)
        return Decision(decision.outcome, short)

    kept = rights.stretch_rights
    patch.setitem(deciding._RULES, c.StretchRights, stretch)


def writes_a_letter_again(patch: Patch) -> None:
    patch.setitem(states._CHANGES, r.ResultsAnnounced, lambda state, fact: None)


MUTANTS: tuple[Callable[[Patch], None], ...] = (
    gives_seats_twice, tears_groups_apart, ignores_the_order, ignores_the_order_of_wishes,
    oversells, drops_who_does_not_fit, forgets_to_move_up, moves_up_from_the_end,
    ends_a_right_too_early, lets_a_stranger_decline, loses_seats_that_were_not_needed,
    takes_two_entries_for_an_address, takes_late_entries, draws_before_the_public_value,
    freezes_a_list_with_holes, writes_a_letter_again, loses_seats_that_came_back,
    keeps_the_last_seat_that_came_back, shortens_a_right,
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_simulator_notices_a_rule_that(
    mutant: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    mutant(monkeypatch)

    with pytest.raises(Broken):
        simulate(0, MUTANT_BALLOTS)
