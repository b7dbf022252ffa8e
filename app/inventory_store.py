"""The only place where records become rows: one transaction per batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from app.clock import house, utc_now
from app.config import RESTART_GRACE_SECONDS, Settings
from app.db import Database
from app.faults import fault_point
from app.inventory.records import Record
from app.inventory.state import LIVE, EventInventory
from app.inventory_reading import read_offer, read_places
from app.inventory_writing import StaleMemory, write_records
from app.models import ActorRow
from app.models import KeptAnswer as KeptAnswerRow
from app.prepared import Prepared
from app.rows import upsert

__all__ = ["EventStore", "StaleMemory", "StaleOwner"]

KEY_PREFIX: Final = "event:"


class StaleOwner(Exception):  # noqa: N818  the actor's cue to stop
    """Another process owns this event now."""


class EventStore:
    """The rows of one event's places."""

    def __init__(self, event_id: int, db: Database, settings: Settings) -> None:
        self.event_id = event_id
        self.key = f"{KEY_PREFIX}{event_id}"
        self.epoch = 0
        self.version = 0
        self._db = db
        self._settings = settings

    def take_over(self) -> EventInventory:
        """Become the owner and read everything; holds get their restart grace."""
        with self._db.write() as connection:
            self.epoch = self._next_epoch(connection)
        state = self.read({})
        self._give_grace(state)
        return state

    def read(self, known: Mapping[str, int]) -> EventInventory:
        """Everything again, keeping deadlines that memory had; `StaleOwner` if not ours."""
        with self._db.read() as connection:
            row = connection.execute(
                select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
            ).one()
            if row.epoch != self.epoch:
                raise StaleOwner(self.key)
            self.version = row.version
            offer = read_offer(connection, self.event_id, self._settings)
            return read_places(connection, offer, known)

    def write(
        self,
        state: EventInventory,
        facts: Iterable[Record],
        answers: list[dict[str, Any]],
    ) -> None:
        """Make a batch durable, or leave nothing of it.

        Raises `StaleOwner`, `StaleMemory` when the database disagrees with memory, `Busy`, or
        the database's own error.
        """
        with self._db.write() as connection:
            raised = _RAISE_VERSION.run(connection, [{"of_key": self.key, "of_epoch": self.epoch}])
            if raised != 1:
                raise StaleOwner(self.key)
            write_records(connection, state, facts)
            _KEEP_ANSWERS.run(connection, answers)
            fault_point("store.commit")
        self.version += 1

    def _next_epoch(self, connection: Connection) -> int:
        row = connection.execute(
            select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
        ).first()
        epoch = 1 if row is None else row.epoch + 1
        connection.execute(
            upsert(connection, ActorRow, ["key"], ["epoch"]),
            {"key": self.key, "epoch": epoch, "version": 0 if row is None else row.version},
        )
        return epoch

    def _give_grace(self, state: EventInventory) -> None:
        now = house.now_ms()
        limits = state.offer.limits
        for hold in list(state.holds.values()):
            if hold.state != LIVE:
                continue
            most = now + limits.hold_ms + hold.extensions * limits.extension_ms
            graced = min(hold.expires_ms + RESTART_GRACE_SECONDS * 1000, most)
            state.prolong(hold.id, max(hold.expires_ms, graced))


_RAISE_VERSION = Prepared(
    update(ActorRow)
    .where(ActorRow.key == bindparam("of_key"), ActorRow.epoch == bindparam("of_epoch"))
    .values(version=ActorRow.version + 1)
)
_KEEP_ANSWERS = Prepared(insert(KeptAnswerRow))


def answer_row(key: str, fingerprint: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """The row that keeps an answer for repeats of its request."""
    return {"key": key, "fingerprint": fingerprint, "outcome": outcome, "kept_at": utc_now()}
