"""kill -9 in the middle of a rush, again and again: nothing lost, nothing sold twice."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.wire import Address
from tests.budget import TimeBudget
from tests.crash.demo_event import demo_seats
from tests.crash.ledger import Ledger
from tests.crash.mail_sink import MailSink, TakenMail, mail_sink
from tests.crash.promises import (
    check_mails,
    check_nothing_is_stuck,
    check_postgres,
    check_promises,
    check_sqlite,
    wrong_mails,
)
from tests.crash.rush import Rush, Stock, kill_in_rush
from tests.services.box_office import BoxOffice, box_office

pytestmark = pytest.mark.crash
TTL_SECONDS = 15
EXTENSION_SECONDS = 5
FIRST_HOLD_P99_SECONDS = 2.0
RUN_LIMIT_SECONDS = 1_500.0


@pytest.mark.weight(4)
def test_killed_in_a_rush_it_keeps_every_promise(tmp_path: Path, time_budget: TimeBudget) -> None:
    event_count = time_budget.size(quick=2, long=4)
    seat_count = time_budget.size(quick=2_000, long=12_500)
    kill_count = time_budget.size(quick=5, long=100)
    least_orders = time_budget.size(quick=120, long=10_000)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with mail_sink(tmp_path) as sink, _box_office(tmp_path, sink) as office:
            seats = {
                slug: demo_seats(office, slug, seat_count)
                for slug in (f"rush-{number}" for number in range(event_count))
            }
            ledger = asyncio.run(_rush(office, sink, seats, seed, kill_count, least_orders))
            check_sqlite(_database(office), ledger)
        _expect_kept(ledger, kill_count, least_orders)


@pytest.mark.long
@pytest.mark.weight(1)
def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str, time_budget: TimeBudget) -> None:
    kill_count = time_budget.size(quick=2, long=15)
    least_orders = time_budget.size(quick=50, long=1_000)
    for seed in time_budget.rounds(at_least=1, at_most=1):
        with mail_sink(tmp_path) as sink, _box_office(tmp_path, sink, postgres_url) as office:
            seat_count = time_budget.size(quick=1_000, long=6_000)
            seats = {"rush-pg": demo_seats(office, "rush-pg", seat_count)}
            ledger = asyncio.run(_rush(office, sink, seats, seed, kill_count, least_orders))
            check_postgres(postgres_url, ledger)
        _expect_kept(ledger, kill_count, least_orders)


def test_a_mail_that_came_twice_is_noticed_unless_a_kill_explains_it() -> None:
    mails = [TakenMail(at, "<order-1@house>", ("bo@example.org",), "") for at in (1.0, 9.0)]

    assert wrong_mails(mails, {"bo@example.org"}, kills_at=[]) != []
    assert wrong_mails(mails, {"bo@example.org"}, kills_at=[7.0]) != []
    assert wrong_mails(mails, {"bo@example.org"}, kills_at=[1.2]) == []


def test_two_different_mails_for_one_order_are_noticed() -> None:
    mails = [
        TakenMail(1.0, "<order-1@house>", ("bo@example.org",), ""),
        TakenMail(9.0, "<order-2@house>", ("bo@example.org",), ""),
    ]

    assert wrong_mails(mails, {"bo@example.org"}, kills_at=[1.2]) != []


def test_a_missing_mail_is_noticed() -> None:
    assert wrong_mails([], {"bo@example.org"}, kills_at=[]) != []


async def _rush(
    office: BoxOffice,
    sink: MailSink,
    seats: dict[str, list[str]],
    seed: int,
    kill_count: int,
    least_orders: int,
) -> Ledger:
    address = Address("127.0.0.1", urlsplit(office.url).port or 0)
    ledger = Ledger(TTL_SECONDS)
    stocks = [Stock(event, list(all_seats)) for event, all_seats in seats.items()]
    rush = Rush(address, ledger, stocks, seed, extension_seconds=EXTENSION_SECONDS)
    rush.begin()
    try:
        await kill_in_rush(office, rush, kill_count, least_orders, RUN_LIMIT_SECONDS)
    finally:
        await rush.end()
    await check_promises(address, ledger, list(seats))
    await check_mails(sink, ledger)
    await check_nothing_is_stuck(address, ledger, stocks, dict(seats))
    print(ledger.report())
    return ledger


def _expect_kept(ledger: Ledger, kill_count: int, least_orders: int) -> None:
    assert not ledger.broken, ledger.report()
    assert len(ledger.kills_at) == kill_count
    assert len(ledger.orders) >= least_orders, ledger.report()
    times = sorted(ledger.first_hold_seconds)
    allowed = len(times) // 100
    assert times[len(times) - 1 - allowed] <= FIRST_HOLD_P99_SECONDS, times


def _box_office(
    folder: Path, sink: MailSink, database_url: str | None = None
) -> AbstractContextManager[BoxOffice]:
    settings = {
        "SMTP_URL": sink.url,
        "FULLHOUSE_HOLD_SECONDS": str(TTL_SECONDS),
        "FULLHOUSE_EXTENSION_SECONDS": str(EXTENSION_SECONDS),
    }
    if database_url is not None:
        settings["DATABASE_URL"] = database_url
    return box_office(folder, settings=settings, is_fresh=True)  # starts are timed


def _database(office: BoxOffice) -> Path:
    return next(iter(sorted(office.data_dir.glob("*.db"))))
