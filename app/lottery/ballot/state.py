"""The state of one ballot, changed by records only."""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from app.inventory.records import Record
from app.lottery.ballot import records as r
from app.lottery.ballot.entry import (
    BOUGHT,
    DECLINED,
    LEFT,
    LOST,
    WAITING,
    WON,
    Entry,
    Right,
)
from app.lottery.ballot.terms import BallotTerms, Wish
from app.lottery.sealing import Seal
from app.refusals import NotFound

DRAFT: Final = "draft"
OPEN: Final = "open"
CLOSED: Final = "closed"
DRAWN: Final = "drawn"
ENDED: Final = "ended"


class BallotState:
    """All entries and rights of one ballot. No clock, no chance, no database."""

    def __init__(self, ballot_id: int) -> None:
        self.ballot_id = ballot_id
        self.terms: BallotTerms | None = None
        self.seal = Seal("")
        self.status = DRAFT
        self.list_hash = ""
        self.entries: dict[str, Entry] = {}
        self.by_email: dict[str, str] = {}
        self.order: tuple[str, ...] = ()
        self.announced = 0
        self.last_place = 0
        self.waiting: list[tuple[int, str]] = []  # place and entry, in order
        self.supply: dict[Wish, int] = {}
        self.room: dict[Wish, int] = {}  # seats that nobody has a right to
        self.closed_events: set[int] = set()
        self.is_called_off = False
        self._due: list[tuple[int, str]] = []

    def apply(self, facts: Iterable[Record]) -> None:
        """Make records true in memory."""
        for fact in facts:
            change = _CHANGES.get(type(fact))
            if change is not None:
                change(self, fact)

    def entry(self, entry_id: str, email_key: str) -> Entry:
        """An entry of this address; raises `NotFound`."""
        found = self.entries.get(entry_id)
        if found is None or found.email_key != email_key:
            raise NotFound
        return found

    def due_entries(self, now_ms: int) -> list[Entry]:
        """Entries whose time to buy has ended, in the order in which it did."""
        due: dict[str, Entry] = {}
        while self._due and self._due[0][0] <= now_ms:
            until_ms, entry_id = heapq.heappop(self._due)
            if self._is_due(entry_id, until_ms):
                due[entry_id] = self.entries[entry_id]
        for entry in due.values():  # asking changes nothing
            if entry.right is not None:
                heapq.heappush(self._due, (entry.right.until_ms, entry.id))
        return list(due.values())

    def is_over(self, event_id: int) -> bool:
        """Whether nothing of an event is given any more."""
        return event_id in self.closed_events

    def next_due_ms(self) -> int | None:
        """When the sweeper should look again, house time."""
        while self._due:
            until_ms, entry_id = self._due[0]
            if self._is_due(entry_id, until_ms):
                return until_ms
            heapq.heappop(self._due)
        return None

    def restore_entries(self, entries: Iterable[Entry]) -> None:
        """Put all entries read from the database back, after terms, status and supply."""
        for entry in entries:
            self.entries[entry.id] = entry
            self.by_email[entry.email_key] = entry.id
            self.last_place = max(self.last_place, entry.place)
            if entry.status == WAITING:
                insort(self.waiting, (entry.place, entry.id))
            if entry.right is not None:
                self.room[entry.right.wish] -= entry.right.count
                heapq.heappush(self._due, (entry.right.until_ms, entry.id))
            if entry.bought is not None:
                self.room[entry.bought] -= entry.bought_count

    def room_to_give(self, dropped: Collection[int] = ()) -> dict[Wish, int]:
        """Seats that somebody may be given a right to; `dropped` events are about to be."""
        return {
            wish: left
            for wish, left in self.room.items()
            if not self.is_over(wish.event_id) and wish.event_id not in dropped
        }

    def restore_supply(self, supply: dict[Wish, int], closed_events: Iterable[int]) -> None:
        """Put the seats of the ballot back, and the events of which nothing is given any more."""
        self.supply, self.room = dict(supply), dict(supply)
        self.closed_events = set(closed_events)

    def _is_due(self, entry_id: str, until_ms: int) -> bool:
        entry = self.entries.get(entry_id)
        right = None if entry is None else entry.right
        return right is not None and right.until_ms == until_ms and not right.is_guarded

    def _open(self, fact: r.BallotOpened) -> None:
        self.terms, self.status = fact.terms, OPEN
        self.seal = Seal(fact.commitment, fact.terms.source)
        self.restore_supply(fact.terms.room, ())

    def _keep_entry(self, fact: r.EntryKept) -> None:
        self.entries[fact.entry_id] = Entry(
            fact.entry_id,
            fact.email_key,
            fact.count,
            fact.wishes,
            fact.wants_to_wait,
            fact.weight,
            fact.contribution,
        )
        self.by_email[fact.email_key] = fact.entry_id

    def _withdraw(self, fact: r.EntryWithdrawn) -> None:
        entry = self.entries.pop(fact.entry_id)
        del self.by_email[entry.email_key]

    def _close(self, fact: r.BallotClosed) -> None:
        self.status, self.list_hash = CLOSED, fact.list_hash
        for entry_id, salted_hash in fact.hashes:
            self.entries[entry_id].salted_hash = salted_hash

    def _type_value(self, fact: r.ValueTyped) -> None:
        self.seal.typed_value, self.seal.typed_by = fact.value, fact.by

    def _fix_value(self, fact: r.ValueFixed) -> None:
        self.seal.public_value = fact.value

    def _record_order(self, fact: r.OrderRecorded) -> None:
        self.status, self.order = DRAWN, fact.order
        self.last_place = len(fact.order)
        for place, entry_id in enumerate(fact.order, start=1):
            self.entries[entry_id].place = place
        for number, entry_id in enumerate(fact.waiting, start=1):
            entry = self.entries[entry_id]
            entry.status, entry.place_at_first = WAITING, number
            self.waiting.append((entry.place, entry_id))
        for entry_id in fact.lost:
            self.entries[entry_id].status = LOST

    def _announce(self, fact: r.ResultsAnnounced) -> None:
        self.announced = fact.done

    def _publish(self, fact: r.SecretPublished) -> None:
        self.seal.secret = fact.secret

    def _grant(self, fact: r.RightGranted) -> None:
        entry = self.entries[fact.entry_id]
        if entry.status == WAITING:
            self.waiting.remove((entry.place, entry.id))
        entry.status, entry.rights = WON, fact.number
        entry.right = Right(fact.wish, fact.count, fact.until_ms, fact.is_offer)
        self.room[fact.wish] -= fact.count
        heapq.heappush(self._due, (fact.until_ms, entry.id))

    def _guard_right(self, fact: r.RightGuarded) -> None:
        right = self.entries[fact.entry_id].right
        if right is not None:
            right.is_guarded = fact.is_guarded
            heapq.heappush(self._due, (right.until_ms, fact.entry_id))

    def _stretch(self, fact: r.RightStretched) -> None:
        right = self.entries[fact.entry_id].right
        if right is not None:
            right.until_ms = fact.until_ms
            heapq.heappush(self._due, (right.until_ms, fact.entry_id))

    def _use(self, fact: r.RightUsed) -> None:
        entry = self.entries[fact.entry_id]
        right = self._end_right(entry)
        self.room[right.wish] -= fact.count
        entry.status, entry.order_id = BOUGHT, fact.order_id
        entry.bought, entry.bought_count = right.wish, fact.count

    def _end(self, fact: r.RightEnded) -> None:
        entry = self.entries[fact.entry_id]
        right = self._end_right(entry)
        entry.status = fact.status
        if fact.is_refused:
            entry.refused.add(right.wish)
        if fact.status == WAITING:
            insort(self.waiting, (entry.place, entry.id))

    def _end_right(self, entry: Entry) -> Right:
        right = entry.right
        assert right is not None
        self.room[right.wish] += right.count
        entry.right = None
        return right

    def _leave(self, fact: r.ListLeft) -> None:
        entry = self.entries[fact.entry_id]
        self.waiting.remove((entry.place, entry.id))
        entry.status = LEFT

    def _join(self, fact: r.ListJoined) -> None:
        entry = self.entries[fact.entry_id]
        entry.status, entry.place = WAITING, fact.place
        entry.refused.clear()
        self.last_place = fact.place
        self.waiting.append((fact.place, entry.id))
        entry.place_at_first = len(self.waiting)

    def _return(self, fact: r.SeatsReturned) -> None:
        entry = self.entries[fact.entry_id]
        assert entry.bought is not None
        self.room[entry.bought] += entry.bought_count - fact.left
        entry.bought_count = fact.left
        if not fact.left:
            entry.status, entry.bought, entry.order_id = DECLINED, None, None

    def _close_event(self, fact: r.EventClosed) -> None:
        self.closed_events.add(fact.event_id)

    def _end_ballot(self, fact: r.BallotEnded) -> None:
        self.is_called_off = self.status in (OPEN, CLOSED)
        self.status = ENDED
        for entry in self.entries.values() if self.is_called_off else ():
            entry.status = LEFT
        for _place, entry_id in self.waiting:
            self.entries[entry_id].status = LEFT
        self.waiting.clear()


_CHANGES: Final[dict[type[Record], Callable[[BallotState, Any], None]]] = {
    r.BallotOpened: BallotState._open,
    r.EntryKept: BallotState._keep_entry,
    r.EntryWithdrawn: BallotState._withdraw,
    r.BallotClosed: BallotState._close,
    r.ValueTyped: BallotState._type_value,
    r.ValueFixed: BallotState._fix_value,
    r.OrderRecorded: BallotState._record_order,
    r.ResultsAnnounced: BallotState._announce,
    r.SecretPublished: BallotState._publish,
    r.RightGranted: BallotState._grant,
    r.RightGuarded: BallotState._guard_right,
    r.RightStretched: BallotState._stretch,
    r.RightUsed: BallotState._use,
    r.RightEnded: BallotState._end,
    r.ListLeft: BallotState._leave,
    r.ListJoined: BallotState._join,
    r.SeatsReturned: BallotState._return,
    r.EventClosed: BallotState._close_event,
    r.BallotEnded: BallotState._end_ballot,
}
