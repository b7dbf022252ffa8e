"""All tickets of an event taken back, killed again and again: everybody once, nobody forgotten."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.budget import TimeBudget
from tests.payments.card_storm import database_of, wait_until_settled
from tests.payments.test_card_storm import Killer, rush_of, wait_until_paid
from tests.services.box_office import BoxOffice, box_office
from tests.services.stand_in import stand_in

DONE_SECONDS = 300.0


@pytest.mark.crash
@pytest.mark.weight(1)
def test_a_mass_refund_that_is_killed_gives_back_once(
    tmp_path: Path, time_budget: TimeBudget
) -> None:
    count = time_budget.size(quick=12, long=1_000)
    kills = time_budget.size(quick=2, long=20)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with stand_in() as stripe, box_office(tmp_path, settings=stripe.settings()) as office:
            rush = rush_of(office, stripe, count, seed)
            rush.late_share = 0
            rush.run()
            wait_until_paid(office, rush)

            office.fullhouse("event", "cancel", "storm", "--because", "the singer is ill")
            office.fullhouse("event", "refund", "storm", "--because", "the singer is ill")
            killer = Killer(office, kills, seed)
            killer.run(threading.Event())
            report = _report_when_done(office)

            database = database_of(office)
            try:
                wait_until_settled(database, stripe)
            finally:
                database.close()
            after = stripe.state()
            intents = [one["payment_intent"] for one in after["refunds"]]
            assert len(intents) == len(set(intents)) == len(report["refunds"]) == count
            assert after["returned"] == after["taken"]


def _report_when_done(office: BoxOffice) -> dict[str, Any]:
    """The report as the command prints it, once the work is done."""
    until = time.monotonic() + DONE_SECONDS
    while True:
        told = office.fullhouse("event", "refund", "storm", "--json")
        report: dict[str, Any] = json.loads(told)
        if report["done"]:
            return report
        assert time.monotonic() < until, report
        time.sleep(0.5)
