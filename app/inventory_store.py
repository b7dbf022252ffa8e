"""The only place where records become rows: one transaction per batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from app.answers import keep_answers
from app.clock import house
from app.config import RESTART_GRACE_SECONDS, Settings
from app.db import Database
from app.faults import fault_point
from app.inventory.offer import Limits
from app.inventory.records import Record
from app.inventory.state import LIVE, EventInventory, Hold
from app.inventory_reading import read_offer, read_places
from app.inventory_writing import write_records
from app.models import ActorRow, Event
from app.prepared import Prepared
from app.refusals import Busy, InDoubt, NotFound
from app.rows import insert_new
from app.stale import StaleMemory, StaleOwner

KEY_PREFIX: Final = "event:"
DOUBT_SECONDS: Final = 0.5  # how long a commit without an answer is asked about
DOUBT_PAUSE_SECONDS: Final = 0.1


class EventStore:
    """The rows of one event's places."""

    def __init__(self, event_id: int, db: Database, settings: Settings) -> None:
        self.event_id = event_id
        self.key = f"{KEY_PREFIX}{event_id}"
        self.epoch = 0
        self.version = 0
        self._db = db
        self._settings = settings
        self._graces: dict[str, tuple[int, int]] = {}  # hold -> its stored end, its end with grace

    def take_over(self) -> EventInventory:
        """Become the owner and read everything; holds get their restart grace."""
        with self._db.write() as connection:
            if connection.scalar(select(Event.id).where(Event.id == self.event_id)) is None:
                raise NotFound
            self.epoch = _next_epoch(connection, self.key)
        self._graces = {}
        state = self.read()
        now_ms = house.now_ms()
        for hold in list(state.holds.values()):
            if hold.state == LIVE:
                ends = hold.expires_ms, _end_with_grace(hold, state.offer.limits, now_ms)
                self._graces[hold.id] = ends
                state.prolong(hold.id, ends[1])
        return state

    def read(self) -> EventInventory:
        """Everything again, with the grace that was given; `StaleOwner` if not ours."""
        with self._db.read() as connection:
            row = connection.execute(
                select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
            ).one()
            if row.epoch != self.epoch:
                raise StaleOwner(self.key)
            offer = read_offer(connection, self.event_id, self._settings)
            state = read_places(connection, offer)
        self.version = row.version
        for hold_id, (stored_ms, graced_ms) in self._graces.items():
            hold = state.holds.get(hold_id)
            if hold is not None and hold.state == LIVE and hold.expires_ms == stored_ms:
                state.prolong(hold_id, graced_ms)
        return state

    def write(
        self,
        state: EventInventory,
        facts: Iterable[Record],
        answers: list[dict[str, Any]],
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a batch durable, or leave nothing of it.

        Raises `StaleOwner`, `StaleMemory` when the database disagrees with memory, `Busy`,
        `InDoubt`, the database's own error, or whatever `before_commit` raises.
        """
        try:
            with self._db.write() as connection:
                self._raise_version(connection)
                write_records(connection, state, facts)
                keep_answers(connection, answers)
                fault_point("store.commit")
                before_commit()
        except InDoubt:
            self._look_whether_written()
        self.version += 1

    def _raise_version(self, connection: Connection) -> None:
        mine = {"of_key": self.key, "of_epoch": self.epoch, "of_version": self.version}
        if _RAISE_VERSION.run(connection, [mine]) == 1:
            return
        epoch = connection.scalar(select(ActorRow.epoch).where(ActorRow.key == self.key))
        if epoch != self.epoch:
            raise StaleOwner(self.key)
        raise StaleMemory("another version is in the database")

    def _look_whether_written(self) -> None:
        """Ask the database about a commit that it did not answer. Raises `Busy` for a no.

        The row is locked for that: a commit that still runs somewhere has it.
        """
        until = time.monotonic() + DOUBT_SECONDS
        query = select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
        while True:
            try:
                with self._db.write() as connection:
                    row = connection.execute(query.with_for_update()).one()
                break
            except Busy:
                if time.monotonic() > until:
                    raise InDoubt(retry_after=5) from None
                time.sleep(DOUBT_PAUSE_SECONDS)
        if row.epoch != self.epoch:
            raise StaleOwner(self.key)
        if row.version == self.version:
            raise Busy(retry_after=5)


_RAISE_VERSION = Prepared(
    update(ActorRow)
    .where(
        ActorRow.key == bindparam("of_key"),
        ActorRow.epoch == bindparam("of_epoch"),
        ActorRow.version == bindparam("of_version"),
    )
    .values(version=ActorRow.version + 1)
)


def _next_epoch(connection: Connection, key: str) -> int:
    """Count the owner up in the database itself: of two that start at once, one is stale."""
    connection.execute(insert_new(connection, ActorRow), {"key": key, "epoch": 0, "version": 0})
    raised = update(ActorRow).where(ActorRow.key == key).values(epoch=ActorRow.epoch + 1)
    return int(connection.execute(raised.returning(ActorRow.epoch)).scalar_one())


def _end_with_grace(hold: Hold, limits: Limits, now_ms: int) -> int:
    """A hold's end after a restart: some seconds later, but within all its limits."""
    most_ms = now_ms + limits.hold_ms + hold.extensions * limits.extension_ms
    life_ms = hold.first_ms + limits.hold_life_ms
    graced_ms = hold.expires_ms + RESTART_GRACE_SECONDS * 1000
    return max(hold.expires_ms, min(graced_ms, most_ms, life_ms))
