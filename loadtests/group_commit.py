"""One transaction for all who wait, against one transaction for each: the same actor, both ways."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from app import garbage
from app.config import read_settings
from app.db import Database
from app.event_actor import EventActor, event_actor
from app.faults import plan_faults
from app.inventory.commands import Command, HoldSeats, ReleaseHold, SeatChoice
from app.inventory_actor import BATCH_LIMIT
from app.inventory_store import EventStore
from app.letters import Letter

ASKER_COUNT = 64
ALONE_ROUND_COUNT = 1_000
SLOWER_ALONE_COUNT = 300
RUN_LIMIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Compared:
    """Holds a second, committed alone and together, as medians over the rounds."""

    alone_per_second: float
    together_per_second: float
    ratio: float


def compare(
    data_dir: Path, event_id: int, seats: list[str], round_count: int, added_ms: int
) -> Compared:
    """Hold seats for 64 askers both ways, in turns; `added_ms` is slept in every commit."""
    rows = []
    alone_count = SLOWER_ALONE_COUNT if added_ms else ALONE_ROUND_COUNT
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(data_dir)})
    database = Database(settings)
    plan_faults(f"store.commit=sleep:{added_ms}" if added_ms else None)
    garbage.begin()  # as in the server
    try:
        for _ in range(round_count):
            store = EventStore(event_id, database, settings)
            alone = _holds_per_second(event_actor(store, 1), seats[:alone_count])
            together = _holds_per_second(event_actor(store, BATCH_LIMIT), seats)
            rows.append((alone, together))
    finally:
        plan_faults(None)
        database.close()
    return Compared(
        median(alone for alone, _ in rows),
        median(together for _, together in rows),
        median(together / alone for alone, together in rows),
    )


def _holds_per_second(actor: EventActor, seats: list[str]) -> float:
    """Hold every seat for a basket of its own; give all back before the next measurement."""
    holds: list[Command[Any]] = [
        HoldSeats(secrets.token_hex(8), secrets.token_hex(8), (SeatChoice(seat),)) for seat in seats
    ]
    seconds = _Askers(actor, holds).run()
    releases: list[Command[Any]] = [
        ReleaseHold(hold.hold_id, hold.basket) for hold in holds if isinstance(hold, HoldSeats)
    ]
    _Askers(actor, releases).run()
    actor.stop()
    return len(seats) / seconds


class _Askers:
    """So many askers, each with one question under way; like the server's loop, none has a thread.

    Whoever is answered asks the next question at once.
    """

    def __init__(self, actor: EventActor, commands: list[Command[Any]]) -> None:
        self._actor = actor
        self._waiting = deque(commands)
        self._missing_count = len(commands)
        self._done = threading.Event()
        self._letters: list[Letter] = []

    def run(self) -> float:
        """Ask everything; the seconds that it took. Raises what an asker was refused with."""
        began_at = time.perf_counter()
        for _ in range(ASKER_COUNT):
            self._ask()
        if not self._done.wait(RUN_LIMIT_SECONDS):
            raise TimeoutError("the actor does not answer")
        seconds = time.perf_counter() - began_at
        for letter in self._letters:
            letter.read()
        return seconds

    def _ask(self) -> None:
        if self._waiting:
            command = self._waiting.popleft()
            self._letters.append(self._actor.send(command, None, on_answer=self._go_on))

    def _go_on(self, _letter: Letter) -> None:
        self._missing_count -= 1
        if self._missing_count == 0:
            self._done.set()
        else:
            self._ask()
