"""The power goes: what was acknowledged is on the disk, and the box office starts on it."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.wire import Address
from tests.budget import TimeBudget
from tests.crash.demo_event import demo_seats
from tests.crash.ledger import Ledger
from tests.crash.powercut import ForgetfulDisk
from tests.crash.promises import check_promises, check_sqlite
from tests.crash.rush import Rush, Stock, first_hold
from tests.services.box_office import BoxOffice, box_office
from tests.services.processes import Program

pytestmark = pytest.mark.crash
TTL_SECONDS = 60
CLIENT_COUNT = 12
SEAT_COUNT = 3_000
LIFE_SECONDS = (0.2, 1.0)
FIRST_START_SECONDS = (0.2, 2.0)
HEALTHY_SECONDS = 10.0

WRITER = """
import sys
import pysqlite3
database = pysqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute(f"PRAGMA synchronous={sys.argv[2]}")
database.execute("PRAGMA wal_autocheckpoint=0")  # a checkpoint syncs, too, whatever the level
database.execute("CREATE TABLE IF NOT EXISTS facts (n INTEGER PRIMARY KEY)")
for n in range(100_000):
    database.execute("INSERT INTO facts VALUES (?)", (n,))
    print(n, flush=True)
"""

READER = """
import sys
import pysqlite3
database = pysqlite3.connect(sys.argv[1])
database.execute("CREATE TABLE IF NOT EXISTS facts (n INTEGER PRIMARY KEY)")
print(database.execute("SELECT coalesce(max(n), -1) FROM facts").fetchone()[0])
"""


@pytest.mark.weight(3)
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path, time_budget: TimeBudget) -> None:
    (tmp_path / "data").mkdir()
    disk = ForgetfulDisk(tmp_path / "data", tmp_path)
    disk.lay_out()
    settings = {"FULLHOUSE_HOLD_SECONDS": str(TTL_SECONDS), **disk.settings}
    with box_office(tmp_path, settings=settings) as office:
        seats = demo_seats(office, "cut", SEAT_COUNT)
        rounds = list(time_budget.rounds(at_least=time_budget.size(quick=3, long=50), at_most=50))
        ledger = asyncio.run(_cut_in_rush(office, disk, seats, rounds))
        assert len(ledger.orders) > 10 * len(rounds), ledger.report()
        check_sqlite(office.data_dir / "fullhouse.db", ledger)
        assert not ledger.broken, ledger.report()


@pytest.mark.weight(1)
def test_a_power_cut_during_the_very_first_start(tmp_path: Path, time_budget: TimeBudget) -> None:
    for seed in time_budget.rounds(at_least=time_budget.size(quick=3, long=15), at_most=30):
        dice = random.Random(seed)
        house = tmp_path / f"first-{seed}"
        office = BoxOffice(house)
        disk = ForgetfulDisk(office.data_dir, house)
        disk.lay_out()
        office.program.env |= disk.settings
        office.program.start()
        time.sleep(dice.uniform(*FIRST_START_SECONDS))
        office.kill()
        disk.cut_power(dice if seed % 2 else None)
        try:
            office.start(within_seconds=HEALTHY_SECONDS)
        finally:
            office.kill()


@pytest.mark.parametrize(("level", "is_safe"), [("FULL", True), ("NORMAL", False)])
def test_the_forgetful_disk_tells_full_from_normal(
    tmp_path: Path, level: str, is_safe: bool
) -> None:
    """The instrument itself: it must lose acknowledged rows exactly where SQLite may."""
    (tmp_path / "data").mkdir()
    disk = ForgetfulDisk(tmp_path / "data", tmp_path)
    disk.lay_out()
    writer = Program(
        [sys.executable, "-c", WRITER, str(disk.data_dir / "facts.db"), level],
        log=tmp_path / "rows.txt",
        env=disk.settings,
    )
    with writer:
        writer.wait_until(
            lambda: len(writer.log_text()) > 2_000, within_seconds=20, what="rows are written"
        )
        writer.kill()
    acknowledged = int(writer.log_text().split()[-1])

    disk.cut_power()

    kept = _newest_row(disk.data_dir / "facts.db")
    assert (kept >= acknowledged) == is_safe, (kept, acknowledged)


async def _cut_in_rush(
    office: BoxOffice, disk: ForgetfulDisk, seats: list[str], rounds: list[int]
) -> Ledger:
    address = Address("127.0.0.1", urlsplit(office.url).port or 0)
    ledger = Ledger(TTL_SECONDS)
    rush = Rush(address, ledger, [Stock("cut", list(seats))], rounds[0], CLIENT_COUNT)
    rush.begin()
    try:
        for seed in rounds:
            dice = random.Random(seed)
            await asyncio.sleep(dice.uniform(*LIFE_SECONDS))
            await asyncio.to_thread(office.kill)
            ledger.kills_at.append(time.monotonic())
            await asyncio.to_thread(disk.cut_power, dice if seed % 2 else None)
            disk.lay_out()
            started_at = time.monotonic()
            await asyncio.to_thread(office.program.start)
            await first_hold(rush, started_at, office.program.pid)
    finally:  # what was lost says more than a buyer who stumbles over it
        try:
            await rush.end()
        finally:
            await check_promises(address, ledger, ["cut"])
            assert not ledger.broken, ledger.report()
    return ledger


def _newest_row(path: Path) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", READER, path], capture_output=True, text=True, timeout=30, check=True
    )
    return int(ended.stdout)
