"""A batch: so many tickets, of which the first `cursor` are sold. No object per ticket."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.frozen import frozen
from app.lottery.pool.terms import DAY_MS, INSTANT, Terms
from app.lottery.sealing import Seal

OPEN: Final = "open"
CLOSED: Final = "closed"
DRAWN: Final = "drawn"  # evening only: the results are known
SETTLED: Final = "settled"
ARCHIVED: Final = "archived"

_PRIZES: Final = re.compile(rb"[^\0]")  # quicker over a million places than a loop


@frozen
class Part:
    """So many tickets of a batch in a row: positions `first` to `last`, counted from 1."""

    batch_id: str
    first: int
    count: int

    @property
    def last(self) -> int:
        """The last of them."""
        return self.first + self.count - 1


@dataclass(slots=True)
class Claim:
    """A prize that its winner wants, and who confirmed that."""

    position: int
    purchase_id: str
    at_ms: int
    by: str | None = None


@dataclass(slots=True)
class Batch:
    """One batch. `places` has a byte per position (0: nothing, else tier from 1), b"" if unknown.

    `line` is the first batch of those that followed each other with the same odds.
    `starts` and `owners` say which purchase has the tickets from a position on; a million
    tickets are as many entries as there were purchases.
    """

    id: str
    number: int
    line: str
    terms: Terms
    seal: Seal
    opened_ms: int
    places: bytes = field(default=b"", repr=False)
    status: str = OPEN
    cursor: int = 0
    issued: int = 0  # sold tickets whose slices are done
    announced: int = 0  # purchases that were told their results of the evening
    gone: int = 0  # sold tickets that were archived
    won: list[int] = field(default_factory=list)  # prizes by tier that buyers have learnt of
    starts: list[int] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    claims: dict[int, Claim] = field(default_factory=dict)
    successor: str | None = None
    closed_ms: int | None = None
    drawn_ms: int | None = None
    settled_ms: int | None = None
    unclaimed: tuple[int, ...] = ()  # by tier, once settled

    def __post_init__(self) -> None:
        self.won = self.won or [0] * len(self.terms.tiers)

    @property
    def rest(self) -> int:
        """How many tickets were never sold."""
        return self.terms.size - self.cursor

    @property
    def is_instant(self) -> bool:
        """Whether buyers learn at once."""
        return self.terms.mode == INSTANT

    @property
    def has_results(self) -> bool:
        """Whether anybody may know what a sold ticket won."""
        return bool(self.places) and (self.is_instant or self.drawn_ms is not None)

    def sells_at(self, wall_ms: int) -> bool:
        """Whether a ticket can be bought at a wall time."""
        closes_ms = self.terms.closes_ms
        return self.status == OPEN and self.rest > 0 and (closes_ms is None or wall_ms < closes_ms)

    def owner_of(self, position: int) -> str | None:
        """The purchase that has a ticket, if it was sold and not archived."""
        if not self.gone < position <= self.cursor:
            return None
        return self.owners[bisect_right(self.starts, position) - 1]

    def tier_at(self, position: int) -> int | None:
        """The place of the tier in the table that a position wins; None for nothing."""
        place = self.places[position - 1]
        return place - 1 if place else None

    def wins(self, first: int, count: int) -> Iterator[tuple[int, int]]:
        """Position and tier of each prize among these positions."""
        for found in _PRIZES.finditer(self.places, first - 1, first - 1 + count):
            yield found.start() + 1, found[0][0] - 1

    def parts(self, first: int, count: int) -> Iterator[tuple[str, Part]]:
        """The next purchases in order of payment, from the `first`-th on, with their tickets."""
        for at in range(first, min(first + count, len(self.starts))):
            end = self.starts[at + 1] if at + 1 < len(self.starts) else self.cursor + 1
            yield self.owners[at], Part(self.id, self.starts[at], end - self.starts[at])

    def claims_end_ms(self, paid_ms: int) -> int | None:
        """Until when a prize can be claimed, wall time; None before anybody knows of it."""
        known_ms = paid_ms if self.is_instant else self.drawn_ms
        return None if known_ms is None else known_ms + self.terms.claim_days * DAY_MS

    @property
    def last_claim_ms(self) -> int | None:
        """When nobody can claim any more; None while that is not known."""
        last_ms = self.closed_ms if self.is_instant else self.drawn_ms
        return None if last_ms is None else last_ms + self.terms.claim_days * DAY_MS
