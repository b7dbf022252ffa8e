"""Prize draws at their largest: a million tickets opened, ten of them and ten thousand bought.

Run by itself (`python -m loadtests.draws FOLDER`) it measures in a process of its own, so that the
memory is that of a box office with one such batch, and prints JSON.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import insert

from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now, wall_ms
from app.config import read_settings
from app.lottery.pool.commands import AllocateSlice, BuyAtOnce, PlacePurchase
from app.lottery.pool.terms import INSTANT, Terms, Tier
from app.models import Lottery, LotteryStatus, Organizer, Venue
from app.prize_draws.opening import open_batch
from app.tokens import new_id

TICKET_COUNT: Final = 1_000_000
FEW_COUNT: Final = 10
MANY_COUNT: Final = 10_000
ROUND_COUNT: Final = 15
DAY: Final = "2026-11-05"
LOTTERY: Final = 1
WHOSE: Final = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Seconds, and memory in MB."""

    open_seconds: float
    open_steps: int  # how often progress was told
    memory_mb: float
    few_seconds: float
    random_few_seconds: float
    first_seconds: float  # until the first of many tickets are handed out
    many_seconds: float


def measure_draws(folder: Path) -> Drawn:
    """The figures, from a process of their own."""
    asked = [sys.executable, "-m", "loadtests.draws", str(folder)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True)
    return Drawn(**json.loads(told.stdout.splitlines()[-1]))


def _measure(folder: Path) -> Drawn:
    settings = {"FULLHOUSE_DATA_DIR": str(folder / "data"), "FULLHOUSE_RATE_LIMITS": "off"}
    office = open_box_office(read_settings(settings))
    try:
        _add_lottery(office)
        steps: list[int] = []
        began = time.perf_counter()
        open_batch(office, LOTTERY, 1, _terms(), "bench", lambda done, most: steps.append(done))
        open_seconds = time.perf_counter() - began
        memory_mb = sum(resource.getrusage(who).ru_maxrss for who in WHOSE) / 1024
        few = median(_seconds(lambda: _buy(office, FEW_COUNT)) for _ in range(ROUND_COUNT))
        many = [_buy(office, MANY_COUNT) for _ in range(5)]
    finally:
        office.close()
    return Drawn(
        open_seconds,
        len(steps),
        memory_mb,
        few,
        _by_chance(folder),
        median(first for first, _all in many),
        median(whole for _first, whole in many),
    )


def _buy(office: BoxOffice, count: int) -> tuple[float, float]:
    """Buy and hand out; seconds until the first tickets and until the last."""
    pool, name, began = office.pool_of(LOTTERY), new_id(), time.perf_counter()
    place = PlacePurchase(name, f"buyer-{name}", count, 0, False, DAY)
    view = pool.ask(BuyAtOnce(place, f"free-{name}", wall_ms()))
    if view.drawn < view.taken:
        view = pool.ask(AllocateSlice(name, 0, wall_ms()))
    first = time.perf_counter() - began
    while view.drawn < view.taken:
        view = pool.ask(AllocateSlice(name, view.drawn, wall_ms()))
    return first, time.perf_counter() - began


def _by_chance(folder: Path) -> float:
    """The other way: a row for each ticket, and ten of those that are left by ORDER BY RANDOM()."""
    table = sqlite3.connect(folder / "rows.db", isolation_level=None)
    table.execute("PRAGMA journal_mode = WAL")
    table.execute("PRAGMA synchronous = FULL")
    table.execute("CREATE TABLE tickets (id INTEGER PRIMARY KEY, prize INTEGER, buyer TEXT)")
    table.execute("BEGIN")
    rows = ((at, int(at % 20 == 0)) for at in range(TICKET_COUNT))
    table.executemany("INSERT INTO tickets (id, prize) VALUES (?, ?)", rows)
    table.execute("COMMIT")

    def take() -> None:
        table.execute("BEGIN IMMEDIATE")
        chosen = table.execute(
            "SELECT id FROM tickets WHERE buyer IS NULL ORDER BY RANDOM() LIMIT ?", (FEW_COUNT,)
        ).fetchall()
        table.executemany("UPDATE tickets SET buyer = 'bo' WHERE id = ?", chosen)
        table.execute("COMMIT")

    seconds = median(_seconds(take) for _ in range(ROUND_COUNT))
    table.close()
    return seconds


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _terms() -> Terms:
    tiers = (Tier("lamp", "Lamp", 1_000), Tier("tea", "Tea", 49_000))
    return Terms(TICKET_COUNT, tiers, INSTANT, 0, 0, 0)


def _add_lottery(office: BoxOffice) -> None:
    now = utc_now()
    limits = {"person_limit": TICKET_COUNT, "day_limit": TICKET_COUNT}
    house = {"id": 1, "slug": "bench", "name": "Bench", "contact_email": "bench@example.org"}
    venue = {"id": 1, "organizer_id": 1, "slug": "bench", "name": "Bench", "time_zone": "UTC"}
    draw = {
        "id": LOTTERY, "organizer_id": 1, "venue_id": 1, "slug": "bench", "title": "Bench",
        "currency": "GBP", "time_zone": "UTC", "status": LotteryStatus.OPEN, "rules": limits,
        "created_at": now,
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(Organizer), house | {"created_at": now})
        connection.execute(insert(Venue), venue)
        connection.execute(insert(Lottery), draw)


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(Path(sys.argv[1])))))
