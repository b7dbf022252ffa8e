"""The server is asked to end, or its writer dies: nothing is lost and it does not limp on."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.conftest import Serve
from tests.faults.pressure import Pressure, under_pressure

pytestmark = pytest.mark.faults
DRAIN_LIMIT_SECONDS = 10.0
DEATH_LIMIT_SECONDS = 2.0
FAULT_BATCH_COUNT = 400


def test_sigterm_in_a_rush_drains_and_loses_nothing(serve: Serve) -> None:
    office = serve()

    async def trouble(pressure: Pressure) -> None:
        asked_at = time.monotonic()
        code = await asyncio.to_thread(office.stop)
        assert code == 0
        assert time.monotonic() - asked_at <= DRAIN_LIMIT_SECONDS
        await asyncio.to_thread(office.start)
        await pressure.sells_within(5)

    pressure = under_pressure(office, trouble)

    others = {name for name in pressure.ledger.statuses if name.startswith("5")} - {"503 busy"}
    assert others == set(), pressure.ledger.report()


def test_a_dead_writer_ends_the_process(serve: Serve) -> None:
    office = serve({"FULLHOUSE_FAULT": f"actor.batch=die@{FAULT_BATCH_COUNT}"})

    async def trouble(pressure: Pressure) -> None:
        until = time.monotonic() + 60
        while office.program.is_running and time.monotonic() < until:
            await asyncio.sleep(0.02)
        died_at = time.monotonic()
        assert office.program.code not in (None, 0)
        last_order_at = max(grant.returned_at for grant in pressure.ledger.history.grants)
        assert died_at - last_order_at <= DEATH_LIMIT_SECONDS
        office.program.env.pop("FULLHOUSE_FAULT")
        await asyncio.to_thread(office.start)
        await pressure.sells_within(5)

    under_pressure(office, trouble)
