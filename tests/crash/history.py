"""What a crowd asked and was told, with times: the only evidence the checkers look at."""

from __future__ import annotations

import itertools
import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

NEVER = float("inf")
FREED_LATE_SECONDS = 5.0
EARLY_SECONDS = 1.0


class Kind(StrEnum):
    """What one buyer learned or changed about one seat."""

    TAKE = "take"  # told yes: the seat is held by this basket from now
    KEEP = "keep"  # told yes: the hold lasts longer
    GIVE = "give"  # told yes: given back (or was not held any more)
    SELL = "sell"  # told yes: the order has the seat
    SEE_TAKEN = "see_taken"  # told no: somebody else has it
    SEE_OWN = "see_own"  # looked: still held by this basket
    SEE_GONE = "see_gone"  # told that this basket's hold is over
    SEE_LETTER = "see_letter"  # read f, h, s or b in the public state
    EXPIRE = "expire"  # allowed, not asked: the hold's time runs out


CHANGES = frozenset({Kind.TAKE, Kind.KEEP, Kind.GIVE, Kind.SELL, Kind.EXPIRE})


@dataclass(frozen=True, slots=True)
class SeatFact:
    """One thing that happened to one seat somewhere between two moments."""

    number: int
    kind: Kind
    seat: str
    basket: str
    invoked_at: float
    returned_at: float
    grant: int = -1  # EXPIRE: the number of the TAKE or KEEP whose time runs out
    letter: str = ""


@dataclass(slots=True)
class Granted:
    """A hold's time as a buyer may rely on it."""

    fact_numbers: list[int]
    seats: tuple[str, ...]
    basket: str
    earliest_end: float
    returned_at: float
    longest_seconds: float


@dataclass(slots=True)
class History:
    """Collects seat facts from many threads or tasks; thread safe."""

    ttl_seconds: float
    facts: list[SeatFact] = field(default_factory=list)
    grants: list[Granted] = field(default_factory=list)
    restarts_at: list[float] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        kind: Kind,
        seats: Iterable[str],
        basket: str,
        invoked_at: float,
        returned_at: float,
        letter: str = "",
    ) -> list[int]:
        """Record the same fact for several seats; return the facts' numbers."""
        with self._guard:
            numbers = []
            for seat in seats:
                number = next(self._numbers)
                numbers.append(number)
                self.facts.append(
                    SeatFact(number, kind, seat, basket, invoked_at, returned_at, letter=letter)
                )
            return numbers

    def add_grant(
        self,
        kind: Kind,
        seats: Sequence[str],
        basket: str,
        invoked_at: float,
        returned_at: float,
        seconds: float,
        longest_seconds: float,
    ) -> None:
        """Record a hold or an extension: the seats are this basket's for so many seconds."""
        numbers = self.add(kind, seats, basket, invoked_at, returned_at)
        earliest = invoked_at + seconds - EARLY_SECONDS
        grant = Granted(numbers, tuple(seats), basket, earliest, returned_at, longest_seconds)
        with self._guard:
            self.grants.append(grant)

    def by_seat(self) -> dict[str, list[SeatFact]]:
        """Return all facts of each seat, with one allowed expiry for every grant."""
        seats: dict[str, list[SeatFact]] = defaultdict(list)
        for fact in self.facts:
            seats[fact.seat].append(fact)
        numbers = itertools.count(1 + max((fact.number for fact in self.facts), default=0))
        for grant in self.grants:
            latest = self._latest_end(grant)
            for grant_number, seat in zip(grant.fact_numbers, grant.seats, strict=True):
                seats[seat].append(
                    SeatFact(
                        next(numbers),
                        Kind.EXPIRE,
                        seat,
                        grant.basket,
                        grant.earliest_end,
                        max(latest, grant.earliest_end),
                        grant=grant_number,
                    )
                )
        return dict(seats)

    def write(self, path: Path) -> None:
        """Keep the history as JSON lines, to look at after a failure."""
        with path.open("w") as out:
            for fact in self.facts:
                out.write(json.dumps(asdict(fact)) + "\n")

    def _latest_end(self, grant: Granted) -> float:
        """A hold that a restart finds alive may get up to its longest time again from there."""
        end = grant.returned_at + grant.longest_seconds
        for restarted_at in self.restarts_at:
            if grant.returned_at <= restarted_at <= end + FREED_LATE_SECONDS:
                end = max(end, restarted_at + grant.longest_seconds)
        return end + FREED_LATE_SECONDS
