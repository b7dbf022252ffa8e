"""One transaction for all who wait, against one transaction for each: the same actor, both ways."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from app import garbage
from app.config import read_settings
from app.db import Database
from app.faults import plan_faults
from app.inventories import Inventory
from app.inventory.commands import HoldSeats, ReleaseHold, SeatChoice
from app.inventory_actor import BATCH_LIMIT, Actor
from app.inventory_store import EventStore

ASKER_COUNT = 64
ALONE_ROUND_COUNT = 1_000
SLOWER_ALONE_COUNT = 300


@dataclass(frozen=True, slots=True)
class Compared:
    """Holds a second, committed alone and together, as medians over the rounds."""

    alone_per_second: float
    together_per_second: float
    ratio: float


def compare(
    data_dir: Path, event_id: int, seats: list[str], round_count: int, added_ms: int
) -> Compared:
    """Hold seats from 64 threads both ways, in turns; `added_ms` is slept in every commit."""
    rows = []
    alone_count = SLOWER_ALONE_COUNT if added_ms else ALONE_ROUND_COUNT
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(data_dir)})
    database = Database(settings)
    plan_faults(f"store.commit=sleep:{added_ms}" if added_ms else None)
    garbage.begin()  # as in the server
    try:
        for _ in range(round_count):
            store = EventStore(event_id, database, settings)
            alone = _holds_per_second(Actor(store, 1), seats[:alone_count])
            together = _holds_per_second(Actor(store, BATCH_LIMIT), seats)
            rows.append((alone, together))
    finally:
        plan_faults(None)
        database.close()
    return Compared(
        median(alone for alone, _ in rows),
        median(together for _, together in rows),
        median(together / alone for alone, together in rows),
    )


def _holds_per_second(actor: Actor, seats: list[str]) -> float:
    """Hold every seat for a basket of its own; give all back before the next measurement."""
    inventory, waiting = Inventory(actor), deque(seats)
    held: list[tuple[str, str]] = []

    def hold_on() -> None:
        while True:
            try:
                seat = waiting.popleft()
            except IndexError:
                return
            basket, hold_id = secrets.token_hex(8), secrets.token_hex(8)
            inventory.ask(HoldSeats(basket, hold_id, (SeatChoice(seat),)))
            held.append((hold_id, basket))

    seconds = _in_threads(hold_on)
    _in_threads(lambda: _release_on(inventory, held))
    actor.stop()
    return len(seats) / seconds


def _release_on(inventory: Inventory, held: list[tuple[str, str]]) -> None:
    while True:
        try:
            inventory.ask(ReleaseHold(*held.pop()))
        except IndexError:
            return


def _in_threads(work: Callable[[], None]) -> float:
    """Run the same work in many threads that begin together; return the seconds."""
    gate = threading.Barrier(ASKER_COUNT + 1)

    def begin() -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=begin) for _ in range(ASKER_COUNT)]
    for thread in threads:
        thread.start()
    gate.wait()
    began_at = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began_at
