"""A storm of card payments, told three times in any order: each one order or one refund."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from app.simulate import seat_ids
from tests.budget import TimeBudget, seldom
from tests.orders.cards import signed
from tests.payments.card_storm import Storm, database_of, wait_until_settled, wrong_endings
from tests.services.box_office import BoxOffice, box_office
from tests.services.stand_in import Stripe, stand_in

FORGED_SHARE = 5  # one forged call for so many sessions


@pytest.mark.weight(1)
def test_each_payment_ends_as_one_order_or_one_refund(
    tmp_path: Path, time_budget: TimeBudget
) -> None:
    count = time_budget.size(quick=30, long=1_000)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with stand_in() as stripe, box_office(tmp_path, settings=stripe.settings()) as office:
            storm = rush_of(office, stripe, count, seed)

            storm.run(lambda over: _forge(office, count // FORGED_SHARE))

            _expect_settled(office, stripe, storm, count)


@pytest.mark.crash
@pytest.mark.weight(2)
def test_killed_in_the_storm_it_ends_the_same(tmp_path: Path, time_budget: TimeBudget) -> None:
    count = time_budget.size(quick=20, long=1_000)
    kills = time_budget.size(quick=2, long=50)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with stand_in() as stripe, box_office(tmp_path, settings=stripe.settings()) as office:
            storm = rush_of(office, stripe, count, seed)
            killer = Killer(office, kills, seed)

            storm.run(killer.run)
            killer.finish()

            _expect_settled(office, stripe, storm, count)


@pytest.mark.parametrize("share", [1.0, *seldom(0.5)])
def test_lost_calls_are_made_up_for(tmp_path: Path, share: float) -> None:
    with stand_in() as stripe, box_office(tmp_path, settings=stripe.settings()) as office:
        storm = rush_of(office, stripe, 10, seed=1)
        stripe.faults(reset=True, webhook_drop_share=share)
        storm.late_share = 0  # a session that Stripe has confirmed to be closed is not asked about

        storm.run()
        with httpx.Client(base_url=office.url) as waiting:  # whoever looks is not kept waiting
            for sale in storm.sales:
                waiting.get(f"/o/{sale.order_id}/{sale.secret}")
        wait_until_paid(office, storm)

        _expect_settled(office, stripe, storm, 10)


class Killer:
    """Ends the box office at once, so many times, and starts it again."""

    def __init__(self, office: BoxOffice, count: int, seed: int) -> None:
        self._office, self._left, self._dice = office, count, random.Random(seed)

    def run(self, over: threading.Event) -> None:
        """Kill it every second or so until it is over."""
        while self._left and not over.wait(self._dice.uniform(0.3, 1.2)):
            self._kill()

    def finish(self) -> None:
        """Kill it as often as is left to do: while calls, letters and refunds are under way."""
        while self._left:
            self._kill()
            time.sleep(self._dice.uniform(0.1, 0.4))

    def _kill(self) -> None:
        self._office.restart()
        self._left -= 1


def rush_of(office: BoxOffice, stripe: Stripe, count: int, seed: int) -> Storm:
    stripe.send_webhooks_to(f"{office.url}/webhooks/stripe")
    stripe.faults(webhook_copies=2, webhook_shuffle=50, seed=seed)
    seats = seat_ids(office.demo(seats=max(2 * count, 50), event="storm")["seats"])
    return Storm(office, stripe, "storm", seats[:count], seats[count:], seed)


def _forge(office: BoxOffice, count: int) -> None:
    """Calls that claim to be Stripe's; not one may be taken."""
    with httpx.Client(base_url=office.url, timeout=15) as client:
        for number in range(count):
            thing = {"id": f"cs_{number}", "client_reference_id": "X", "payment_status": "paid"}
            kind = "checkout.session.completed"
            body, signature = signed("whsec_guessed", kind, thing, f"evt_forged_{number}")
            headers = {"Stripe-Signature": signature}
            answer = client.post("/webhooks/stripe", content=body, headers=headers)
            assert answer.status_code == 400, answer.text


def _expect_settled(office: BoxOffice, stripe: Stripe, storm: Storm, count: int) -> None:
    database = database_of(office)
    try:
        wait_until_settled(database, stripe)
        assert wrong_endings(database, storm, stripe) == []
    finally:
        database.close()
    assert len(storm.sales) == count


def wait_until_paid(office: BoxOffice, storm: Storm) -> None:
    until = time.monotonic() + 60
    with httpx.Client(base_url=office.url) as client:
        for sale in storm.sales:
            path, headers = f"/api/v1/orders/{sale.order_id}", {"Order-Secret": sale.secret}
            while client.get(path, headers=headers).json()["status"] == "paying":
                assert time.monotonic() < until, sale
                client.get(f"/o/{sale.order_id}/{sale.secret}")
                time.sleep(0.2)
