"""Records of a ballot as rows: what a batch of them changes, written once for each entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from app.ballot_reading import EVENT_OVER
from app.clock import utc_now
from app.lottery.ballot import records as r
from app.lottery.ballot.entry import Entry
from app.lottery.ballot.state import BallotState
from app.models import (
    Ballot,
    BallotAddition,
    BallotEntry,
    BallotRight,
    BallotSupply,
    BallotWish,
    JournalEntry,
    RightState,
)
from app.outbox import add_effect
from app.rows import upsert
from app.stale import StaleMemory

Row = dict[str, Any]


class BallotChanges:
    """What one batch of records changes, gathered before anything is written."""

    def __init__(self, state: BallotState) -> None:
        self.state = state
        self.ballot: Row = {}
        self.entries: dict[str, None] = {}
        self.wished: dict[str, None] = {}  # entries whose wishes may be others now
        self.withdrawn: dict[str, None] = {}
        self.rights: list[r.RightGranted | Row] = []  # in their order
        self.is_supply_changed = False
        self.additions: list[Row] = []
        self.effects: list[r.EffectDue] = []
        self.journal: list[r.Journalled] = []

    def gather(self, facts: Iterable[r.Record]) -> None:
        """Sort records into rows."""
        for fact in facts:
            _GATHER[type(fact)](self, fact)

    def opened(self, fact: r.BallotOpened) -> None:
        self.ballot.update(terms=asdict(fact.terms), opened_ms=fact.at_ms)
        self.is_supply_changed = True

    def entry_kept(self, fact: r.EntryKept) -> None:
        self.entries[fact.entry_id] = self.wished[fact.entry_id] = None

    def entry_changed(self, fact: Any) -> None:
        self.entries[fact.entry_id] = None

    def entry_withdrawn(self, fact: r.EntryWithdrawn) -> None:
        self.withdrawn[fact.entry_id] = None

    def closed(self, fact: r.BallotClosed) -> None:
        self.ballot["closed_ms"] = fact.at_ms
        self.entries.update(dict.fromkeys(entry_id for entry_id, _hash in fact.hashes))

    def value_typed(self, fact: r.ValueTyped) -> None:
        self.ballot["typed_value"] = fact.value

    def value_fixed(self, fact: r.ValueFixed) -> None:
        self.ballot["public_value"] = fact.value

    def ordered(self, fact: r.OrderRecorded) -> None:
        self.ballot["drawn_ms"] = fact.at_ms
        self.entries.update(dict.fromkeys(fact.order))

    def announced(self, fact: r.ResultsAnnounced) -> None:
        self.ballot["announced"] = fact.done

    def published(self, fact: r.SecretPublished) -> None:
        self.ballot["secret"] = fact.secret

    def right_granted(self, fact: r.RightGranted) -> None:
        self.entry_changed(fact)
        self.rights.append(fact)
        self.is_supply_changed = True

    def right_guarded(self, fact: r.RightGuarded) -> None:
        self.rights.append({"entry_id": fact.entry_id, "is_guarded": fact.is_guarded})

    def right_stretched(self, fact: r.RightStretched) -> None:
        self.rights.append({"entry_id": fact.entry_id, "until_ms": fact.until_ms})

    def right_used(self, fact: r.RightUsed) -> None:
        self._right_ended(fact, RightState.USED)

    def right_ended(self, fact: r.RightEnded) -> None:
        self._right_ended(fact, RightState.OVER)

    def _right_ended(self, fact: Any, state: RightState) -> None:
        self.entry_changed(fact)
        self.rights.append({"entry_id": fact.entry_id, "state": state})
        self.is_supply_changed = True

    def seats_returned(self, fact: r.SeatsReturned) -> None:
        self.entry_changed(fact)
        self.is_supply_changed = True

    def event_closed(self, fact: r.EventClosed) -> None:
        self.additions.append({"supply_id": f"{EVENT_OVER}{fact.event_id}"})

    def ended(self, fact: r.BallotEnded) -> None:
        self.ballot.update(ended_ms=fact.at_ms, status_words=fact.because)
        self.entries.update(dict.fromkeys(self.state.entries))

    def effect_due(self, fact: r.EffectDue) -> None:
        self.effects.append(fact)

    def journalled(self, fact: r.Journalled) -> None:
        self.journal.append(fact)


def write_ballot(connection: Connection, state: BallotState, facts: Iterable[r.Record]) -> None:
    """Make records of one ballot rows; `StaleMemory` when a row is not what memory says."""
    changes = BallotChanges(state)
    changes.gather(facts)
    ballot_id = state.ballot_id
    if changes.ballot:
        row = changes.ballot | _row_of(state)
        connection.execute(update(Ballot).where(Ballot.id == ballot_id).values(**row))
    _write_entries(connection, changes)
    if changes.is_supply_changed:
        keys = ["ballot_id", "event_id", "category"]
        rows = [
            {"ballot_id": ballot_id, **asdict(wish), "count": count, "room": state.room[wish]}
            for wish, count in state.supply.items()
        ]
        connection.execute(upsert(connection, BallotSupply, keys, ["count", "room"]), rows)
    _write_rights(connection, changes)
    if changes.additions:
        of_ballot = [row | {"ballot_id": ballot_id} for row in changes.additions]
        connection.execute(insert(BallotAddition), of_ballot)
    for due in changes.effects:
        payload = {"ballot": ballot_id, **due.payload}
        add_effect(connection, due.kind, due.dedupe_key, payload)
    if changes.journal:
        connection.execute(
            insert(JournalEntry), [_journal_row(ballot_id, fact) for fact in changes.journal]
        )


def _row_of(state: BallotState) -> Row:
    seal = state.seal
    return {
        "status": state.status, "list_hash": state.list_hash, "commitment": seal.commitment,
        "typed_value": seal.typed_value, "typed_by": seal.typed_by,
        "public_value": seal.public_value, "secret": seal.secret,
    }  # fmt: skip


def _write_entries(connection: Connection, changes: BallotChanges) -> None:
    """Who withdrew goes first: the same address may have entered again."""
    state = changes.state
    gone = list(changes.withdrawn)
    kept = [state.entries[one] for one in changes.entries if one in state.entries]
    for entry_id in {**changes.withdrawn, **changes.wished}:
        connection.execute(delete(BallotWish).where(BallotWish.entry_id == entry_id))
    for entry_id in gone:
        connection.execute(delete(BallotEntry).where(BallotEntry.id == entry_id))
    if not kept:
        return
    drawn = {entry_id: place for place, entry_id in enumerate(state.order, start=1)}
    rows = [_entry_row(state.ballot_id, entry, drawn.get(entry.id, 0)) for entry in kept]
    columns = [name for name in rows[0] if name not in ("id", "ballot_id", "email_key")]
    connection.execute(upsert(connection, BallotEntry, ["id"], columns), rows)
    wishes = [
        {"entry_id": entry.id, "position": position, **asdict(wish)}
        for entry in kept
        if entry.id in changes.wished
        for position, wish in enumerate(entry.wishes)
    ]
    if wishes:
        connection.execute(insert(BallotWish), wishes)


def _entry_row(ballot_id: int, entry: Entry, drawn_place: int) -> Row:
    names = (
        "id", "email_key", "count", "wants_to_wait", "weight", "contribution", "status",
        "salted_hash", "place", "place_at_first", "rights", "bought_count", "order_id",
    )  # fmt: skip
    bought = [] if entry.bought is None else [entry.bought.event_id, entry.bought.category]
    return {
        **{name: getattr(entry, name) for name in names},
        "ballot_id": ballot_id, "drawn_place": drawn_place, "bought": bought,
        "refused": sorted([wish.event_id, wish.category] for wish in entry.refused),
    }  # fmt: skip


def _write_rights(connection: Connection, changes: BallotChanges) -> None:
    """In their order. The second wall: only a live right changes, and an entry has one at most."""
    granted: list[Row] = []
    for change in changes.rights:
        if isinstance(change, r.RightGranted):
            granted.append(_right_row(changes.state.ballot_id, change))
            continue
        _insert_rights(connection, granted)
        entry_id = change["entry_id"]
        written = connection.execute(
            update(BallotRight)
            .where(BallotRight.entry_id == entry_id, BallotRight.state == RightState.LIVE)
            .values(**change)
        )
        if written.rowcount != 1:
            raise StaleMemory(f"entry {entry_id} has no live right")
    _insert_rights(connection, granted)


def _insert_rights(connection: Connection, rows: list[Row]) -> None:
    if rows:
        connection.execute(insert(BallotRight), rows)
        rows.clear()


def _right_row(ballot_id: int, fact: r.RightGranted) -> Row:
    return {
        "entry_id": fact.entry_id, "number": fact.number, "ballot_id": ballot_id,
        **asdict(fact.wish), "count": fact.count, "until_ms": fact.until_ms,
        "is_offer": fact.is_offer, "is_guarded": False, "state": RightState.LIVE,
    }  # fmt: skip


def _journal_row(ballot_id: int, fact: r.Journalled) -> Row:
    facts = {"ballot": ballot_id, **fact.facts}
    return {"at": utc_now(), "kind": fact.kind, "order_id": None, "by": fact.by, "facts": facts}


_GATHER: dict[type[r.Record], Callable[[BallotChanges, Any], None]] = {
    r.BallotOpened: BallotChanges.opened,
    r.EntryKept: BallotChanges.entry_kept,
    r.EntryWithdrawn: BallotChanges.entry_withdrawn,
    r.BallotClosed: BallotChanges.closed,
    r.ValueTyped: BallotChanges.value_typed,
    r.ValueFixed: BallotChanges.value_fixed,
    r.OrderRecorded: BallotChanges.ordered,
    r.ResultsAnnounced: BallotChanges.announced,
    r.SecretPublished: BallotChanges.published,
    r.RightGranted: BallotChanges.right_granted,
    r.RightGuarded: BallotChanges.right_guarded,
    r.RightStretched: BallotChanges.right_stretched,
    r.RightUsed: BallotChanges.right_used,
    r.RightEnded: BallotChanges.right_ended,
    r.ListLeft: BallotChanges.entry_changed,
    r.ListJoined: BallotChanges.entry_changed,
    r.SeatsReturned: BallotChanges.seats_returned,
    r.EventClosed: BallotChanges.event_closed,
    r.BallotEnded: BallotChanges.ended,
    r.EffectDue: BallotChanges.effect_due,
    r.Journalled: BallotChanges.journalled,
}
