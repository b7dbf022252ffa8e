"""The disk is full or the database locked: a clean no at once, nothing lost, healed by itself."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.crash.pace import seconds_until_end
from tests.crash.promises import check_sqlite
from tests.crash.rush import Habits
from tests.faults.pressure import Pressure, under_pressure
from tests.services.box_office import BoxOffice, box_office
from tests.services.processes import Program

pytestmark = pytest.mark.faults
TROUBLE_SECONDS = 4.0
LOCKED_SECONDS = 20.0
HEALED_SECONDS = 5.0
UNLOCKED_SECONDS = 1.5  # one second, and a client's pause between two tries
READ_LIMIT_SECONDS = 1.0
NO_WITHIN_SECONDS = 6.0
SECOND_SERVER_SECONDS = 12.0
SMALL_DISK = "48m"
SMALLEST_FILE_BYTES = 4_096
BALLAST_PIECE_BYTES = 65_536

LOCK = """
import sys, time, pysqlite3
database = pysqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
database.execute("ROLLBACK")
"""


def test_no_file_may_grow(serve: Serve) -> None:
    """Every write beyond a file's first page fails, as on a full disk, for anybody."""
    office = serve()

    async def trouble(pressure: Pressure) -> None:
        with _no_file_may_grow(office):
            await _expect_clean_refusals(pressure, TROUBLE_SECONDS)
        await pressure.sells_within(HEALED_SECONDS)

    _expect_survived(office, under_pressure(office, trouble))


def can_mount() -> bool:
    """Whether this machine lets us have a small disk."""
    return os.geteuid() == 0 and sys.platform == "linux" and os.access("/bin/mount", os.X_OK)


if can_mount():

    def test_the_disk_is_full(tmp_path: Path) -> None:
        with _small_disk(tmp_path / "house") as folder, box_office(folder) as office:
            ballast = folder / "ballast-of-others"

            async def trouble(pressure: Pressure) -> None:
                _fill_up(ballast)
                await _expect_clean_refusals(pressure, TROUBLE_SECONDS)
                ballast.unlink()
                await pressure.sells_within(HEALED_SECONDS)

            pressure = under_pressure(office, trouble, habits=Habits())  # they fill the disk
            _expect_survived(office, pressure)


def test_another_program_locks_the_database(serve: Serve, tmp_path: Path) -> None:
    office = serve()
    locker = Program(
        [sys.executable, "-c", LOCK, office.data_dir / "fullhouse.db", str(LOCKED_SECONDS)],
        log=tmp_path / "locker.log",
        env=os.environ,
    )

    async def trouble(pressure: Pressure) -> None:
        with locker:
            locker.wait_until(
                lambda: "locked" in locker.log_text(), within_seconds=30, what="the lock is taken"
            )
            locked_at = time.monotonic()
            while locker.is_running and time.monotonic() - locked_at < LOCKED_SECONDS + 10:
                await asyncio.sleep(0.05)
        await pressure.sells_within(UNLOCKED_SECONDS)

    pressure = under_pressure(office, trouble)

    assert pressure.ledger.statuses["503 busy"] > 0, pressure.ledger.report()
    assert pressure.ledger.slowest_busy_seconds <= NO_WITHIN_SECONDS
    assert pressure.pages.statuses() == {200}
    _expect_survived(office, pressure)


def test_a_second_server_on_the_same_data_ends_with_a_sentence(
    serve: Serve, tmp_path: Path
) -> None:
    office = serve()
    second = BoxOffice(tmp_path / "second", {"FULLHOUSE_DATA_DIR": str(office.data_dir)})

    async def trouble(pressure: Pressure) -> None:
        second.program.start()
        seconds = await asyncio.to_thread(seconds_until_end, second.program, 60)
        assert seconds <= SECOND_SERVER_SECONDS
        assert second.program.code != 0
        await pressure.sells_within(HEALED_SECONDS)

    try:
        pressure = under_pressure(office, trouble)
    finally:
        second.kill()

    words = second.log_text()
    assert "Traceback" not in words
    assert "already" in words or "another" in words, words
    assert pressure.pages.statuses() == {200}


@contextmanager
def _no_file_may_grow(office: BoxOffice) -> Iterator[None]:
    pid = office.program.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALLEST_FILE_BYTES, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs"]
    subprocess.run([*words, str(folder)], check=True, timeout=10)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True, timeout=10)


def _fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(BALLAST_PIECE_BYTES))
        except OSError:
            return


async def _expect_clean_refusals(pressure: Pressure, seconds: float) -> None:
    """For so long every sale is refused with 503, and pages and the map are still answered."""
    await asyncio.sleep(0.5)  # what had begun before the trouble may still end well
    began_at, sold = time.monotonic(), len(pressure.ledger.orders)
    refused = pressure.ledger.statuses["503 busy"]
    await asyncio.sleep(seconds)
    assert len(pressure.ledger.orders) == sold, "sold without a disk"
    assert pressure.ledger.statuses["503 busy"] > refused, pressure.ledger.report()
    assert pressure.pages.statuses(began_at) == {200}, pressure.pages.answers[-10:]
    assert pressure.pages.slowest(began_at) <= READ_LIMIT_SECONDS


def _expect_survived(office: BoxOffice, pressure: Pressure) -> None:
    """The same process still runs, and the database agrees with what was promised."""
    assert office.program.is_running
    office.wait_until_healthy(within_seconds=HEALED_SECONDS)
    check_sqlite(office.data_dir / "fullhouse.db", pressure.ledger)
    assert not pressure.ledger.broken, pressure.ledger.report()
