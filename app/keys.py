"""Signing keys of events: made when first needed, sealed at rest, current and older ones."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sqlalchemy import insert, select

from app.clock import utc_now
from app.db import Database
from app.models import EventKey
from app.vault import Vault

FIRST_KEY_ID = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half of an event's key, 32 raw bytes."""

    event_id: int
    key_id: int
    private: bytes = field(repr=False)


class EventKeys:
    """The keys of all events of one installation."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._guard = threading.Lock()
        self._kept: dict[tuple[int, int], SigningKey] = {}
        self._current: dict[int, int] = {}

    def current_id(self, event_id: int) -> int:
        """The id of the key that new tickets get; made and committed if there is none yet."""
        known = self._current.get(event_id)
        if known is None:
            with self._guard:
                known = self._newest(event_id) or self._make(event_id)
                self._current[event_id] = known
        return known

    def signing(self, event_id: int, key_id: int) -> SigningKey:
        """One key of an event; KeyError when it does not exist."""
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

    def _newest(self, event_id: int) -> int | None:
        with self._db.read() as connection:
            return connection.execute(
                select(EventKey.key_id)
                .where(EventKey.event_id == event_id)
                .order_by(EventKey.key_id.desc())
            ).scalar()

    def _make(self, event_id: int) -> int:
        from app.tickets.codes import new_key_pair

        pair = new_key_pair()
        with self._db.write() as connection:
            connection.execute(
                insert(EventKey),
                {
                    "event_id": event_id,
                    "key_id": FIRST_KEY_ID,
                    "public_key": pair.public,
                    "private_key_sealed": self._vault.seal(
                        pair.private, _purpose(event_id, FIRST_KEY_ID)
                    ),
                    "created_at": utc_now(),
                },
            )
        return FIRST_KEY_ID


def _purpose(event_id: int, key_id: int) -> str:
    return f"event key {event_id}.{key_id}"
