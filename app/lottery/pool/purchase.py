"""A purchase of tickets, and what a buyer has bought, may spend and asked to be kept from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.frozen import frozen
from app.lottery.pool.batch import Part

PLACED: Final = "placed"  # waits for its payment
PAYING: Final = "paying"  # a gateway may hold it beyond its own time
PAID: Final = "paid"  # has its positions; slices are running
FILLED: Final = "filled"
LAPSED: Final = "lapsed"  # nobody paid in time
RETURNED: Final = "returned"  # all the money went back
WAITING: Final = (PLACED, PAYING)
OVER: Final = (LAPSED, RETURNED)
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


@dataclass(slots=True)
class Purchase:
    """1 to 10,000 tickets that one buyer wants. `day` is the house's date, as 2026-11-05."""

    id: str
    buyer: str
    count: int
    line: str
    unit_cents: int
    wants_fewer: bool
    day: str
    is_play: bool
    public_name: str
    contribution: str
    deadline_ms: int
    status: str = PLACED
    rest_ms: int = 0
    guarded: bool = False
    reference: str | None = None
    paid_ms: int = 0
    parts: tuple[Part, ...] = ()
    drawn: int = 0  # tickets whose slices are done
    back_cents: int = 0  # what was paid for tickets that could not be had
    doubled: tuple[str, ...] = ()  # payments that went back: one was enough

    @property
    def taken(self) -> int:
        """How many tickets it got."""
        return sum(part.count for part in self.parts)

    @property
    def cents(self) -> int:
        """What all of them cost."""
        return self.count * self.unit_cents

    @property
    def counted(self) -> int:
        """How many tickets count against its buyer's limits."""
        if self.status in OVER:
            return 0
        return self.count if self.status in WAITING else self.taken

    @property
    def month(self) -> str:
        """The month whose budget it draws on."""
        return self.day[:7]

    def next_parts(self, most: int) -> Iterator[Part]:
        """The tickets of the next slice, in order."""
        skip, left = self.drawn, most
        for part in self.parts:
            here = min(left, part.count - skip)
            if here > 0:
                yield Part(part.batch_id, part.first + skip, here)
                left -= here
            skip = max(0, skip - part.count)


@dataclass(slots=True)
class Tally:
    """What one buyer's purchases add up to."""

    tickets: int = 0
    days: dict[str, int] = field(default_factory=dict)  # tickets
    months: dict[str, int] = field(default_factory=dict)  # cents of real money

    def add(self, purchase: Purchase, count: int) -> None:
        """Count so many more (or fewer) of a purchase's tickets."""
        self.tickets += count
        _add(self.days, purchase.day, count)
        if not purchase.is_play:
            _add(self.months, purchase.month, count * purchase.unit_cents)


@frozen
class Budget:
    """What a buyer may spend in a month; None is no budget. A raise waits for its day."""

    cents: int | None
    later_cents: int | None = None
    later_from: str | None = None

    def on(self, day: str) -> int | None:
        """What holds on a day."""
        if self.later_from is not None and day >= self.later_from:
            return self.later_cents
        return self.cents


def days_after(day: str, count: int) -> str:
    """Another date; raises ValueError when `day` is not written as 2026-11-05."""
    began = date.fromisoformat(day)
    if began.isoformat() != day:
        raise ValueError(day)
    return (began + timedelta(days=count)).isoformat()


def spoken_day(day: str, today: str) -> str:
    """4 December for 2026-12-04; with its year where that is another one."""
    named = date.fromisoformat(day)
    words = f"{named.day} {MONTHS[named.month - 1]}"
    return words if day[:4] == today[:4] else f"{words} {named.year}"


def _add(sums: dict[str, int], key: str, more: int) -> None:
    sums[key] = sums.get(key, 0) + more
    if not sums[key]:
        del sums[key]
