"""Kills while fifty buyers come to the end of a batch: every ticket once, every purchase exact."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.budget import TimeBudget
from tests.crash.draw_rush import check_waves, open_waves, rush
from tests.services.box_office import BoxOffice, box_office
from tests.services.processes import Program
from tests.services.redis_server import RedisServer

pytestmark = [pytest.mark.crash, pytest.mark.long]

KILL_COUNT = 20
FLUSH_COUNT = 4
LIFE_SECONDS = (0.1, 1.4)


@pytest.mark.weight(2)
def test_killed_twenty_times_every_ticket_is_sold_once(
    tmp_path: Path, database_url: str, time_budget: TimeBudget
) -> None:
    for seed in time_budget.rounds(at_least=1, at_most=1):
        dice = random.Random(seed)
        with box_office(tmp_path / "house", settings={"DATABASE_URL": database_url}) as office:
            waves = open_waves(office, KILL_COUNT)

            async def killed(office: BoxOffice = office, dice: random.Random = dice) -> None:
                await asyncio.sleep(dice.uniform(*LIFE_SECONDS))
                await asyncio.to_thread(office.restart)

            for wave in waves:
                asyncio.run(rush(office, wave, dice, killed))
            check_waves(office, waves)


@pytest.mark.weight(2)
def test_redis_flushed_and_the_worker_killed_change_nothing(
    tmp_path: Path,
    database_url: str,
    redis_instance: RedisServer,
    start_worker: Callable[[BoxOffice], Program],
    time_budget: TimeBudget,
) -> None:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_instance.url}
    for seed in time_budget.rounds(at_least=1, at_most=1):
        dice = random.Random(seed)
        with box_office(tmp_path / "house", settings=settings) as office:
            waves = open_waves(office, FLUSH_COUNT)
            worker = start_worker(office)

            async def flushed(worker: Program = worker, dice: random.Random = dice) -> None:
                for trouble in dice.sample((redis_instance.flush, worker.kill), 2):
                    await asyncio.sleep(dice.uniform(*LIFE_SECONDS))
                    await asyncio.to_thread(trouble)
                await asyncio.to_thread(worker.start)

            for wave in waves:
                asyncio.run(rush(office, wave, dice, flushed))
            check_waves(office, waves)
