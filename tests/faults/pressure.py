"""Buyers who go on buying while something breaks, and what they were told meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.wire import Address, AnswerLostError, Connection
from tests.crash.demo_event import demo_seats
from tests.crash.ledger import Ledger
from tests.crash.promises import check_promises
from tests.crash.rush import Habits, Rush, Stock
from tests.services.box_office import BoxOffice

CLIENT_COUNT = 6
CALM = Habits(pause_seconds=0.2)  # troubles are looked for here, not speed
SEAT_COUNT = 1_200
WARM_UP_SECONDS = 1.0
PAGE_PAUSE_SECONDS = 0.1
PAGE_LIMIT_SECONDS = 10.0


@dataclass
class Pages:
    """What somebody who only reads was told: status and seconds of every page."""

    answers: list[tuple[float, str, int, float]] = field(default_factory=list)

    def slowest(self, since: float = 0.0) -> float:
        """Seconds of the slowest answer since a moment."""
        return max((seconds for at, _, _, seconds in self.answers if at >= since), default=0.0)

    def statuses(self, since: float = 0.0) -> set[int]:
        """All statuses since a moment; 0 stands for no answer."""
        return {status for at, _, status, _ in self.answers if at >= since}


@dataclass
class Pressure:
    """Buyers and a reader at work on one event."""

    rush: Rush
    pages: Pages

    @property
    def ledger(self) -> Ledger:
        """What the buyers were promised."""
        return self.rush.ledger

    async def sells_within(self, seconds: float) -> float:
        """Wait until one more order is acknowledged; return after how long."""
        started_at, before = time.monotonic(), len(self.ledger.orders)
        while len(self.ledger.orders) == before:
            assert time.monotonic() - started_at < seconds, f"no sale within {seconds} s"
            await asyncio.sleep(0.02)
        return time.monotonic() - started_at


def under_pressure(
    office: BoxOffice,
    trouble: Callable[[Pressure], Awaitable[None]],
    ttl_seconds: int = 600,
    client_count: int = CLIENT_COUNT,
    habits: Habits = CALM,
) -> Pressure:
    """Let buyers shop while `trouble` happens, then check everything that was promised."""
    slug = "pressure"
    seats = demo_seats(office, slug, SEAT_COUNT)
    address = Address("127.0.0.1", urlsplit(office.url).port or 0)

    async def run() -> Pressure:
        stocks = [Stock(slug, list(seats))]
        rush = Rush(address, Ledger(ttl_seconds), stocks, 1, client_count, habits=habits)
        pressure = Pressure(rush, Pages())
        rush.begin()
        reader = asyncio.create_task(_read_on(address, slug, rush, pressure.pages))
        try:
            await asyncio.sleep(WARM_UP_SECONDS)
            await trouble(pressure)
        finally:
            await rush.end()
            await reader
        await check_promises(address, rush.ledger, [slug])
        return pressure

    pressure = asyncio.run(run())
    assert not pressure.ledger.broken, pressure.ledger.report()
    assert pressure.ledger.orders, pressure.ledger.report()
    return pressure


async def _read_on(address: Address, slug: str, rush: Rush, pages: Pages) -> None:
    connection = Connection(address)
    paths = ["/", f"/e/{slug}", f"/api/v1/events/{slug}/state"]
    while not rush.is_over:
        for path in paths:
            started_at, status = time.monotonic(), 0
            try:
                answer = await connection.ask("GET", path, timeout_seconds=PAGE_LIMIT_SECONDS)
                status = answer.status
            except AnswerLostError:
                pass
            seconds = time.monotonic() - started_at
            pages.answers.append((started_at, path, status, seconds))
            await asyncio.sleep(PAGE_PAUSE_SECONDS)
    connection.close()
