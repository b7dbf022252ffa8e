"""Do seats wait for draws? Holds alone, while a million tickets are opened, while many are bought.

All over HTTP against a server of its own. The three are measured by turns within each round, and
what is compared are the middles of many short rounds: a busy computer is as busy for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import insert, select

from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now
from app.config import read_settings
from app.lottery.pool.terms import INSTANT, Terms, Tier
from app.models import Lottery, LotteryStatus, Venue
from app.prize_draws.opening import open_batch
from app.simulate import percentile
from app.wire import Connection
from loadtests.draw_buyer import DrawBuyer
from loadtests.serving import Server, serving

MILLION: Final = 1_000_000
MANY_COUNT: Final = 10_000
SEED_COUNT: Final = 20  # tickets of the batch whose successor has a million
SEED_SOLD_COUNT: Final = 11
SEAT_COUNT: Final = 2_000
HOLDER_COUNT: Final = 16
HOLDER_PAUSE_SECONDS: Final = 0.05
ALONE_SECONDS: Final = 3.0
BUYING_SECONDS: Final = 3.0  # one purchase after the other
DRAW_PURCHASES_COUNT: Final = 95  # of one draw of a million, then from the next
DRAW_COUNT: Final = 3
LOOK_SECONDS: Final = 0.1
# As the page itself looks: hx-trigger of templates/draws/_purchase.html.
FIRST_LOOK_SECONDS: Final = 0.3
NEXT_LOOK_SECONDS: Final = 1.0
SUCCESSOR_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 1.0  # after one thing, before the next


@dataclass(frozen=True, slots=True)
class Bought:
    """Where a purchase is, and after how many seconds its page counted the first and the last."""

    url: str
    first_seconds: float
    done_seconds: float


@dataclass(frozen=True, slots=True)
class Round:
    """p99 of holds in milliseconds, and how long it all took in seconds."""

    alone_ms: float
    opening_ms: float
    buying_ms: float
    open_seconds: float  # from the sale that makes the successor due to the successor
    bought: tuple[Bought, ...]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Middles over all rounds; `opening` and `buying` are times the usual p99 of holds.

    A busy computer makes single rounds slow, of each kind alike; the middle ones are compared.
    """

    alone_ms: float
    opening: float
    buying: float
    open_seconds: float
    first_seconds: float
    done_seconds: float
    rounds: tuple[Round, ...]


def measure_meanwhile(folder: Path, round_count: int) -> Meanwhile:
    """Measure so many rounds."""
    with serving(folder) as server:
        seats = server.demo("holds", SEAT_COUNT)
        server.stop()
        _add_draws(folder, round_count)
        server.start()
        server.wait_until_healthy()
        rounds = asyncio.run(_measure(server, seats, round_count))
    alone_ms = median(one.alone_ms for one in rounds)
    return Meanwhile(
        alone_ms,
        median(one.opening_ms for one in rounds) / alone_ms,
        median(one.buying_ms for one in rounds) / alone_ms,
        median(one.open_seconds for one in rounds),
        median(bought.first_seconds for one in rounds for bought in one.bought),
        median(bought.done_seconds for one in rounds for bought in one.bought),
        tuple(rounds),
    )


class Holders:
    """People who hold a seat and give it back, on and on; each hold is noted with its time."""

    def __init__(self, server: Server, seats: Sequence[str]) -> None:
        self._server = server
        self._seats = cycle(seats)
        self.purchases = count()
        self._noted: list[tuple[float, float]] = []
        self._is_over = False

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Holders]:
        """Hold seats meanwhile; a hold that fails fails the measurement."""
        tasks = [asyncio.create_task(self._hold_on()) for _ in range(HOLDER_COUNT)]
        try:
            yield self
        finally:
            self._is_over = True
            await asyncio.gather(*tasks)

    def p99_ms(self, since: float) -> float:
        """Of the holds that began after a moment."""
        seconds = sorted(took for began, took in self._noted if began >= since)
        return percentile(seconds, 99) * 1000

    async def _hold_on(self) -> None:
        connection = Connection(self._server.address)
        while not self._is_over:
            ask, key = {"seats": [next(self._seats)]}, secrets.token_hex(16)
            began = time.perf_counter()
            answer = await connection.ask(
                "POST", "/api/v1/events/holds/holds", ask, {"Idempotency-Key": key}
            )
            self._noted.append((began, time.perf_counter() - began))
            assert answer.status == 201, answer
            hold = answer.json()
            basket = {"Basket": hold["basket"]}
            await connection.ask("DELETE", f"/api/v1/holds/{hold['id']}", None, basket)
            await asyncio.sleep(HOLDER_PAUSE_SECONDS)
        connection.close()


async def _measure(server: Server, seats: Sequence[str], round_count: int) -> list[Round]:
    buyer = DrawBuyer(server.address)
    await _bought(buyer, "many-0", MANY_COUNT)  # the first of everything is slower
    async with Holders(server, seats).at_work() as holders:
        await asyncio.sleep(QUIET_SECONDS)
        rounds = [await _round(server, holders, buyer, n) for n in range(round_count)]
    buyer.close()
    return rounds


async def _round(server: Server, holders: Holders, buyer: DrawBuyer, number: int) -> Round:
    began = time.perf_counter()
    await asyncio.sleep(ALONE_SECONDS)
    alone_ms = holders.p99_ms(began)

    began = time.perf_counter()
    await _bought(buyer, f"seed-{number}", SEED_SOLD_COUNT)
    await _successor(server, f"seed-{number}")
    opening_ms, open_seconds = holders.p99_ms(began), time.perf_counter() - began
    await asyncio.sleep(QUIET_SECONDS)

    began, bought = time.perf_counter(), []
    while time.perf_counter() - began < BUYING_SECONDS:
        draw = next(holders.purchases) // DRAW_PURCHASES_COUNT
        bought.append(await _bought(buyer, f"many-{draw}", MANY_COUNT))
    buying_ms = holders.p99_ms(began)
    for one in bought:
        got = len(set(await buyer.tickets(one.url)))
        assert got == MANY_COUNT, f"{got} tickets instead of {MANY_COUNT}"
    await asyncio.sleep(QUIET_SECONDS)
    return Round(alone_ms, opening_ms, buying_ms, open_seconds, tuple(bought))


async def _bought(buyer: DrawBuyer, slug: str, ticket_count: int) -> Bought:
    """Buy and follow the progress page to its end, looking as often as the page does."""
    form = await buyer.fill_in(slug, ticket_count, f"{secrets.token_hex(6)}@example.org")
    began, first = time.perf_counter(), 0.0
    url = await buyer.send(slug, form)
    await asyncio.sleep(FIRST_LOOK_SECONDS)
    while True:
        progress = await buyer.look(url)
        seconds = time.perf_counter() - began
        if not first and (progress.done or progress.is_over):
            first = seconds
        if progress.is_over:
            return Bought(url, first, seconds)
        await asyncio.sleep(NEXT_LOOK_SECONDS)


async def _successor(server: Server, slug: str) -> None:
    """Wait until the next batch is open."""
    path = Path(server.environment["FULLHOUSE_DATA_DIR"]) / "fullhouse.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        async with asyncio.timeout(SUCCESSOR_SECONDS):
            query = "SELECT 1 FROM lottery_batches WHERE id = ?"
            while database.execute(query, (f"{slug}-2",)).fetchone() is None:
                await asyncio.sleep(LOOK_SECONDS)


def _add_draws(folder: Path, round_count: int) -> None:
    """One draw of a million tickets to buy, and for each round one whose successor has as many."""
    office = open_box_office(read_settings({"FULLHOUSE_DATA_DIR": str(folder / "data")}))
    try:
        with office.db.read() as connection:
            organizer_id, venue_id = connection.execute(
                select(Venue.organizer_id, Venue.id).limit(1)
            ).one()
        for slug, terms in _draws(round_count):
            _add_draw(office, {"organizer_id": organizer_id, "venue_id": venue_id}, slug, terms)
    finally:
        office.close()


def _draws(round_count: int) -> Iterator[tuple[str, Terms]]:
    tiers = (Tier("lamp", "Lamp", 1_000), Tier("tea", "Tea", 49_000))
    for number in range(DRAW_COUNT):
        yield f"many-{number}", Terms(MILLION, tiers, INSTANT, 0, 0, 0)
    for number in range(round_count):
        few = (Tier("tea", "Tea", 1),)
        yield f"seed-{number}", Terms(SEED_COUNT, few, INSTANT, 0, SEED_COUNT // 2, MILLION)


def _add_draw(office: BoxOffice, of: dict[str, Any], slug: str, terms: Terms) -> None:
    row = {
        "slug": slug, "title": "Bench", "currency": "GBP", "time_zone": "UTC",
        "status": LotteryStatus.OPEN, "public": {"how": "none"}, "created_at": utc_now(),
        "rules": {"person_limit": MILLION, "day_limit": MILLION},
    }  # fmt: skip
    with office.db.write() as connection:
        made = insert(Lottery).returning(Lottery.id)
        lottery_id = int(connection.execute(made, row | of).scalar_one())
    office.draws.refresh()
    open_batch(office, lottery_id, 1, terms, "bench")
