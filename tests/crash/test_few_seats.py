"""Too many buyers after a handful of seats: one order explains what all of them were told."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.wire import Address
from tests.budget import TimeBudget
from tests.crash.demo_event import demo_seats
from tests.crash.ledger import Ledger
from tests.crash.promises import check_nothing_is_stuck, check_promises
from tests.crash.rush import Habits, Rush, Stock, kill_in_rush
from tests.services.box_office import BoxOffice, box_office

pytestmark = pytest.mark.crash
TTL_SECONDS = 4
EXTENSION_SECONDS = 2
CLIENT_COUNT = 64
SEAT_COUNT = 24
ENOUGH_SECONDS = 60
HABITS = Habits(abandon=0.10, release=0.88, extend=0.20, recheck=0.20)
SETTINGS = {
    "FULLHOUSE_HOLD_SECONDS": str(TTL_SECONDS),
    "FULLHOUSE_EXTENSION_SECONDS": str(EXTENSION_SECONDS),
}


def test_every_answer_about_a_seat_fits_into_one_order(
    tmp_path: Path, time_budget: TimeBudget
) -> None:
    seconds = time_budget.size(quick=4, long=55)
    least_holds = time_budget.size(quick=100, long=500)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with box_office(tmp_path, settings=SETTINGS) as office:
            seats = demo_seats(office, "few", SEAT_COUNT)
            ledger = asyncio.run(
                _rush(office, seats, seed, seconds, time_budget.size(quick=1, long=5), least_holds)
            )
        assert not ledger.broken, ledger.report()
        assert len(ledger.holds) > least_holds, ledger.report()
        assert ledger.statuses["409 places_taken"] > 100, ledger.report()


async def _rush(
    office: BoxOffice,
    seats: list[str],
    seed: int,
    seconds: float,
    kill_count: int,
    least_holds: int,
) -> Ledger:
    """Press for so long, and on until there was enough to see."""
    address = Address("127.0.0.1", urlsplit(office.url).port or 0)
    stocks = [Stock("few", list(seats))]
    ledger = Ledger(TTL_SECONDS)
    rush = Rush(address, ledger, stocks, seed, CLIENT_COUNT, EXTENSION_SECONDS, HABITS)
    rush.begin()
    try:
        for _ in range(kill_count):
            await asyncio.sleep(seconds / (kill_count + 1))
            await kill_in_rush(office, rush, 1, least_orders=0, limit_seconds=60)
        await asyncio.sleep(seconds / (kill_count + 1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENOUGH_SECONDS):
                while len(ledger.holds) <= least_holds:
                    await asyncio.sleep(0.1)
    finally:
        await rush.end()
    await check_promises(address, ledger, ["few"])
    await check_nothing_is_stuck(address, ledger, stocks, {"few": seats})
    return ledger
