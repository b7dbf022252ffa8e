"""Rules of entering: one entry for each address, changed and withdrawn until the list is frozen."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import commands as c
from app.lottery.ballot import records as r
from app.lottery.ballot.entry import WAITING, WON, Entry
from app.lottery.ballot.state import CLOSED, OPEN, BallotState
from app.lottery.ballot.terms import ENTRY_LIMIT, BallotTerms, Wish
from app.lottery.ballot.views import EntryView
from app.lottery.refusals import AlreadyEntered, BallotNotOpen
from app.refusals import IdempotencyMismatch, Invalid, NotFound


def enter_ballot(state: BallotState, command: c.EnterBallot, moment: Moment) -> Decision[EntryView]:
    """Keep a new entry; early ones have no better chance."""
    known = state.entries.get(command.entry_id)
    if known is not None:
        return Decision(view_of_entry(state, _same(known, command)))
    terms = _open_terms(state, moment)
    if command.email_key in state.by_email:
        raise AlreadyEntered
    if len(state.entries) >= ENTRY_LIMIT:
        raise BallotNotOpen("This ballot is full.", next_step="Look again on the day.")
    if not command.entry_id or not command.email_key:
        raise Invalid({"email": "Write your address."})
    if not 1 <= command.weight <= terms.weight_limit:
        raise Invalid({"weight": f"Weights are whole numbers from 1 to {terms.weight_limit}."})
    check_group(terms, command.count, command.wishes)
    fact = r.EntryKept(
        command.entry_id,
        command.email_key,
        command.count,
        command.wishes,
        command.wants_to_wait,
        command.weight,
        command.contribution,
    )
    words = {"entry": fact.entry_id, "letter": "in"}
    letter = r.EffectDue("mail.ballot", f"mail.ballot:{fact.entry_id}:in", words)
    return Decision(_entered_view(fact), (fact, letter))


def change_entry(state: BallotState, command: c.ChangeEntry, moment: Moment) -> Decision[EntryView]:
    """The same entry with other facts."""
    entry = state.entry(command.entry_id, command.email_key)
    terms = _open_terms(state, moment)
    check_group(terms, command.count, command.wishes)
    changed = replace(
        entry, count=command.count, wishes=command.wishes, wants_to_wait=command.wants_to_wait
    )
    fact = _kept(changed)
    return Decision(_entered_view(fact), () if changed == entry else (fact,))


def withdraw_entry(state: BallotState, command: c.WithdrawEntry, moment: Moment) -> Decision[None]:
    """Gone, while the list is open; off the waiting list, after the draw."""
    entry = state.entry(command.entry_id, command.email_key)
    if state.status == OPEN:
        _open_terms(state, moment)
        return Decision(None, (r.EntryWithdrawn(entry.id),))
    if state.status == CLOSED:
        raise BallotNotOpen(
            "The list is frozen.", next_step="After the draw you can leave the waiting list."
        )
    if entry.status == WON:
        raise BallotNotOpen(
            "Seats are kept for you.", next_step="Let them go to somebody else instead."
        )
    if entry.status != WAITING:
        return Decision(None)
    return Decision(None, (r.ListLeft(entry.id),))


def show_entry(state: BallotState, command: c.ShowEntry, moment: Moment) -> Decision[EntryView]:
    """An entry, for its owner."""
    return Decision(view_of_entry(state, state.entry(command.entry_id, command.email_key)))


def view_of_entry(state: BallotState, entry: Entry) -> EntryView:
    """An entry as it is."""
    place_now = 0
    if entry.status == WAITING:
        place_now = state.waiting.index((entry.place, entry.id)) + 1
    return EntryView(
        entry.id,
        entry.status,
        entry.count,
        entry.wishes,
        entry.salted_hash,
        place_now,
        entry.place_at_first,
        None if entry.right is None else entry.right.view,
    )


def _open_terms(state: BallotState, moment: Moment) -> BallotTerms:
    terms = state.terms
    if terms is None or state.status != OPEN:
        raise BallotNotOpen
    if terms.closes_ms is not None and moment.wall_ms >= terms.closes_ms:
        raise BallotNotOpen("The time to enter is over.")
    return terms


def check_group(terms: BallotTerms, count: int, wishes: tuple[Wish, ...]) -> None:
    """Raise `Invalid` for a group or wishes that this ballot does not take."""
    wrong: dict[str, str] = {}
    if not 1 <= count <= terms.group_limit:
        wrong["count"] = f"Groups have 1 to {terms.group_limit} people."
    if not 1 <= len(wishes) <= terms.wish_limit or len(set(wishes)) != len(wishes):
        wrong["wishes"] = f"Choose 1 to {terms.wish_limit} different wishes."
    if not set(wishes) <= set(terms.room):
        wrong["wishes"] = "One of these is not in the ballot."
    if wrong:
        raise Invalid(wrong)


def _same(known: Entry, command: c.EnterBallot) -> Entry:
    if known.email_key != command.email_key:
        raise NotFound
    if (known.count, known.wishes) != (command.count, command.wishes):
        raise IdempotencyMismatch
    return known


def _kept(entry: Entry) -> r.EntryKept:
    return r.EntryKept(
        entry.id,
        entry.email_key,
        entry.count,
        entry.wishes,
        entry.wants_to_wait,
        entry.weight,
        entry.contribution,
    )


def _entered_view(fact: r.EntryKept) -> EntryView:
    return EntryView(fact.entry_id, "entered", fact.count, fact.wishes, "", 0, 0, None)
