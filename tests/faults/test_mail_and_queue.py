"""Redis or the mail server is down or hangs: buyers notice nothing, each mail leaves once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.budget import seldom
from tests.conftest import Serve
from tests.faults.pressure import Pressure, under_pressure
from tests.services.box_office import BoxOffice
from tests.services.processes import Program
from tests.services.redis_server import RedisServer
from tests.services.smtp import Behaviour, MailServer

pytestmark = pytest.mark.faults
OUTAGE_SECONDS = 3.0
AFTER_RETURN_SECONDS = 60.0
ORDER_LIMIT_SECONDS = 2.0
MAILS_UNDER_WAY_COUNT = 2  # sent, but Redis forgot the yes

StartWorker = Callable[[BoxOffice], Program]


def test_orders_go_on_while_the_mail_server_is_down(serve: Serve, mail: MailServer) -> None:
    async def trouble(pressure: Pressure) -> None:
        mail.stop()
        await asyncio.sleep(OUTAGE_SECONDS)
        await pressure.sells_within(ORDER_LIMIT_SECONDS)
        mail.start()

    pressure = under_pressure(serve({"SMTP_URL": mail.url}), trouble)

    _expect_untroubled(pressure)
    _expect_one_mail_each(mail, pressure)


@pytest.mark.parametrize("behaviour", [Behaviour.HANG, *seldom(Behaviour.DEFER)])
def test_orders_go_on_while_the_mail_server_takes_nothing(
    serve: Serve, mail: MailServer, behaviour: Behaviour
) -> None:
    async def trouble(pressure: Pressure) -> None:
        mail.behaviour = behaviour
        await asyncio.sleep(OUTAGE_SECONDS)
        await pressure.sells_within(ORDER_LIMIT_SECONDS)
        mail.behaviour = Behaviour.OK

    pressure = under_pressure(serve({"SMTP_URL": mail.url}), trouble)

    _expect_untroubled(pressure)
    _expect_one_mail_each(mail, pressure)


def test_orders_go_on_while_redis_is_down_from_the_start(
    serve: Serve, mail: MailServer, redis_instance: RedisServer, start_worker: StartWorker
) -> None:
    redis_instance.kill()
    office = serve({"SMTP_URL": mail.url, "REDIS_URL": redis_instance.url})

    async def trouble(pressure: Pressure) -> None:
        await pressure.sells_within(ORDER_LIMIT_SECONDS)
        await asyncio.to_thread(redis_instance.start)

    pressure = under_pressure(office, trouble)
    start_worker(office)

    _expect_untroubled(pressure)
    _expect_one_mail_each(mail, pressure)


def test_orders_go_on_while_redis_dies_and_forgets(
    serve: Serve, mail: MailServer, redis_instance: RedisServer, start_worker: StartWorker
) -> None:
    office = serve({"SMTP_URL": mail.url, "REDIS_URL": redis_instance.url})
    worker = start_worker(office)

    async def trouble(pressure: Pressure) -> None:
        await asyncio.to_thread(redis_instance.kill)
        await asyncio.sleep(OUTAGE_SECONDS)
        await pressure.sells_within(ORDER_LIMIT_SECONDS)
        await asyncio.to_thread(redis_instance.start)

    pressure = under_pressure(office, trouble)
    if not worker.is_running:  # a supervisor starts it again
        worker.start()

    _expect_untroubled(pressure)
    _expect_one_mail_each(mail, pressure, repeats_allowed=MAILS_UNDER_WAY_COUNT)


def test_orders_go_on_while_redis_hangs(
    serve: Serve, mail: MailServer, redis_instance: RedisServer, start_worker: StartWorker
) -> None:
    office = serve({"SMTP_URL": mail.url, "REDIS_URL": redis_instance.url})
    start_worker(office)

    async def trouble(pressure: Pressure) -> None:
        redis_instance.freeze()
        await asyncio.sleep(OUTAGE_SECONDS)
        await pressure.sells_within(ORDER_LIMIT_SECONDS)
        redis_instance.thaw()

    pressure = under_pressure(office, trouble)

    _expect_untroubled(pressure)
    _expect_one_mail_each(mail, pressure)


def _expect_untroubled(pressure: Pressure) -> None:
    """Buying and looking never saw a 5xx, not even a clean one."""
    failed = {name for name in pressure.ledger.statuses if name.startswith("5") or name == "lost"}
    assert failed == set(), pressure.ledger.report()
    assert pressure.pages.statuses() == {200}
    assert pressure.pages.slowest() < ORDER_LIMIT_SECONDS


def _expect_one_mail_each(mail: MailServer, pressure: Pressure, repeats_allowed: int = 0) -> None:
    """One mail for each order within a minute; one whose yes was lost may come once more."""
    expected = {order.email for order in pressure.ledger.orders}
    until = time.monotonic() + AFTER_RETURN_SECONDS
    while time.monotonic() < until and not expected <= set(_letters(mail)):
        time.sleep(0.5)
    letters = _letters(mail)
    assert expected <= set(letters), f"{len(expected - set(letters))} orders have no mail"
    for address in expected:
        assert len(letters[address]) == 1, (address, letters[address])
    repeats = sum(letters[address].total() - 1 for address in expected)
    assert repeats <= repeats_allowed


def _letters(mail: MailServer) -> dict[str, Counter[str]]:
    letters: dict[str, Counter[str]] = {}
    for message in mail.messages:
        address = message["To"].addresses[0].addr_spec
        letters.setdefault(address, Counter())[str(message["Message-ID"])] += 1
    return letters
