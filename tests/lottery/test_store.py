"""Memory and database agree after every batch of random commands, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from app.clock import utc_now
from app.db import Database
from app.inventory.records import Record
from app.lottery.pool import commands as c
from app.lottery.pool.decide import decide
from app.lottery.pool.state import PoolState
from app.models import (
    Lottery,
    LotteryBatch,
    LotteryPlaces,
    LotteryStatus,
    LotteryWin,
    Organizer,
    OutboxRow,
    Venue,
)
from app.pool_store import PoolStore
from app.schema import migrate
from app.stale import StaleMemory
from app.vault import Vault
from tests.lottery.draws import NOON_MS, at, places, rules, terms
from tests.lottery.pool_simulator import Simulation, _contents
from tests.opened import settings_of

BATCHES = 40
BATCH_MOST = 30
LOTTERY = 4


class Stored(Simulation):
    """The simulator, whose every batch is also written by a real store."""

    def batch_written(self, store: PoolStore) -> None:
        """Some commands, one transaction."""
        before = len(self.facts)
        for _ in range(self.chance.randint(1, BATCH_MOST)):
            self.one()
        store.write(self.state, self.facts[before:], [])


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    """A database of the newest shape with one draw in it."""
    settings = settings_of(tmp_path, database_url)
    opened = Database(settings)
    migrate(opened, settings)
    yield opened
    opened.close()


def add_lottery(db: Database, rules: Any) -> None:
    """The row of a draw that has these rules."""
    now = utc_now()
    house = {"slug": "h", "name": "H", "contact_email": "a@example.org", "created_at": now}
    venue = {"organizer_id": 1, "slug": "v", "name": "V", "time_zone": "UTC"}
    limits = ("purchase_limit", "person_limit", "day_limit", "age_limit", "raise_wait_days")
    row = {
        "id": LOTTERY, "organizer_id": 1, "venue_id": 1, "slug": rules.slug, "title": "Roof",
        "currency": rules.currency, "time_zone": "UTC", "status": LotteryStatus.OPEN,
        "rules": {name: getattr(rules, name) for name in limits}, "created_at": now,
    }  # fmt: skip
    with db.write() as connection:
        connection.execute(insert(Organizer), house | {"id": 1, "approved_at": now})
        connection.execute(insert(Venue), venue | {"id": 1})
        connection.execute(insert(Lottery), row)


def picture(state: PoolState) -> dict[str, Any]:
    """Everything that decisions are made from, but for what is only remembered for a while."""
    kept = _contents(state)
    del kept["winners"]  # those of tickets that are just being archived may be there or not
    return kept


def test_what_is_read_back_is_what_memory_knows(db: Database, seed: int) -> None:
    draw = Stored(seed)
    add_lottery(db, draw.state.rules)
    store = PoolStore(LOTTERY, db, Vault(b"a secret"))
    store.take_over()

    for number in range(BATCHES):
        draw.batch_written(store)
        read, known = picture(store.read()), picture(draw.state)
        for name, value in known.items():
            assert read[name] == value, (seed, number, name)
        unknown = set(store.read().winners) - set(draw.state.winners)
        for win in unknown:  # whoever has claimed is known a moment before all are told
            assert win.position in draw.state.batches[win.batch_id].claims, (seed, number)

    assert draw.counts["PayPurchase"] > 0
    with db.read() as connection:
        tickets = connection.scalar(select(func.sum(LotteryBatch.cursor)))
    assert tickets == sum(batch.cursor for batch in draw.state.batches.values())


def opened(db: Database) -> tuple[PoolStore, PoolState]:
    """A draw with one open batch of twenty tickets, written down."""
    add_lottery(db, rules())
    store = PoolStore(LOTTERY, db, Vault(b"a secret"))
    state = store.take_over()
    told(store, state, c.OpenBatch("b1", terms(price_cents=0), "c" * 64, "ada", NOON_MS, places()))
    return store, state


def told(store: PoolStore, state: PoolState, command: Any) -> Any:
    """Decide, apply and write one command, as the loop does."""
    decision = decide(state, command, at())
    facts: tuple[Record, ...] = decision.records
    state.apply(facts)
    store.write(state, facts, [])
    return decision.outcome


def buy(store: PoolStore, state: PoolState, purchase_id: str, count: int) -> None:
    """A free purchase, placed and paid with nothing."""
    place = c.PlacePurchase(purchase_id, "bo", count, 0, False, "2026-11-05", is_of_age=True)
    told(store, state, place)
    told(store, state, c.PayPurchase(purchase_id, f"free-{purchase_id}", 0, NOON_MS))


def test_tickets_that_others_have_sold_meanwhile_are_not_sold_again(db: Database) -> None:
    store, state = opened(db)
    buy(store, state, "p1", 5)
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE lottery_batches SET cursor = 7")

    with pytest.raises(StaleMemory, match="has not sold 5 tickets"):
        buy(store, state, "p2", 3)


def test_where_the_prizes_lie_is_readable_with_the_secret_only(db: Database) -> None:
    opened(db)

    with db.read() as connection:
        sealed = connection.execute(select(LotteryPlaces.sealed)).scalar_one()
    assert places() not in sealed
    with pytest.raises(Exception, match="lottery places"):
        PoolStore(LOTTERY, db, Vault(b"another secret")).take_over()


def test_slices_leave_a_row_for_each_prize(db: Database) -> None:
    store, state = opened(db)
    buy(store, state, "p1", 20)

    told(store, state, c.AllocateSlice("p1", 0, NOON_MS))

    with db.read() as connection:
        wins = connection.execute(select(LotteryWin.position, LotteryWin.tier)).all()
        kinds = set(connection.execute(select(OutboxRow.kind)).scalars())
    assert sorted((row.position, row.tier) for row in wins) == [
        (3, 0), (5, 1), (6, 1), (7, 1), (8, 1), (17, 0),
    ]  # fmt: skip
    assert {"lottery.allocate", "mail.lottery"} <= kinds
