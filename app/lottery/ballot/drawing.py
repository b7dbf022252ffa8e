"""Rules of the draw: open, freeze, public value, order, results in slices, secret."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import commands as c
from app.lottery.ballot import records as r
from app.lottery.ballot.allotting import allot, granting
from app.lottery.ballot.state import CLOSED, DRAFT, DRAWN, ENDED, OPEN, BallotState
from app.lottery.ballot.terms import BallotTerms, check_terms
from app.lottery.ballot.views import AnnouncedView, BallotView
from app.lottery.refusals import NotThatFar, SealBroken
from app.lottery.sealing import is_fixed_by
from app.refusals import IdempotencyMismatch, Invalid


def open_ballot(state: BallotState, command: c.OpenBallot, moment: Moment) -> Decision[BallotView]:
    """Once, with everything that will hold until the end."""
    if state.status != DRAFT:
        if (state.terms, state.seal.commitment) != (command.terms, command.commitment):
            raise IdempotencyMismatch
        return Decision(view_of_ballot(state))
    check_terms(command.terms)
    closes_ms = command.terms.closes_ms
    if closes_ms is not None and closes_ms <= moment.wall_ms:
        raise Invalid({"closes": "A ballot closes after it has opened."})
    if not command.commitment:
        raise SealBroken("A ballot is committed to before its first entry.")
    facts = (
        r.BallotOpened(command.terms, command.commitment, command.at_ms),
        r.Journalled("ballot.opened", command.by),
    )
    view = replace(view_of_ballot(state), status=OPEN, commitment=command.commitment)
    return Decision(view, facts)


def close_ballot(
    state: BallotState, command: c.CloseBallot, moment: Moment
) -> Decision[BallotView]:
    """Not before the announced time; every entry with a hash of its own."""
    _refuse_called_off(state)
    if state.status in (CLOSED, DRAWN, ENDED):
        if command.list_hash != state.list_hash:
            raise SealBroken("The list is frozen already, and it is another one.")
        return Decision(view_of_ballot(state))
    terms = _terms(state)
    if terms.closes_ms is not None and moment.wall_ms < terms.closes_ms:
        raise NotThatFar(
            "Entries were promised until a later time.", next_step="Close it when that has come."
        )
    hashes = dict(command.hashes)
    if (
        len(hashes) != len(command.hashes)
        or hashes.keys() != state.entries.keys()
        or len(set(hashes.values())) != len(hashes)
        or not all(hashes.values())
        or not command.list_hash
    ):
        raise SealBroken(
            "The hashes are not those of the entries.", next_step="Freeze the list as it is now."
        )
    facts = (
        r.BallotClosed(command.hashes, command.list_hash, command.at_ms),
        r.Journalled("ballot.closed", command.by, facts={"entries": len(hashes)}),
    )
    view = replace(view_of_ballot(state), status=CLOSED, list_hash=command.list_hash)
    return Decision(view, facts)


def fix_value(state: BallotState, command: c.FixValue, moment: Moment) -> Decision[BallotView]:
    """Only after the list is frozen: until then nobody may know or choose it."""
    _refuse_before_closing(state)
    view = view_of_ballot(state)
    if state.seal.public_value:
        if command.value != state.seal.public_value:
            raise SealBroken("The public value is fixed already, and it is another one.")
        return Decision(view)
    if not is_fixed_by(state.seal, command.source, command.value, command.by):
        return Decision(view, (r.ValueTyped(command.value, command.by),))
    facts = (
        r.ValueFixed(command.value, command.by, command.at_ms),
        r.Journalled("ballot.value", command.by),
    )
    return Decision(replace(view, public_value=command.value, is_value_fixed=True), facts)


def record_order(
    state: BallotState, command: c.RecordOrder, moment: Moment
) -> Decision[BallotView]:
    """Keep the order and give out seats by it; who does not fit waits in the same order."""
    _refuse_before_closing(state)
    if state.order:
        if command.order != state.order:
            raise SealBroken("This ballot was drawn already, with another order.")
        return Decision(view_of_ballot(state))
    if state.status != CLOSED or not state.seal.public_value:
        raise NotThatFar
    if len(command.order) != len(state.entries) or set(command.order) != state.entries.keys():
        raise Invalid({"order": "Every entry is drawn exactly once."})
    order = [state.entries[entry_id] for entry_id in command.order]
    given = list(allot(order, state.room_to_give()))
    winners = {entry.id for entry, _ in given}
    rest = [entry for entry in order if entry.id not in winners]
    waiting = tuple(entry.id for entry in rest if entry.wants_to_wait)
    lost = tuple(entry.id for entry in rest if not entry.wants_to_wait)
    until_ms = moment.house_ms + _terms(state).right_ms
    facts: list[r.Record] = [
        r.OrderRecorded(command.order, waiting, lost, command.at_ms),
        r.Journalled("ballot.drawn", command.by, facts={"winners": len(winners)}),
        r.EffectDue("ballot.results", f"ballot.results:{state.ballot_id}"),
    ]
    for entry, wish in given:
        facts.extend(granting(entry, wish, until_ms, is_offer=False))
    view = replace(view_of_ballot(state), status=DRAWN, waiting=len(waiting))
    return Decision(view, tuple(facts))


def announce_results(
    state: BallotState, command: c.AnnounceResults, moment: Moment
) -> Decision[AnnouncedView]:
    """A letter to each of the next entries; a step that was done before changes nothing."""
    if state.status not in (DRAWN, ENDED) or state.is_called_off:
        raise NotThatFar
    if not 1 <= command.most <= c.ANNOUNCE_LIMIT:
        raise Invalid({"most": f"A slice has 1 to {c.ANNOUNCE_LIMIT} entries."})
    total = len(state.order)
    if command.done != state.announced or state.announced == total:
        return Decision(AnnouncedView(state.announced, total))
    told = state.order[command.done : command.done + command.most]
    facts: list[r.Record] = [r.ResultsAnnounced(command.done + len(told))]
    facts.extend(
        r.EffectDue(
            "mail.ballot",
            f"mail.ballot:{entry_id}:result",
            {"entry": entry_id, "letter": "result"},
        )
        for entry_id in told
    )
    return Decision(AnnouncedView(command.done + len(told), total), tuple(facts))


def publish_secret(
    state: BallotState, command: c.PublishSecret, moment: Moment
) -> Decision[BallotView]:
    """After the draw, if it is the one that was committed to."""
    view = view_of_ballot(state)
    if state.seal.secret:
        if command.secret != state.seal.secret:
            raise SealBroken
        return Decision(view)
    _refuse_called_off(state)
    if state.status not in (DRAWN, ENDED):
        raise NotThatFar
    if not command.secret or command.commitment != state.seal.commitment:
        raise SealBroken
    facts = (
        r.SecretPublished(command.secret, command.at_ms),
        r.Journalled("ballot.revealed", command.by),
    )
    return Decision(replace(view, secret=command.secret), facts)


def show_ballot(state: BallotState, command: c.ShowBallot, moment: Moment) -> Decision[BallotView]:
    """The ballot, for everybody."""
    return Decision(view_of_ballot(state))


def view_of_ballot(state: BallotState) -> BallotView:
    """The ballot as it is; a value that only one person typed is not shown."""
    return BallotView(
        state.status,
        len(state.entries),
        sum(entry.count for entry in state.entries.values()),
        state.seal.commitment,
        state.list_hash,
        state.seal.public_value,
        bool(state.seal.public_value),
        state.seal.secret,
        len(state.waiting),
    )


def _terms(state: BallotState) -> BallotTerms:
    if state.terms is None:
        raise NotThatFar
    return state.terms


def _refuse_before_closing(state: BallotState) -> None:
    _refuse_called_off(state)
    if state.status in (DRAFT, OPEN):
        raise NotThatFar("The ballot still takes entries.", next_step="Close it first.")


def _refuse_called_off(state: BallotState) -> None:
    if state.is_called_off:
        raise NotThatFar("This ballot was called off.", next_step="Open a new one.")
