"""Rules of the right to buy and of the waiting list that moves up when a right ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.inventory.outcome import Decision, Moment
from app.lottery.ballot import commands as c
from app.lottery.ballot import records as r
from app.lottery.ballot.allotting import move_up
from app.lottery.ballot.calling_off import call_off
from app.lottery.ballot.drawing import view_of_ballot
from app.lottery.ballot.entering import view_of_entry
from app.lottery.ballot.entry import (
    BOUGHT,
    DECLINED,
    LAPSED,
    MAY_JOIN,
    WAITING,
    WON,
    Entry,
    Right,
)
from app.lottery.ballot.state import CLOSED, DRAWN, ENDED, OPEN, BallotState
from app.lottery.ballot.terms import Wish
from app.lottery.ballot.views import BallotView, EntryView
from app.lottery.refusals import InBasket, NotThatFar, RightOver
from app.refusals import Invalid, NotFound

BY_ITSELF: Final = "system"
UNTIL_NEXT_LOOK_MS: Final = 15 * 60_000  # paused events are looked at every ten minutes


def keep_right(state: BallotState, command: c.KeepRight, moment: Moment) -> Decision[EntryView]:
    """Seats that go into a basket are kept as long as it has them; not once the time is over."""
    entry, right = _open_right(state, command.entry_id, command.email_key)
    if right.until_ms <= moment.house_ms:
        raise RightOver
    return Decision(*_guarding(state, entry, right, is_guarded=True))


def free_right(state: BallotState, command: c.FreeRight, moment: Moment) -> Decision[EntryView]:
    """Its time counts again; repeating it, or asking for an entry without a right, does nothing."""
    entry = state.entries.get(command.entry_id)
    if entry is None:
        raise NotFound
    if entry.right is None:
        return Decision(view_of_entry(state, entry))
    return Decision(*_guarding(state, entry, entry.right, is_guarded=False))


def use_right(state: BallotState, command: c.UseRight, moment: Moment) -> Decision[EntryView]:
    """The seats are bought; those that were not needed go down the list."""
    entry = state.entry(command.entry_id, command.email_key)
    if entry.status == BOUGHT and entry.order_id == command.order_id:
        return Decision(view_of_entry(state, entry))
    entry, right = _open_right(state, command.entry_id, command.email_key)
    if not 1 <= command.count <= right.count or not command.order_id:
        raise Invalid({"count": f"You can buy 1 to {right.count} seats."})
    facts: list[r.Record] = [r.RightUsed(entry.id, command.order_id, command.count)]
    facts.extend(move_up(state, moment, [(right.wish, right.count - command.count)]))
    view = replace(view_of_entry(state, entry), status=BOUGHT, right=None)
    return Decision(view, tuple(facts))


def decline_right(
    state: BallotState, command: c.DeclineRight, moment: Moment
) -> Decision[EntryView]:
    """The seats go down the list; who lets an offer pass may keep the place."""
    entry = state.entry(command.entry_id, command.email_key)
    is_of_another = command.number and (entry.right is None or entry.rights != command.number)
    is_repeat = entry.status == (WAITING if command.keeps_place else DECLINED)
    if is_of_another or is_repeat:
        return Decision(view_of_entry(state, entry))
    entry, right = _open_right(state, command.entry_id, command.email_key)
    if right.is_guarded:
        raise InBasket
    if command.keeps_place and not right.is_offer:
        raise Invalid({"place": "Only an offer from the waiting list can be let pass."})
    others = (wish for wish in entry.open_wishes if wish != right.wish)
    hopes = [wish for wish in others if not state.is_over(wish.event_id)]
    waits = command.keeps_place and state.status == DRAWN and bool(hopes)
    status = WAITING if waits else DECLINED
    ended = r.RightEnded(entry.id, status, command.keeps_place)
    after = replace(entry, refused=entry.refused | {right.wish}) if waits else None
    moved = list(
        move_up(state, moment, [(right.wish, right.count)], back=() if after is None else (after,))
    )
    facts = (ended, _over_effect(entry, status), *moved)
    view = replace(view_of_entry(state, entry), status=status, right=None)
    return Decision(view, facts)


def join_list(state: BallotState, command: c.JoinList, moment: Moment) -> Decision[EntryView]:
    """At the end; offered at once if something fits that nobody before can take."""
    entry = state.entry(command.entry_id, command.email_key)
    if entry.status == WAITING:
        return Decision(view_of_entry(state, entry))
    hopes = any(not state.is_over(wish.event_id) for wish in entry.wishes)
    if state.status != DRAWN or entry.status not in MAY_JOIN or not hopes:
        raise NotThatFar(
            "There is no waiting list for this entry.", next_step="Look at your entry."
        )
    place = state.last_place + 1
    after = replace(entry, status=WAITING, place=place, refused=set())
    facts = (r.ListJoined(entry.id, place), *move_up(state, moment, back=(after,)))
    number = len(state.waiting) + 1
    view = replace(
        view_of_entry(state, entry), status=WAITING, place_now=number, place_at_first=number
    )
    return Decision(_after_offers(view, facts), facts)


def return_seats(state: BallotState, command: c.ReturnSeats, moment: Moment) -> Decision[EntryView]:
    """Bought seats come back, and the list moves up; who has none left may join its end again."""
    entry = state.entry(command.entry_id, command.email_key)
    if command.left < 0:
        raise Invalid({"left": "Say how many seats are left."})
    if state.status != DRAWN:
        raise NotThatFar("Seats come back to a ballot that was drawn and has not ended.")
    if entry.bought is None or command.left >= entry.bought_count:
        return Decision(view_of_entry(state, entry))
    count = entry.bought_count - command.left
    facts: list[r.Record] = [
        r.SeatsReturned(entry.id, command.left),
        r.Journalled("ballot.returned", BY_ITSELF, facts={"entry": entry.id, "seats": count}),
        *move_up(state, moment, [(entry.bought, count)]),
    ]
    status = BOUGHT if command.left else DECLINED
    return Decision(replace(view_of_entry(state, entry), status=status), tuple(facts))


def expire(state: BallotState, command: c.Expire, moment: Moment) -> Decision[None]:
    """End every right whose time has come, all of them before the list moves up."""
    due = state.due_entries(moment.house_ms)
    if not due:
        return Decision(None)
    facts: list[r.Record] = []
    for entry in due:
        facts.append(r.RightEnded(entry.id, LAPSED, False))
        facts.append(_over_effect(entry, LAPSED))
    facts.extend(move_up(state, moment, _freed(due)))
    return Decision(None, tuple(facts))


def stretch_rights(
    state: BallotState, command: c.StretchRights, moment: Moment
) -> Decision[BallotView]:
    """Nobody's time runs out while nobody can buy; asking again moves it on with the clock."""
    if command.event_id not in {wish.event_id for wish in state.supply}:
        raise NotFound
    offer_ms = 0 if state.terms is None else state.terms.offer_ms
    least_ms = moment.house_ms + offer_ms + UNTIL_NEXT_LOOK_MS
    facts = tuple(
        r.RightStretched(entry.id, least_ms)
        for entry in state.entries.values()
        if entry.right is not None
        and entry.right.wish.event_id == command.event_id
        and entry.right.until_ms < least_ms
    )
    return Decision(view_of_ballot(state), facts)


def close_event(state: BallotState, command: c.CloseEvent, moment: Moment) -> Decision[BallotView]:
    """Whoever waits keeps the place for the other events; once for each."""
    if command.event_id not in {wish.event_id for wish in state.supply}:
        raise NotFound
    view = view_of_ballot(state)
    if state.is_over(command.event_id) or state.status == ENDED:
        return Decision(view)
    words = {"event": command.event_id}
    return Decision(
        view,
        (
            r.EventClosed(command.event_id),
            r.Journalled("ballot.event_over", command.by, facts=words),
            r.EffectDue("ballot.seats", f"ballot.seats:{state.ballot_id}:over:{command.event_id}"),
        ),
    )


def end_ballot(state: BallotState, command: c.EndBallot, moment: Moment) -> Decision[BallotView]:
    """No more offers; what nobody has a right to is free to be sold otherwise."""
    if state.status == ENDED:
        return Decision(view_of_ballot(state))
    if state.status in (OPEN, CLOSED):
        return call_off(state, command, moment)
    if state.status != DRAWN:
        raise NotThatFar
    facts: list[r.Record] = [
        r.BallotEnded(command.at_ms),
        r.Journalled("ballot.ended", command.by, facts={"waiting": len(state.waiting)}),
    ]
    facts.extend(
        r.EffectDue(
            "mail.ballot", f"mail.ballot:{entry_id}:ended", {"entry": entry_id, "letter": "ended"}
        )
        for _place, entry_id in state.waiting
    )
    facts.append(r.EffectDue("ballot.seats", f"ballot.seats:{state.ballot_id}:ended"))
    return Decision(replace(view_of_ballot(state), status=ENDED, waiting=0), tuple(facts))


def _open_right(state: BallotState, entry_id: str, email_key: str) -> tuple[Entry, Right]:
    entry = state.entry(entry_id, email_key)
    if entry.status != WON or entry.right is None:
        raise RightOver
    return entry, entry.right


def _freed(entries: Iterable[Entry]) -> list[tuple[Wish, int]]:
    return [(entry.right.wish, entry.right.count) for entry in entries if entry.right is not None]


def _guarding(
    state: BallotState, entry: Entry, right: Right, *, is_guarded: bool
) -> tuple[EntryView, tuple[r.Record, ...]]:
    """The entry with its right guarded or not, and the record if that is a change."""
    view = view_of_entry(state, entry)
    if right.is_guarded == is_guarded:
        return view, ()
    view = replace(view, right=replace(right.view, is_guarded=is_guarded))
    return view, (r.RightGuarded(entry.id, is_guarded),)


def _over_effect(entry: Entry, status: str) -> r.EffectDue:
    key = f"ballot.right_over:{entry.id}:{entry.rights}"
    words = {"entry": entry.id, "number": entry.rights, "status": status}
    return r.EffectDue("ballot.right_over", key, words)


def _after_offers(view: EntryView, facts: Iterable[r.Record]) -> EntryView:
    """The view of an entry that joined and perhaps was offered something at once."""
    for fact in facts:
        if isinstance(fact, r.RightGranted) and fact.entry_id == view.entry_id:
            right = Right(fact.wish, fact.count, fact.until_ms, fact.is_offer).view
            return replace(view, status=WON, place_now=0, right=right)
    return view
