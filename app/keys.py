"""Signing keys of events: made when first needed, sealed at rest, current and older ones.

Keys that were sealed with another secret stay: their public halves verify what was sold with them.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from app.clock import utc_now
from app.db import Database
from app.models import EventKey
from app.refusals import Refusal
from app.tickets.codes import KEY_ID_MAX, new_key_pair
from app.vault import SealBroken, Vault

FIRST_KEY_ID = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half of an event's key, 32 raw bytes."""

    event_id: int
    key_id: int
    private: bytes = field(repr=False)


class TicketKeyLost(Refusal):
    """A ticket's code cannot be shown: its key was sealed with a secret that is not here."""

    code, status = "ticket_key_lost", 409
    happened = "The code of this ticket cannot be shown at the moment."
    safe = "The ticket is still yours, and a code that you have on paper or in a letter is valid."
    next_step = "Ask the house: it has your name and the ten characters of the ticket."


class NoKeyLeft(Refusal):
    """An event has had as many keys as its tickets can name."""

    code, status = "no_key_left", 409
    happened = "This event cannot issue any more tickets."
    safe = "Nothing was charged."
    next_step = "The house must bring its former secret back first."


class EventKeys:
    """The keys of all events of one installation."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._guard = threading.Lock()
        self._kept: dict[tuple[int, int], SigningKey] = {}
        self._current: dict[int, int] = {}

    def current_id(self, event_id: int) -> int:
        """The id of the key that new tickets get; made and committed if none can be opened."""
        known = self._current.get(event_id)
        if known is None:
            with self._guard:
                known = self._current[event_id] = self._newest_open(event_id)
        return known

    def signing(self, event_id: int, key_id: int) -> SigningKey:
        """One key of an event; KeyError when it does not exist, SealBroken without its secret."""
        found = self._kept.get((event_id, key_id))
        if found is None:
            with self._db.read() as connection:
                sealed = connection.execute(
                    select(EventKey.private_key_sealed).where(
                        EventKey.event_id == event_id, EventKey.key_id == key_id
                    )
                ).scalar()
            if sealed is None:
                raise KeyError((event_id, key_id))
            private = self._vault.unseal(sealed, _purpose(event_id, key_id))
            found = self._kept[event_id, key_id] = SigningKey(event_id, key_id, private)
        return found

    def public_keys(self, event_id: int | None = None) -> dict[tuple[int, int], bytes]:
        """Public keys by (event, key id): all a door needs to verify tickets."""
        query = select(EventKey.event_id, EventKey.key_id, EventKey.public_key)
        if event_id is not None:
            query = query.where(EventKey.event_id == event_id)
        with self._db.read() as connection:
            return {(row.event_id, row.key_id): row.public_key for row in connection.execute(query)}

    def _newest_open(self, event_id: int) -> int:
        with self._db.read() as connection:
            key_ids = list(
                connection.execute(
                    select(EventKey.key_id)
                    .where(EventKey.event_id == event_id)
                    .order_by(EventKey.key_id.desc())
                ).scalars()
            )
        for key_id in key_ids:
            with contextlib.suppress(SealBroken):
                return self.signing(event_id, key_id).key_id
        return self._make(event_id, max(key_ids, default=0) + 1)

    def _make(self, event_id: int, key_id: int) -> int:
        if key_id > KEY_ID_MAX:
            raise NoKeyLeft
        pair = new_key_pair()
        with self._db.write() as connection:
            connection.execute(
                insert(EventKey),
                {
                    "event_id": event_id,
                    "key_id": key_id,
                    "public_key": pair.public,
                    "private_key_sealed": self._vault.seal(
                        pair.private, _purpose(event_id, key_id)
                    ),
                    "created_at": utc_now(),
                },
            )
        return key_id


def events_with_lost_keys(connection: Connection, vault: Vault) -> set[int]:
    """The events with a key that another secret than ours has sealed."""
    lost = set()
    for event_id, key_id, sealed in connection.execute(
        select(EventKey.event_id, EventKey.key_id, EventKey.private_key_sealed)
    ):
        try:
            vault.unseal(sealed, _purpose(event_id, key_id))
        except SealBroken:
            lost.add(event_id)
    return lost


def _purpose(event_id: int, key_id: int) -> str:
    return f"event key {event_id}.{key_id}"
