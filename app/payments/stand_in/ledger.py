"""Everything that the stand-in knows: sessions, payments, refunds, disputes, and its own time."""

from __future__ import annotations

import heapq
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from app.payments.stand_in.events import EventLog, Happening
from app.payments.stand_in.problems import Json, ProblemError

OBJECTS_LIMIT: Final = 100_000
KINDS: Final = {
    "cs_test_": "checkout.session",
    "pi_": "payment_intent",
    "ch_": "charge",
    "re_": "refund",
    "du_": "dispute",
}


class Ledger:
    """The objects by id, each in Stripe's shape. Whoever changes them holds `guard`."""

    def __init__(self, tell: Callable[[Happening], None]) -> None:
        self.guard = threading.RLock()
        self.events = EventLog()
        self.ahead_seconds = 0  # of the wall's time
        self.kept: dict[str, dict[str, Json]] = {prefix: {} for prefix in KINDS}
        self.refunds_of: defaultdict[str, list[str]] = defaultdict(list)
        self.session_of: dict[str, str] = {}
        self.lines_of: dict[str, list[Json]] = {}
        self.intent_words_of: dict[str, Json] = {}  # payment_intent_data of a session
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._due_count = 0
        self._tell = tell

    def now(self) -> int:
        """The stand-in's time, seconds since 1970."""
        return int(self.exact_now())

    def exact_now(self) -> float:
        """The same with fractions."""
        return time.time() + self.ahead_seconds

    def new_id(self, prefix: str) -> str:
        """An id that nothing had yet; a full ledger refuses."""
        if sum(len(kept) for kept in self.kept.values()) >= OBJECTS_LIMIT:
            words = f"The stand-in is full ({OBJECTS_LIMIT} objects): start it again."
            raise ProblemError(words, status=429, code="rate_limit", before_work=True)
        return f"{prefix}{secrets.token_hex(30 if prefix == 'cs_test_' else 12)}"

    def keep(self, new: Json) -> Json:
        """Remember a new object."""
        self.kept[prefix_of(new["id"])][new["id"]] = new
        return new

    def find(self, object_id: str) -> Json | None:
        """An object by its id, whatever its kind."""
        prefix = prefix_of(object_id)
        return self.kept[prefix].get(object_id) if prefix else None

    def known(self, object_id: str) -> Json:
        """An object that is surely there."""
        found = self.find(object_id)
        assert found is not None, object_id
        return found

    def all_of(self, prefix: str) -> dict[str, Json]:
        """All objects of a kind, oldest first."""
        return self.kept[prefix]

    def happened(self, kind: str, about: Json) -> None:
        """Record an event about an object as it is now, and tell the webhook."""
        self._tell(self.events.record(kind, about, self.now()))

    def at(self, moment: float, does: Callable[[], None]) -> None:
        """Do something once the stand-in's time has come to this moment."""
        self._due_count += 1
        heapq.heappush(self._due, (moment, self._due_count, does))

    def catch_up(self) -> None:
        """Do all that is due."""
        with self.guard:
            while self._due and self._due[0][0] <= self.exact_now():
                heapq.heappop(self._due)[2]()


def prefix_of(object_id: str) -> str:
    """Which kind of object an id belongs to; empty when to none."""
    return next((prefix for prefix in KINDS if object_id.startswith(prefix)), "")


def pick(given: Json, *names: str) -> dict[str, Any]:
    """Some of the parameters, None where they were not given."""
    return {name: given.get(name) for name in names}
