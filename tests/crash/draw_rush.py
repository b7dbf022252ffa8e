"""Fifty buyers at once over the end of a batch whose successor many ask for, over HTTP."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select

from app.box_office import BoxOffice as OpenOffice
from app.box_office import open_box_office
from app.config import read_settings
from app.control import AnswerLost, NoServer, ToldRefusal, ask_server
from app.invariants import check
from app.lottery.pool.terms import INSTANT, THING, Terms, Tier
from app.models import DrawOrder, LotteryBatch, LotteryPart, LotteryPurchase, LotteryWin, Order
from app.wire import Address, AnswerLostError
from loadtests.draw_buyer import FEWER, NOTHING, DrawBuyer, Got, NotBought
from tests.lottery.house_draws import add_draw
from tests.services.box_office import BoxOffice

T = TypeVar("T")

BUYER_COUNT = 50
RESEED_COUNT = 5
SIZE = 20_000
THRESHOLD = 6_000
SUCCESSOR_SIZE = 60_000  # large enough to be made in a process of its own
MOST_COUNT = 1_000  # tickets in a purchase: together more than one batch, less than two
LATEST_SECONDS = 0.8  # the last of the crowd comes so much after the first
PAUSE_SECONDS = 0.05
LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 150.0
REFUSED = (409, 410, 422)
TERMS = Terms(
    SIZE,
    (Tier("lamp", "Brass lamp", SIZE // 1000, THING), Tier("tea", "Tea", SIZE // 10, THING)),
    INSTANT, 0, THRESHOLD, SUCCESSOR_SIZE,
)  # fmt: skip


@dataclass
class Bought:
    """What one buyer asked for and was told; no `url` for somebody who was refused."""

    count: int
    short: str
    email: str
    url: str = ""
    got: list[Got] = field(default_factory=list)


@dataclass
class Wave:
    """One draw, and everybody who came to its first batch's end."""

    slug: str
    lottery_id: int
    bought: list[Bought] = field(default_factory=list)
    successors: list[str] = field(default_factory=list)  # as each that asked was told


def open_waves(office: BoxOffice, count: int) -> list[Wave]:
    """Add so many draws to a house that is closed for the moment."""
    assert office.stop() == 0
    with_actors = open_box_office(read_settings(office.settings))
    try:
        limits: dict[str, Any] = {"person_limit": SIZE, "day_limit": SIZE}
        waves = [
            Wave(slug, add_draw(with_actors, TERMS, slug, basis=None, **limits))
            for slug in (f"wave-{number}" for number in range(count))
        ]
    finally:
        with_actors.close()
    office.start()
    return waves


async def rush(
    office: BoxOffice, wave: Wave, dice: random.Random, trouble: Callable[[], Awaitable[None]]
) -> None:
    """Let everybody come while trouble is made, and wait until each has what they get."""
    address = Address("127.0.0.1", office.port)
    asking = [asyncio.to_thread(_reseed, office.data_dir, wave) for _ in range(RESEED_COUNT)]
    for number in range(BUYER_COUNT):
        short = dice.choice((FEWER, NOTHING))
        email = f"bo-{wave.slug}-{number}@example.org"
        wave.bought.append(Bought(dice.randint(1, MOST_COUNT), short, email))
    buying = [
        _buy(address, wave.slug, bought, dice.uniform(0, LATEST_SECONDS)) for bought in wave.bought
    ]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(trouble(), *buying, *asking)
        missing = SIZE - sum(len(one.got) for one in wave.bought)
        last = Bought(max(0, missing) + 100, NOTHING, f"last-{wave.slug}@example.org")
        wave.bought.append(last)
        await _buy(address, wave.slug, last, 0)
    assert len(last.got) == last.count, "over the end into a batch that is open"


def check_waves(office: BoxOffice, waves: list[Wave]) -> None:
    """Close the house, and compare what everybody was told with what is kept."""
    assert office.stop() == 0, office.log_text()[-2_000:]
    opened = open_box_office(read_settings(office.settings))
    try:
        for wave in waves:
            _check_successor(opened, wave)
            _check_purchases(opened, wave)
            _check_prizes(opened, wave)
        with opened.db.read_moment() as connection:
            assert check(connection) == []
    finally:
        opened.close()


def _check_successor(office: OpenOffice, wave: Wave) -> None:
    query = (
        select(LotteryBatch.id, LotteryBatch.successor, LotteryBatch.cursor, LotteryBatch.size)
        .where(LotteryBatch.lottery_id == wave.lottery_id)
        .order_by(LotteryBatch.number)
    )
    with office.db.read() as connection:
        first, second = connection.execute(query).all()
    assert (first.successor, second.successor) == (second.id, None), "one successor"
    assert set(wave.successors) == {second.id}
    assert len(wave.successors) == RESEED_COUNT
    assert first.cursor == first.size == SIZE, "nobody got a later ticket before the last"
    assert second.size == SUCCESSOR_SIZE


def _check_purchases(office: OpenOffice, wave: Wave) -> None:
    told = Counter((got.batch, got.position) for one in wave.bought for got in one.got)
    assert set(told.values()) == {1}, "each ticket was told to one buyer"
    parts = select(LotteryPart.first, LotteryPart.count, LotteryBatch.number).join(
        LotteryBatch, LotteryBatch.id == LotteryPart.batch_id
    )
    with office.db.read() as connection:
        kept = connection.execute(parts.where(LotteryBatch.lottery_id == wave.lottery_id)).all()
        orders = {
            row.email: row
            for row in connection.execute(
                select(Order.email, Order.id, Order.status, DrawOrder.taken, LotteryPurchase.drawn)
                .join(DrawOrder, DrawOrder.order_id == Order.id)
                .join(LotteryPurchase, LotteryPurchase.id == Order.id)
                .where(DrawOrder.lottery_id == wave.lottery_id, Order.status != "cancelled")
            )
        }
        purchases = connection.scalar(
            select(func.count()).where(
                LotteryPurchase.lottery_id == wave.lottery_id, LotteryPurchase.drawn > 0
            )
        )
    sold = {(number, at) for first, many, number in kept for at in range(first, first + many)}
    assert set(told) == sold, "everything sold was told to somebody"
    buyers = [one for one in wave.bought if one.url]
    assert set(orders) == {one.email for one in buyers}, "whoever was refused has no order"
    assert purchases == sum(1 for one in buyers if one.got)
    for one in buyers:
        order = orders[one.email]
        assert one.url.startswith(f"/d/{order.id}/")
        assert order.taken == order.drawn == len(one.got)
        assert order.status == ("paid" if one.got else "refunded")
        if len(one.got) != one.count:
            assert one.short == FEWER or not one.got, "all or nothing"
            assert not one.got or (one.got[-1].batch, one.got[-1].position) == (1, SIZE), (
                "less only where a batch ended"
            )


def _check_prizes(office: OpenOffice, wave: Wave) -> None:
    """What was told and kept as won is what lies at the sold places, and all of the first table."""
    state = office.pool_of(wave.lottery_id).actor.state
    assert state is not None
    names = [tier.name for tier in TERMS.tiers]
    told = {(g.batch, g.position, g.prize) for one in wave.bought for g in one.got if g.prize}
    assert all(got.state != "not drawn yet" for one in wave.bought for got in one.got)
    with office.db.read() as connection:
        rows = connection.execute(
            select(LotteryBatch.number, LotteryWin.position, LotteryWin.tier)
            .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
            .where(LotteryBatch.lottery_id == wave.lottery_id)
        ).all()
    lying = {
        (batch.number, at, names[place - 1])
        for batch in state.batches.values()
        for at, place in enumerate(batch.places[: batch.cursor], start=1)
        if place
    }
    assert {(number, at, names[tier]) for number, at, tier in rows} == told == lying
    of_first = Counter(name for number, _at, name in told if number == 1)
    assert of_first == {tier.name: tier.count for tier in TERMS.tiers}


async def _buy(address: Address, slug: str, bought: Bought, after_seconds: float) -> None:
    await asyncio.sleep(after_seconds)
    buyer = DrawBuyer(address)
    try:
        form = await _sure(lambda: buyer.fill_in(slug, bought.count, bought.email, bought.short))
        bought.url = await _sure(lambda: buyer.send(slug, form))
        while not (await _sure(lambda: buyer.look(bought.url))).is_over:
            await asyncio.sleep(LOOK_SECONDS)
        bought.got = await _sure(lambda: buyer.tickets(bought.url))
        again = await _sure(lambda: buyer.send(slug, form))
        assert again == bought.url, "pressed twice, bought once"
    except NotBought as refusal:
        if refusal.status not in REFUSED or bought.url:
            raise
    finally:
        buyer.close()


async def _sure(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the answer is definite: not lost, and not that somebody is busy."""
    while True:
        try:
            return await ask()
        except AnswerLostError:
            pass
        except NotBought as answer:
            if answer.status != 503:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


def _reseed(data_dir: Path, wave: Wave) -> None:
    """Ask for the successor until there is one, as a job does that is tried again."""
    words = {"lottery": wave.lottery_id, "batch": f"{wave.slug}-1"}
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            wave.successors.append(str(ask_server(data_dir, "lottery.reseed", words)["batch"]))
        except (NoServer, AnswerLost, ToldRefusal):
            time.sleep(PAUSE_SECONDS)
        else:
            return
