"""What must hold between the parts of a ballot's state; each broken promise is a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.lottery.ballot.entry import BOUGHT, ENTERED, LEFT, WAITING, WON
from app.lottery.ballot.state import DRAWN, ENDED, BallotState
from app.lottery.ballot.terms import Wish


def broken(state: BallotState) -> Iterator[str]:
    """Every broken promise; nothing for a sound ballot."""
    yield from _one_entry_each(state)
    yield from _seats_add_up(state)
    yield from _groups_together(state)
    yield from _drawn_once(state)
    yield from _list_in_order(state)
    yield from _list_moved_up(state)


def _one_entry_each(state: BallotState) -> Iterator[str]:
    emails = {entry.email_key: entry.id for entry in state.entries.values()}
    if emails != state.by_email or len(emails) != len(state.entries):
        yield "an address has two entries"


def _seats_add_up(state: BallotState) -> Iterator[str]:
    taken: Counter[Wish] = Counter()
    for entry in state.entries.values():
        if entry.right is not None:
            taken[entry.right.wish] += entry.right.count
        if entry.bought is not None:
            taken[entry.bought] += entry.bought_count
    for wish, count in state.supply.items():
        if state.room[wish] < 0 or state.room[wish] + taken[wish] != count:
            yield f"{count} seats of {wish}: {taken[wish]} given, {state.room[wish]} left"


def _groups_together(state: BallotState) -> Iterator[str]:
    for entry in state.entries.values():
        if (entry.status == WON) != (entry.right is not None):
            yield f"{entry.id} is {entry.status} and its right says otherwise"
        if entry.right is not None:
            if entry.right.count != entry.count:
                yield f"the group {entry.id} was torn apart"
            if entry.right.wish not in entry.wishes:
                yield f"{entry.id} got what it did not wish for"
        has_bought = entry.bought is not None and entry.bought_count > 0
        if (entry.status == BOUGHT) != has_bought:
            yield f"{entry.id} is {entry.status} and bought {entry.bought_count}"
        if entry.bought_count > entry.count:
            yield f"{entry.id} bought more than its group"


def _drawn_once(state: BallotState) -> Iterator[str]:
    if state.is_called_off:
        if state.order or any(entry.status != LEFT for entry in state.entries.values()):
            yield "a ballot that was called off has a result"
        return
    if state.status not in (DRAWN, ENDED):
        if state.order or any(entry.status != ENTERED for entry in state.entries.values()):
            yield "a result before the draw"
        return
    if sorted(state.order) != sorted(state.entries):
        yield "the order is not one of the entries"
    if any(entry.status == ENTERED for entry in state.entries.values()):
        yield "an entry was neither given seats nor a place on the list"
    places = [entry.place for entry in state.entries.values()]
    if len(set(places)) != len(places) or any(place < 1 for place in places):
        yield "two entries have the same place"
    hashes = {entry.salted_hash for entry in state.entries.values()}
    if len(hashes) != len(state.entries) or "" in hashes:
        yield "an entry has no hash of its own"


def _list_in_order(state: BallotState) -> Iterator[str]:
    expected = sorted(
        (entry.place, entry.id) for entry in state.entries.values() if entry.status == WAITING
    )
    if state.waiting != expected:
        yield "the waiting list is not in its order"
    if state.status == ENDED and state.waiting:
        yield "somebody waits in vain"


def _list_moved_up(state: BallotState) -> Iterator[str]:
    if state.status != DRAWN:
        return
    room = state.room_to_give()
    for _place, entry_id in state.waiting:
        entry = state.entries[entry_id]
        if any(room.get(wish, 0) >= entry.count for wish in entry.open_wishes):
            yield f"{entry_id} waits although there is room"
