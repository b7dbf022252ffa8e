"""What happened, newest kept, in the shape in which Stripe tells it."""

from __future__ import annotations

import fnmatch
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import stripe

from app.payments.stand_in.problems import Json

EVENTS_LIMIT: Final = 50_000
TRIMMED_AT_ONCE: Final = 1_000
API_VERSION: Final = stripe.api_version


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: what a webhook's body says, ready to send."""

    id: str
    type: str
    created: int
    about: str  # the id of its object
    body: bytes


class EventLog:
    """The newest events, in the order in which they happened. Guarded by the ledger."""

    def __init__(self) -> None:
        self._kept: list[Happening] = []
        self._first = 0  # how many were forgotten
        self._places: dict[str, int] = {}

    def record(self, kind: str, about: Json, now: int) -> Happening:
        """Keep a new event about an object as it is now."""
        event_id = f"evt_{secrets.token_hex(12)}"
        body = json.dumps(
            {
                "id": event_id,
                "object": "event",
                "api_version": API_VERSION,
                "created": now,
                "data": {"object": about},
                "livemode": False,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            },
            separators=(",", ":"),
        )
        happening = Happening(event_id, kind, now, about["id"], body.encode())
        self._places[event_id] = self._first + len(self._kept)
        self._kept.append(happening)
        if len(self._kept) > EVENTS_LIMIT + TRIMMED_AT_ONCE:
            self._forget()
        return happening

    def find(self, event_id: str) -> Happening | None:
        """One event by its id."""
        place = self._places.get(event_id)
        return None if place is None else self._kept[place - self._first]

    def newest_first(self, *, older_than: str | None = None) -> Iterator[Happening]:
        """All events, or those before one of them."""
        place = None if older_than is None else self._places.get(older_than)
        end = len(self._kept) if place is None else place - self._first
        return (self._kept[index] for index in range(end - 1, -1, -1))

    def _forget(self) -> None:
        for happening in self._kept[:TRIMMED_AT_ONCE]:
            del self._places[happening.id]
        del self._kept[:TRIMMED_AT_ONCE]
        self._first += TRIMMED_AT_ONCE


def matches(kind: str, wanted: tuple[str, ...] | list[str]) -> bool:
    """Whether an event type is one of these; `charge.*` means a group."""
    return any(fnmatch.fnmatchcase(kind, pattern) for pattern in wanted)
