"""A sound house breaks no rule; every way to spoil it is told in words, on both databases."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert, text

from app.clock import utc_now
from app.invariants import check
from app.invariants.money import money_of
from app.models import (
    Allocation,
    Area,
    AreaBlock,
    Event,
    HoldRow,
    LedgerEntry,
    Order,
    OrderLine,
    Organizer,
    Payment,
    Receipt,
    Refund,
    SeatingPlan,
    Table,
    Ticket,
    Venue,
)

NOW = utc_now()
PLAN = {
    "name": "Small",
    "size": {"width": 400, "height": 100},
    "categories": [{"name": "Stalls"}],
    "zones": [
        {
            "name": "Stalls",
            "position": {"x": 0, "y": 0},
            "rows": [
                {
                    "row_number": "A",
                    "seats": [
                        {
                            "seat_guid": f"A{n}",
                            "seat_number": str(n),
                            "position": {"x": 30 * n, "y": 50},
                            "category": "Stalls",
                        }
                        for n in range(1, 9)
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture
def house(database_url: str) -> Iterator[Connection]:
    """An event with one hold, one paid order of a seat and an area, one late payment given back.

    Foreign keys are not watched, so that a test can break what the database itself would refuse.
    """
    engine = _engine(database_url)
    Table.metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in _sound_rows():
            connection.execute(insert(table), rows)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
    return engine


def _sound_rows() -> list[tuple[Any, list[dict[str, Any]]]]:
    source = zlib.compress(json.dumps(PLAN).encode())
    seat = {"event_id": 1, "hold_id": None, "ticket_id": None, "ticket_type": None, "reason": None}
    hold: dict[str, Any] = {
        "event_id": 1,
        "first_ms": 1,
        "expires_ms": 2,
        "order_id": None,
        "areas": [],
    }
    order = {
        "basket_id": "b", "gateway": "demo", "name": "Bo", "email": "bo@example.org",
        "email_key": "k", "currency": "GBP", "created_at": NOW, "paid_at": NOW,
    }  # fmt: skip
    line = {"order_id": "PAID", "event_id": 1, "ticket_type": "adult", "category": "stalls"}
    ticket = {
        "order_id": "PAID", "event_id": 1, "ticket_type": "adult", "key_id": 0,
        "state": "issued", "issued_at": NOW, "seat_id": None, "area": None,
    }  # fmt: skip
    payment = {"gateway": "demo", "currency": "GBP", "settled": True, "captured_at": NOW}
    paper = {
        "order_id": "PAID", "payment_id": "p1", "venue_id": 1, "is_demo": False, "year": 2026,
        "issued_at": NOW, "currency": "GBP", "seller": {}, "lines": [], "taxes": [],
    }  # fmt: skip
    entry = {"at": NOW, "gateway": "demo", "currency": "GBP", "refund_id": None}
    return [
        (Organizer, [{"id": 1, "slug": "h", "name": "H", "contact_email": "e", "created_at": NOW}]),
        (Venue, [{"id": 1, "organizer_id": 1, "slug": "v", "name": "V", "time_zone": "UTC"}]),
        (
            SeatingPlan,
            [{"id": 1, "organizer_id": 1, "name": "Small", "digest": "d", "source": source,
              "seat_count": 8, "created_at": NOW}],
        ),
        (
            Event,
            [{"id": 1, "organizer_id": 1, "venue_id": 1, "plan_id": 1, "slug": "gala",
              "title": "Gala", "starts_at": NOW, "time_zone": "UTC", "created_at": NOW}],
        ),
        (Area, [{"event_id": 1, "key": "floor", "name": "Floor", "category": "stalls",
                 "capacity": 10, "taken": 6}]),
        (AreaBlock, [{"event_id": 1, "area": "floor", "reason": "camera", "count": 3}]),
        (
            HoldRow,
            [hold | {"id": "h1", "basket_id": "b1", "state": "live",
                     "areas": [["floor", "adult", 2]]},
             hold | {"id": "h2", "basket_id": "b2", "state": "sold"}],
        ),
        (
            Order,
            [order | {"id": "PAID", "status": "paid", "total_cents": 3000, "open_events": 0},
             order | {"id": "LATE", "status": "refunded", "total_cents": 1000, "open_events": 1}],
        ),
        (
            OrderLine,
            [line | {"id": "PAID-1-1", "seat_id": "A2", "area": None, "price_cents": 2000},
             line | {"id": "PAID-1-2", "seat_id": None, "area": "floor", "price_cents": 1000}],
        ),
        (
            Payment,
            [payment | {"id": "p1", "order_id": "PAID", "reference": "r1", "state": "captured",
                        "amount_cents": 3000},
             payment | {"id": "p2", "order_id": "LATE", "reference": "r2", "state": "returned",
                        "amount_cents": 1000}],
        ),
        (Refund, [{"id": "f1", "payment_id": "p2", "order_id": "LATE", "amount_cents": 1000,
                   "reason": "late", "state": "requested", "requested_at": NOW}]),
        (
            LedgerEntry,
            [entry | {"kind": "payment", "order_id": "PAID", "payment_id": "p1", "cents": 3000},
             entry | {"kind": "payment", "order_id": "LATE", "payment_id": "p2", "cents": 1000},
             entry | {"kind": "refund", "order_id": "LATE", "payment_id": "p2",
                      "refund_id": "f1", "cents": -1000}],
        ),
        (
            Receipt,
            [paper | {"kind": "receipt", "refund_id": None, "serial": 1, "total_cents": 3000},
             paper | {"kind": "credit_note", "refund_id": "f1", "serial": 2,
                      "total_cents": -1000}],
        ),
        (
            Ticket,
            [ticket | {"id": "t1", "line_id": "PAID-1-1", "seat_id": "A2", "serial": 1,
                       "staff_code": "S1"},
             ticket | {"id": "t2", "line_id": "PAID-1-2", "area": "floor", "serial": 2,
                       "staff_code": "S2"}],
        ),
        (
            Allocation,
            [seat | {"seat_id": "A1", "state": "held", "hold_id": "h1", "ticket_type": "adult"},
             seat | {"seat_id": "A2", "state": "sold", "ticket_id": "t1"},
             seat | {"seat_id": "A3", "state": "blocked", "reason": "camera"}],
        ),
    ]  # fmt: skip


def test_a_sound_house_breaks_no_rule(house: Connection) -> None:
    assert check(house) == []


def test_all_money_is_somewhere(house: Connection) -> None:
    (money,) = money_of(house)

    assert (money.captured, money.live, money.refunded, money.due) == (4000, 3000, 1000, 0)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("UPDATE allocations SET hold_id = 'h2' WHERE seat_id = 'A1'", "A1 of event 1 is held by"),
        ("UPDATE allocations SET hold_id = 'no' WHERE seat_id = 'A1'", "no running hold"),
        ("UPDATE allocations SET seat_id = 'A4' WHERE seat_id = 'A2'", "A4 of event 1 is sold to"),
        ("UPDATE tickets SET state = 'void' WHERE id = 't1'", "no live ticket for that seat"),
        ("DELETE FROM allocations WHERE seat_id = 'A2'", "t1 is for seat A2 of event 1 but has it"),
        ("UPDATE allocations SET reason = ' ' WHERE seat_id = 'A3'", "blocked for no reason"),
        ("UPDATE allocations SET seat_id = 'Z9' WHERE seat_id = 'A3'", "Z9 of event 1 is taken"),
        ("UPDATE areas SET taken = 5", "floor of event 1 counts 5 taken places, but 6"),
        ("UPDATE areas SET capacity = 6, taken = 6, key = 'x'", "6 places belong to area floor"),
        ("UPDATE area_blocks SET count = 8", "has 10 places and 11 owners"),
        ("UPDATE holds SET state = 'live', basket_id = 'b1'", "Basket b1 has 2 holds"),
        ("UPDATE holds SET state = 'live' WHERE id = 'h2'", "h2 is live and holds nothing"),
        ("UPDATE holds SET state = 'paying' WHERE id = 'h1'", "h1 is paying with the order None"),
        (
            "UPDATE holds SET state = 'paying', order_id = 'PAID' WHERE id = 'h1'",
            "frozen for order PAID, which is paid",
        ),
        ("UPDATE orders SET open_events = 1 WHERE id = 'PAID'", "PAID is paid with 1 open events"),
        ("UPDATE orders SET open_events = 1 WHERE id = 'PAID'", "but 1 of 1 are sold"),
        ("UPDATE orders SET total_cents = 9 WHERE id = 'PAID'", "costs 9 in all, but its lines"),
        ("UPDATE orders SET total_cents = 9 WHERE id = 'PAID'", "costs 9 GBP, but 3000 GBP was"),
        ("DELETE FROM tickets WHERE id = 't2'", "Line PAID-1-2 is paid but has no ticket"),
        ("UPDATE tickets SET seat_id = 'A5' WHERE id = 't1'", "t1 is not for what line PAID-1-1"),
        ("UPDATE orders SET status = 'expired' WHERE id = 'PAID'", "t1 is live, but its order"),
        ("UPDATE payments SET state = 'returned' WHERE id = 'p1'", "but nothing was captured"),
        ("UPDATE payments SET currency = 'EUR' WHERE id = 'p1'", "but 3000 EUR was captured"),
        ("UPDATE refunds SET amount_cents = 1001", "Payment p2 was 1000, but 1001 go back"),
        ("UPDATE refunds SET payment_id = 'p1'", "was paid 3000, has live tickets for 3000, and"),
        ("UPDATE refunds SET payment_id = 'p1'", "gives back payment p1 of another order"),
        ("DELETE FROM refunds", "Payment p2 of 1000 must go back; its refunds give 0"),
        ("UPDATE refunds SET amount_cents = 999", "must go back; its refunds give 999"),
        (
            "UPDATE payments SET state = 'captured' WHERE id = 'p2'; DELETE FROM refunds",
            "p2 is settled, but its order LATE is refunded and nothing goes back",
        ),
        ("DELETE FROM ledger_entries WHERE payment_id = 'p1'", "p1 was 3000 GBP, but the ledger"),
        ("DELETE FROM ledger_entries WHERE payment_id = 'p1'", "has no entry of it"),
        ("UPDATE ledger_entries SET cents = 2999 WHERE payment_id = 'p1'", "ledger has 2999 GBP"),
        ("UPDATE ledger_entries SET currency = 'EUR' WHERE cents = 3000", "ledger has 3000 EUR"),
        ("UPDATE ledger_entries SET gateway = 'x' WHERE cents = 3000", "Payment p1 was 3000 GBP"),
        ("UPDATE ledger_entries SET order_id = 'LATE'", "Payment p1 was 3000 GBP, but the ledger"),
        ("DELETE FROM ledger_entries WHERE cents < 0", "Refund f1 takes 1000 GBP, but the ledger"),
        ("UPDATE ledger_entries SET cents = -999 WHERE cents < 0", "the ledger has -999 GBP"),
        (
            "UPDATE ledger_entries SET payment_id = 'p1' WHERE cents < 0",
            "Refund f1 takes 1000 GBP, but the ledger has -1000",
        ),
        ("UPDATE refunds SET state = 'failed'", "f1 of 1000 GBP failed, but the ledger has no"),
        (
            "UPDATE ledger_entries SET kind = 'refund_failed', cents = 9 WHERE cents < 0;"
            " UPDATE refunds SET state = 'failed'",
            "f1 of 1000 GBP failed, but the ledger has 9 GBP",
        ),
        (
            "UPDATE ledger_entries SET kind = 'refund_failed', cents = 1000 WHERE cents < 0",
            "f1 has not failed, but the ledger has 1000 GBP back",
        ),
        ("UPDATE ledger_entries SET payment_id = 'p9' WHERE cents = 3000", "that is not there"),
        ("UPDATE ledger_entries SET refund_id = 'f9' WHERE cents < 0", "(refund, -1000 GBP) is of"),
        ("UPDATE ledger_entries SET order_id = 'GONE' WHERE cents = 3000", "(payment, 3000 GBP)"),
        ("UPDATE payments SET amount_cents = 1001 WHERE id = 'p2'", "The ledger keeps 3000 GBP"),
        ("UPDATE refunds SET amount_cents = 1", "but payments less refunds and disputes are 3999"),
        ("UPDATE receipts SET serial = 3 WHERE serial = 2", "2 receipts of 2026, but the last is"),
        ("UPDATE receipts SET total_cents = 9 WHERE serial = 1", "order PAID says 9 GBP, but"),
        ("UPDATE receipts SET is_demo = 1", "order PAID says 3000 GBP, but"),
        ("UPDATE receipts SET total_cents = -9 WHERE serial = 2", "says -9, but refund f1 is 1000"),
        ("UPDATE receipts SET refund_id = 'f9' WHERE serial = 2", "but refund f9 is None"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_in_words(house: Connection, spoil: str, words: str) -> None:
    if house.dialect.name == "postgresql":
        house.execute(text("SET session_replication_role = replica"))  # no keys, no triggers
    else:
        for trigger in ("ledger_entries_never_change", "ledger_entries_stay"):
            house.execute(text(f"DROP TRIGGER {trigger}"))
    for statement in spoil.split(";"):
        house.execute(text(statement))

    assert any(words in broken for broken in check(house)), check(house)


def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "fullhouse.db"
    engine = _engine(f"sqlite:///{path}")
    Table.metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in _sound_rows():
            connection.execute(insert(table), rows)
        connection.execute(text("PRAGMA writable_schema=ON"))
        connection.execute(
            text("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'ix_orders_email'")
        )
    engine.dispose()

    with _engine(f"sqlite:///{path}").connect() as connection:
        assert any("database file is damaged" in broken for broken in check(connection))


def test_a_reference_to_nothing_is_noticed(tmp_path: Path) -> None:
    engine = _engine(f"sqlite:///{tmp_path / 'fullhouse.db'}")
    Table.metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in _sound_rows():
            connection.execute(insert(table), rows)
        connection.execute(text("DELETE FROM organizers"))

    with engine.connect() as connection:
        assert any("a row of organizers that does not exist" in b for b in check(connection))
    engine.dispose()


def test_many_broken_ones_of_a_kind_are_counted(house: Connection) -> None:
    house.execute(
        insert(HoldRow),
        [
            {"id": f"x{n}", "event_id": 1, "basket_id": f"x{n}", "state": "live", "first_ms": 1,
             "expires_ms": 2, "areas": []}
            for n in range(60)
        ],
    )  # fmt: skip

    assert check(house)[-1] == "... and 10 more of the same kind."
