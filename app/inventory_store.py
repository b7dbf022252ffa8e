"""The only place where records of places become rows: one transaction per batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select

from app.actor_store import ActorStore
from app.clock import house
from app.config import RESTART_GRACE_SECONDS, Settings
from app.db import Database
from app.inventory.offer import Limits
from app.inventory.records import Record
from app.inventory.state import LIVE, EventInventory, Hold
from app.inventory_reading import read_offer, read_places
from app.inventory_writing import write_records
from app.models import Event
from app.refusals import NotFound

KEY_PREFIX: Final = "event:"


class EventStore(ActorStore[EventInventory]):
    """The rows of one event's places."""

    def __init__(self, event_id: int, db: Database, settings: Settings) -> None:
        super().__init__(f"{KEY_PREFIX}{event_id}", db)
        self.event_id = event_id
        self._settings = settings
        self._graces: dict[str, tuple[int, int]] = {}  # hold -> its stored end, its end with grace

    def _taken_over(self) -> EventInventory:
        """Read everything; holds get their restart grace."""
        self._graces = {}
        state = self.read()
        now_ms = house.now_ms()
        for hold in list(state.holds.values()):
            if hold.state == LIVE:
                ends = hold.expires_ms, _end_with_grace(hold, state.offer.limits, now_ms)
                self._graces[hold.id] = ends
                state.prolong(hold.id, ends[1])
        return state

    def _refuse_unknown(self, connection: Connection) -> None:
        if connection.scalar(select(Event.id).where(Event.id == self.event_id)) is None:
            raise NotFound

    def _read_state(self, connection: Connection) -> EventInventory:
        """The places, with the grace that was given."""
        offer = read_offer(connection, self.event_id, self._settings)
        state = read_places(connection, offer)
        for hold_id, (stored_ms, graced_ms) in self._graces.items():
            hold = state.holds.get(hold_id)
            if hold is not None and hold.state == LIVE and hold.expires_ms == stored_ms:
                state.prolong(hold_id, graced_ms)
        return state

    def _write_records(
        self, connection: Connection, state: EventInventory, facts: Iterable[Record]
    ) -> None:
        write_records(connection, state, facts)


def _end_with_grace(hold: Hold, limits: Limits, now_ms: int) -> int:
    """A hold's end after a restart: some seconds later, but within all its limits."""
    most_ms = now_ms + limits.hold_ms + hold.extensions * limits.extension_ms
    life_ms = hold.first_ms + limits.hold_life_ms
    graced_ms = hold.expires_ms + RESTART_GRACE_SECONDS * 1000
    return max(hold.expires_ms, min(graced_ms, most_ms, life_ms))
