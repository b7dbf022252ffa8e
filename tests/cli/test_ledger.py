"""ledger: sums that people can read, and a proof that fails with words."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.upkeep.ledger import read_ledger
from tests.cli.conftest import Run
from tests.opened import opened, settings_of
from tests.orders.buying import Tour, broken

DAY_MS = 24 * 3600 * 1000
NOON_MS = 1_924_948_800_000  # 2030-12-31 12:00 in London, and in UTC
PROVEN = "To the cent: the ledger equals all orders, payments and refunds."


@pytest.fixture
def sold(run: Run, data_dir: Path) -> Path:
    """A house with one payment of £24.00 on each of three days, of which the second goes back."""
    assert run("demo", "--seats", "20", "--event", "gala").code == 0
    path = data_dir / "fullhouse.db"
    order = (
        "INSERT INTO orders (id, basket_id, status, gateway, name, email, email_key, locale,"
        " currency, total_cents, open_events, is_demo, created_at, ended_at)"
        " VALUES (?, 'b', 'refunded', 'stripe', 'Bo', 'e', 'k', 'en', 'GBP', 2400, 1, 0, ?, ?)"
    )
    payment = (
        "INSERT INTO payments (id, order_id, gateway, reference, state, amount_cents, currency,"
        " settled, captured_at) VALUES (?, ?, 'stripe', ?, 'returned', 2400, 'GBP', 1, ?)"
    )
    refund = (
        "INSERT INTO refunds (id, payment_id, order_id, amount_cents, reason, state, requested_at)"
        " VALUES (?, ?, ?, 2400, 'ill', ?, ?)"
    )
    entry = (
        "INSERT INTO ledger_entries (at, kind, order_id, payment_id, refund_id, gateway, cents,"
        " currency) VALUES (?, ?, ?, ?, ?, 'stripe', ?, 'GBP')"
    )
    with sqlite3.connect(path) as connection:
        for day in range(3):
            at, key = NOON_MS + day * DAY_MS, f"O{day}"
            state = "requested" if day == 1 else "failed"
            connection.execute(order, (key, at, at))
            connection.execute(payment, (f"p{day}", key, f"r{day}", at))
            connection.execute(refund, (f"f{day}", f"p{day}", key, state, at + 1))
            connection.execute(entry, (at, "payment", key, f"p{day}", None, 2400))
            connection.execute(entry, (at + 1, "refund", key, f"p{day}", f"f{day}", -2400))
            if state == "failed":
                row = (at + 2, "refund_failed", key, f"p{day}", f"f{day}", 2400)
                connection.execute(entry, row)
    connection.close()
    return path


def spoil(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    for name in ("ledger_entries_never_change", "ledger_entries_stay"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def card_days(run: Run, *arguments: str) -> list[dict[str, Any]]:
    """The lines of card payments."""
    days = json.loads(run("ledger", "--json", *arguments).out)["days"]
    return [line for line in days if line["gateway"] == "stripe"]


def test_the_table_says_what_came_went_and_stayed(run: Run, sold: Path) -> None:
    ended = run("ledger")

    lines = [re.split(r"  +", line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert lines[0] == ["Day", "Way of paying", "Came", "Went back", "Disputed", "Kept"]
    assert ["2030-12-31", "stripe", "£24.00", "£0.00", "£0.00", "£24.00"] in lines
    assert ["2031-01-01", "stripe", "£24.00", "£24.00", "£0.00", "£0.00"] in lines
    assert ["All", "stripe", "£72.00", "£24.00", "£0.00", "£48.00"] in lines
    assert lines[-1] == ["Days are days in Europe/London."]


def test_as_data_every_movement_has_its_own_sum(run: Run, sold: Path) -> None:
    first, second, _ = card_days(run)

    assert first == {
        "day": "2030-12-31", "gateway": "stripe", "currency": "GBP", "payments_cents": 2400,
        "refunds_cents": 2400, "refunds_failed_cents": 2400, "disputes_cents": 0,
        "disputes_won_cents": 0, "kept_cents": 2400, "entry_count": 3,
    }  # fmt: skip
    assert second["kept_cents"] == 0


@pytest.mark.parametrize(
    ("arguments", "days"),
    [
        (("--from", "2031-01-01"), ["2031-01-01", "2031-01-02"]),
        (("--to", "2031-01-01"), ["2030-12-31", "2031-01-01"]),
        (("--from", "2031-01-01", "--to", "2031-01-01"), ["2031-01-01"]),
        (("--from", "2031-01-03"), []),
    ],
)
def test_both_ends_of_the_days_asked_for_are_included(
    run: Run, sold: Path, arguments: tuple[str, ...], days: list[str]
) -> None:
    assert [line["day"] for line in card_days(run, *arguments)] == days


def test_a_day_begins_at_midnight_where_the_house_is(run: Run, sold: Path) -> None:
    spoil(sold, "UPDATE venues SET time_zone = 'Asia/Kathmandu'")  # 5 h 45 min ahead
    last_ms = NOON_MS + 6 * 3600 * 1000 + 15 * 60 * 1000 - 1
    change = "UPDATE ledger_entries SET at = {} WHERE payment_id = 'p0'"
    with sqlite3.connect(sold) as connection:
        connection.execute(change.format(last_ms))
    connection.close()

    before = [line["day"] for line in card_days(run)]
    with sqlite3.connect(sold) as connection:
        connection.execute(change.format(last_ms + 1))
    connection.close()

    assert before[0] == "2030-12-31"
    assert card_days(run)[0]["day"] == "2031-01-01"


def test_a_sound_ledger_is_proven_to_the_cent(run: Run, sold: Path) -> None:
    ended = run("ledger", "--check")

    assert (ended.code, ended.out.splitlines()[-1]) == (0, PROVEN)
    assert json.loads(run("ledger", "--check", "--json").out)["differences"] == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE ledger_entries SET cents = 2401 WHERE payment_id = 'p0' AND cents > 0",
         "BAD   Payment p0 was 2400 GBP, but the ledger has 2401 GBP."),
        ("DELETE FROM ledger_entries WHERE refund_id = 'f1'",
         "BAD   The ledger keeps 7200 GBP, but payments less refunds and disputes are 4800."),
        ("UPDATE payments SET amount_cents = 2399 WHERE id = 'p1'",
         "BAD   Payment p1 of 2399 must go back; its refunds give 2400."),
    ],
)  # fmt: skip
def test_each_difference_is_told_and_the_exit_code_is_1(
    run: Run, sold: Path, statement: str, words: str
) -> None:
    spoil(sold, statement)

    ended = run("ledger", "--check", "--from", "2040-01-01")

    assert (ended.code, words in ended.out.splitlines()) == (1, True), ended.out
    assert PROVEN not in ended.out
    assert run("ledger").code == 0, "only --check looks at it"


def test_before_the_first_start_there_is_nothing(run: Run, data_dir: Path) -> None:
    ended = run("ledger", "--check")

    assert (ended.code, ended.out.splitlines()[0]) == (0, "No money has moved in these days.")
    assert not (data_dir / "fullhouse.db").exists()


@pytest.mark.parametrize("typed", ["yesterday", "2030-02-30", "31.12.2030"])
def test_what_is_no_day_is_told(run: Run, sold: Path, typed: str) -> None:
    ended = run("ledger", "--from", typed)

    assert (ended.code, ended.err) == (
        1, f"“{typed}” is no day; write it like 2030-12-31.\n",
    )  # fmt: skip


def test_it_reads_beside_an_open_box_office_on_both_databases(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as office:
        tour = Tour(office)
        tour.hold_all()
        tour.order()

        report = read_ledger(settings_of(tmp_path, database_url), proves=True)

        assert [(line.gateway, line.kept) for line in report.totals] == [("demo", tour.total_cents)]
        assert report.differences == ()
        assert broken(office) == []
