"""Who gets which seats: walk the order, first wish with room for the whole group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from app.inventory.outcome import Moment
from app.lottery.ballot import records as r
from app.lottery.ballot.entry import Entry
from app.lottery.ballot.state import DRAWN, BallotState
from app.lottery.ballot.terms import Wish


def allot(entries: Iterable[Entry], room: dict[Wish, int]) -> Iterator[tuple[Entry, Wish]]:
    """The entries that get seats, and which; takes them out of `room`.

    Whoever does not fit is passed over and keeps the place: a smaller group behind may fit.
    """
    left = sum(room.values())
    for entry in entries:
        if not left:
            return
        for wish in entry.open_wishes:
            if room.get(wish, 0) >= entry.count:
                room[wish] -= entry.count
                left -= entry.count
                yield entry, wish
                break


def move_up(
    state: BallotState,
    moment: Moment,
    freed: Iterable[tuple[Wish, int]] = (),
    back: Iterable[Entry] = (),
    dropped: Collection[int] = (),
) -> Iterator[r.Record]:
    """Offer what is free to the waiting list in its order.

    `freed` seats are about to come back, and `back` to be on the list, as they will be then.
    Nobody is offered seats of events that are or will be `dropped`.
    """
    if state.terms is None or state.status != DRAWN:
        return
    room = state.room_to_give(dropped)
    for wish, count in freed:
        if wish in room:
            room[wish] += count
    if not any(room.values()):
        return
    waiting = [state.entries[entry_id] for _, entry_id in state.waiting]
    waiting = sorted([*waiting, *back], key=lambda entry: entry.place)
    until_ms = moment.house_ms + state.terms.offer_ms
    for entry, wish in allot(waiting, room):
        yield from granting(entry, wish, until_ms, is_offer=True)


def granting(entry: Entry, wish: Wish, until_ms: int, is_offer: bool) -> Iterator[r.Record]:
    """Give seats to an entry and have them held and told of."""
    number = entry.rights + 1
    yield r.RightGranted(entry.id, number, wish, entry.count, until_ms, is_offer)
    yield r.EffectDue(
        "ballot.right",
        f"ballot.right:{entry.id}:{number}",
        {
            "entry": entry.id,
            "number": number,
            "event": wish.event_id,
            "category": wish.category,
            "count": entry.count,
            "is_offer": is_offer,
        },
    )
