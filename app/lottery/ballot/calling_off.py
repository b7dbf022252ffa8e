"""Rules of what ends before its time: a ballot that is called off, an event that is cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import commands as c
from app.lottery.ballot import records as r
from app.lottery.ballot.allotting import move_up
from app.lottery.ballot.drawing import view_of_ballot
from app.lottery.ballot.entry import LEFT, WAITING, Entry
from app.lottery.ballot.state import CLOSED, DRAFT, DRAWN, ENDED, OPEN, BallotState
from app.lottery.ballot.terms import Wish
from app.lottery.ballot.views import BallotView
from app.lottery.refusals import NotThatFar
from app.refusals import NotFound


def call_off(state: BallotState, command: c.EndBallot, moment: Moment) -> Decision[BallotView]:
    """Before the draw: entries end, everybody who entered gets a letter; why must be said."""
    if not command.because:
        raise NotThatFar(
            "This ballot is not drawn yet.",
            next_step="To call it off, say why with --because: everybody who entered reads it.",
        )
    facts = tuple(_calling_off(state, command.because, command.by, command.at_ms))
    return Decision(replace(view_of_ballot(state), status=ENDED), facts)


def drop_event(state: BallotState, command: c.DropEvent, moment: Moment) -> Decision[BallotView]:
    """A cancelled event: nobody wins, buys or waits for its seats. Repeating it looks again.

    With the last of its events the whole ballot ends. A right whose seats are in a basket ends once
    that basket has let go, as nothing can be paid for any more.
    """
    event_id, view = command.event_id, view_of_ballot(state)
    is_ours = any(wish.event_id == event_id for wish in state.supply)
    if state.status == DRAFT or not is_ours:
        raise NotFound
    facts: list[r.Record] = []
    if not state.is_over(event_id) and state.status != ENDED:
        facts.append(r.EventClosed(event_id))
        words = {"event": event_id}
        facts.append(r.Journalled("ballot.event_over", command.by, facts=words))
    is_last = not any(_is_left(state, wish, event_id) for wish in state.supply)
    if state.status in (OPEN, CLOSED):
        if is_last:
            facts.extend(_calling_off(state, command.because, command.by, command.at_ms))
            view = replace(view, status=ENDED)
        return Decision(view, tuple(facts))
    back: list[Entry] = []
    for entry in state.entries.values():
        hopes = state.status == DRAWN and any(
            _is_left(state, wish, event_id) for wish in entry.open_wishes
        )
        if entry.right is not None and entry.right.wish.event_id == event_id:
            if not entry.right.is_guarded:
                facts.extend(_right_over(entry, event_id, WAITING if hopes else LEFT))
                back.extend([entry] if hopes else [])
        elif entry.status == WAITING and not hopes:
            facts.append(r.ListLeft(entry.id))
            facts.append(_letter(entry, event_id))
    facts.extend(move_up(state, moment, back=back, dropped=(event_id,)))
    if is_last and state.status == DRAWN:
        facts.append(r.BallotEnded(command.at_ms, command.because))
        facts.append(r.Journalled("ballot.ended", command.by, facts={"event": event_id}))
        view = replace(view, status=ENDED, waiting=0)
    return Decision(view, tuple(facts))


def _is_left(state: BallotState, wish: Wish, event_id: int) -> bool:
    """Whether somebody can still hope for it without this event."""
    return wish.event_id != event_id and not state.is_over(wish.event_id)


def _calling_off(state: BallotState, because: str, by: str, at_ms: int) -> Iterator[r.Record]:
    yield r.BallotEnded(at_ms, because)
    words = {"entries": len(state.entries), "because": because}
    yield r.Journalled("ballot.called_off", by, facts=words)
    for entry_id in state.entries:
        letter = {"entry": entry_id, "letter": "called_off"}
        yield r.EffectDue("mail.ballot", f"mail.ballot:{entry_id}:called_off", letter)
    yield r.EffectDue("ballot.seats", f"ballot.seats:{state.ballot_id}:ended")


def _right_over(entry: Entry, event_id: int, status: str) -> Iterator[r.Record]:
    yield r.RightEnded(entry.id, status, False)
    yield _letter(entry, event_id)


def _letter(entry: Entry, event_id: int) -> r.EffectDue:
    words = {"entry": entry.id, "letter": "cancelled", "event": event_id}
    return r.EffectDue("mail.ballot", f"mail.ballot:{entry.id}:cancelled:{event_id}", words)
