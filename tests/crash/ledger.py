"""Everything a crowd was promised in one run, and every broken promise that it noticed."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.crash.history import History

BROKEN_LIMIT_COUNT = 200
SHOWN_LIMIT_COUNT = 60
CURRENT_FIELDS = ("seconds_left",)  # all that a repeated answer may change


@dataclass(frozen=True, slots=True)
class Promise:
    """A yes to a request with an idempotency key: the same request gets this answer again."""

    path: str
    key: str
    ask: Any
    status: int
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PromisedHold:
    """A hold that somebody was given: of one event."""

    event: str
    id: str
    basket: str
    seats: tuple[str, ...]
    total_cents: int
    invoked_at: float
    returned_at: float


@dataclass(frozen=True, slots=True)
class PromisedOrder:
    """An order that somebody was told is paid."""

    code: str
    secret: str
    email: str
    seats: tuple[tuple[str, str], ...]  # (event, seat)
    total_cents: int
    content: dict[str, Any]


@dataclass
class Ledger:
    """What was promised, from all buyers of a run."""

    ttl_seconds: float
    history: History = field(init=False)
    promises: list[Promise] = field(default_factory=list)
    holds: list[PromisedHold] = field(default_factory=list)
    left_alone: list[PromisedHold] = field(default_factory=list)  # holds nobody changes any more
    orders: list[PromisedOrder] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    kills_at: list[float] = field(default_factory=list)
    first_hold_seconds: list[float] = field(default_factory=list)
    slowest_busy_seconds: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.history = History(self.ttl_seconds)

    def note_broken(self, words: str) -> None:
        """Record a broken promise; the run goes on, the test fails."""
        with self._guard:
            if len(self.broken) < BROKEN_LIMIT_COUNT:
                self.broken.append(words)

    def expect(self, fine: bool, words: str) -> bool:
        """Record a broken promise unless this is fine."""
        if not fine:
            self.note_broken(words)
        return fine

    def report(self) -> str:
        """Say in a few lines what the run did."""
        times = sorted(self.first_hold_seconds)
        slowest = f", slowest first hold {times[-1]:.2f} s" if times else ""
        statuses = ", ".join(f"{name} x{count}" for name, count in self.statuses.most_common())
        broken = "".join(f"\nBROKEN: {words[:300]}" for words in self.broken[:SHOWN_LIMIT_COUNT])
        return (
            f"{len(self.holds)} holds, {len(self.orders)} orders, {len(self.kills_at)} kills"
            f"{slowest}; answers: {statuses}{broken}"
        )


def lasting(content: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of an answer that may never change when it is repeated."""
    return {name: part for name, part in content.items() if name not in CURRENT_FIELDS}
