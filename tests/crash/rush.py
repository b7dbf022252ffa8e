"""A rush of buyers on a few events, with the server killed at random moments."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.wire import Address
from tests.crash.buyer import Buyer, Told
from tests.crash.history import Kind
from tests.crash.ledger import Ledger, PromisedHold, lasting
from tests.crash.pace import waited_seconds
from tests.services.box_office import BoxOffice

HOT_SHARE = 0.20
HOT_SEAT_COUNT = 30
MOST_SEATS_COUNT = 4
SEE_TAKEN_PAUSE_SECONDS = 0.002
LIFE_SECONDS = (0.3, 1.2)
ENOUGH_SHARE = 1.5  # of the orders that there must be by then
PROBE_SEAT_COUNT = 200
PROBE_PAUSE_SECONDS = 0.01
FIRST_HOLD_LIMIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What a client does with a hold, as shares of all; who does nothing else pays."""

    abandon: float = 0.30
    release: float = 0.10
    extend: float = 0.05  # before anything else
    recheck: float = 0.05  # after each visit
    pause_seconds: float = 0.0  # after each visit


@dataclass
class Stock:
    """The seats of one event that nobody has been told are sold, as the crowd believes."""

    event: str
    seats: list[str]
    probes: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.probes = [self.seats.pop() for _ in range(min(PROBE_SEAT_COUNT, len(self.seats) // 4))]
        self._places = {seat: place for place, seat in enumerate(self.seats)}

    def choose(self, dice: random.Random) -> list[str]:
        """Choose one to four seats; some of the crowd all want the same few (Zipf)."""
        count = dice.randint(1, MOST_SEATS_COUNT)
        if dice.random() < HOT_SHARE:
            hot = self.seats[:HOT_SEAT_COUNT]
            weights = [1 / (rank + 1) for rank in range(len(hot))]
            return sorted(set(dice.choices(hot, weights, k=count))) if hot else []
        return dice.sample(self.seats, min(count, len(self.seats)))

    def sold(self, seat: str) -> None:
        """Strike a sold seat off."""
        place = self._places.pop(seat, None)
        if place is None:
            return
        last = self.seats.pop()
        if last != seat:
            self.seats[place] = last
            self._places[last] = place


@dataclass
class Rush:
    """The crowd, its events and what it was promised."""

    address: Address
    ledger: Ledger
    stocks: Sequence[Stock]
    seed: int
    client_count: int = 32
    extension_seconds: int = 5
    habits: Habits = Habits()
    enough_orders: float = math.inf  # then places are given back instead: each has a letter to send
    is_over: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        """Let every client start shopping."""
        for number in range(self.client_count):
            client = _Client(self, number)
            self._tasks.append(asyncio.create_task(client.run()))

    @property
    def has_enough(self) -> bool:
        """Whether there are as many orders as are wanted by now."""
        return len(self.ledger.orders) >= self.enough_orders

    async def end(self) -> None:
        """Let every client finish what it has begun; a client that failed fails the run."""
        self.is_over = True
        await asyncio.gather(*self._tasks)


async def kill_in_rush(
    office: BoxOffice, rush: Rush, kill_count: int, least_orders: int, limit_seconds: float
) -> None:
    """Kill and restart the server so many times, living longer where orders are still missing."""
    dice = random.Random(rush.seed)
    ledger, until = rush.ledger, time.monotonic() + limit_seconds
    for done in range(kill_count):
        if time.monotonic() > until:
            ledger.note_broken(f"only {done} of {kill_count} kills within {limit_seconds:.0f} s")
            return
        if least_orders:
            rush.enough_orders = ENOUGH_SHARE * least_orders * (done + 1) / kill_count
        life = dice.uniform(*LIFE_SECONDS)
        await asyncio.sleep(life * _patience(len(ledger.orders), least_orders, done / kill_count))
        await asyncio.to_thread(office.kill)
        ledger.kills_at.append(time.monotonic())
        started_at = time.monotonic()
        await asyncio.to_thread(office.program.start)
        await first_hold(rush, started_at, office.program.pid)
    while len(ledger.orders) < least_orders and time.monotonic() < until:
        await asyncio.sleep(0.2)


async def first_hold(rush: Rush, started_at: float, pid: int) -> None:
    """Try for a hold from the start on and note how long it took until one worked.

    What the server's process waited for a processor that other programs had does not count.
    """
    ledger, stock = rush.ledger, rush.stocks[0]
    seat = stock.probes[len(ledger.first_hold_seconds) % len(stock.probes)]
    buyer = Buyer(rush.address, ledger, "probe")
    while time.monotonic() - started_at < FIRST_HOLD_LIMIT_SECONDS:
        asked_at = time.monotonic()
        told, hold = await buyer.hold(stock.event, [seat])
        if hold is not None:
            seconds = told.returned_at - started_at - waited_seconds(pid)
            ledger.first_hold_seconds.append(seconds)
            ledger.history.restarts_at.append(told.returned_at)
            note_hold(rush, buyer, hold, told)
            note_release(rush, hold, await buyer.release(hold))
            buyer.close()
            return
        ledger.note_broken(f"after {time.monotonic() - asked_at:.2f} s: {told.status} for a probe")
        await asyncio.sleep(PROBE_PAUSE_SECONDS)
    ledger.note_broken(f"no hold within {FIRST_HOLD_LIMIT_SECONDS:.0f} s of a restart")


def note_hold(rush: Rush, buyer: Buyer, hold: PromisedHold, told: Told) -> None:
    """Write a yes into the history: the seats are this basket's for the seconds it was told."""
    seconds = float(told.content["seconds_left"])
    ttl = rush.ledger.ttl_seconds
    rush.ledger.expect(
        told.attempts > 1 or seconds >= ttl - 1,
        f"{buyer.name} was given {seconds} s instead of {ttl} s",
    )
    rush.ledger.history.add_grant(
        Kind.TAKE,
        names(hold.event, hold.seats),
        hold.basket,
        told.invoked_at,
        told.returned_at,
        seconds,
        longest_seconds=ttl + 1,
    )


def note_release(rush: Rush, hold: PromisedHold, told: Told) -> None:
    """Write the end of a hold by its owner into the history."""
    kind = Kind.GIVE if told.status == 204 else Kind.SEE_GONE
    note(rush, kind, hold.event, hold.seats, hold.basket, told)


def note(rush: Rush, kind: Kind, event: str, seats: Sequence[str], basket: str, told: Told) -> None:
    """Write what was told about some seats into the history."""
    rush.ledger.history.add(kind, names(event, seats), basket, told.invoked_at, told.returned_at)


def names(event: str, seats: Sequence[str]) -> list[str]:
    """Return the seats' names in the history, which spans several events."""
    return [f"{event}/{seat}" for seat in seats]


def _patience(order_count: int, least_orders: int, share_done: float) -> float:
    behind = least_orders * share_done - order_count
    return 1.0 if behind <= 0 else min(4.0, 1.0 + 10 * behind / max(1, least_orders))


class _Client:
    """One of the crowd."""

    def __init__(self, rush: Rush, number: int) -> None:
        self.rush, self.ledger, self.habits = rush, rush.ledger, rush.habits
        self.name = f"c{number}"
        self.dice = random.Random(rush.seed * 1_000 + number)
        self.buyer = Buyer(rush.address, rush.ledger, self.name)
        self.visit_count = 0

    async def run(self) -> None:
        while not self.rush.is_over:
            self.visit_count += 1
            await self._visit()
            if self.dice.random() < self.habits.recheck:
                await self._recheck()
            await asyncio.sleep(self.habits.pause_seconds)
        self.buyer.close()

    async def _visit(self) -> None:
        stock = self.dice.choice(self.rush.stocks)
        seats = stock.choose(self.dice)
        if not seats:
            await asyncio.sleep(SEE_TAKEN_PAUSE_SECONDS)
            return
        told, hold = await self.buyer.hold(stock.event, seats)
        if hold is None:
            self._refused(stock, seats, told)
            return
        note_hold(self.rush, self.buyer, hold, told)
        await self._go_on(stock, hold)

    def _refused(self, stock: Stock, seats: list[str], told: Told) -> None:
        taken = [str(seat) for seat in told.content.get("seats", [])]
        fine = told.status == 409 and told.code == "places_taken"
        self.ledger.expect(
            fine and bool(taken) and set(taken) <= set(seats),
            f"{self.name} asked for {seats} and was told {told.status} {told.content}",
        )
        note(self.rush, Kind.SEE_TAKEN, stock.event, taken, f"{self.name}-{self.visit_count}", told)

    async def _go_on(self, stock: Stock, hold: PromisedHold) -> None:
        if self.dice.random() < self.habits.extend:
            await self._extend(hold)
        draw = self.dice.random()
        if draw < self.habits.abandon:
            self.ledger.left_alone.append(hold)
        elif draw < self.habits.abandon + self.habits.release or self.rush.has_enough:
            note_release(self.rush, hold, await self.buyer.release(hold))
        else:
            await self._pay(stock, hold)

    async def _extend(self, hold: PromisedHold) -> None:
        told = await self.buyer.extend(hold)
        if told.status != 200:
            note(self.rush, Kind.SEE_GONE, hold.event, hold.seats, hold.basket, told)
            return
        longest = self.ledger.ttl_seconds + self.rush.extension_seconds + 1
        self.ledger.history.add_grant(
            Kind.KEEP,
            names(hold.event, hold.seats),
            hold.basket,
            told.invoked_at,
            told.returned_at,
            float(told.content["seconds_left"]),
            longest,
        )

    async def _pay(self, stock: Stock, hold: PromisedHold) -> None:
        email = f"{self.name}-{self.visit_count}@example.org"
        told, order = await self.buyer.order(hold.basket, email)
        if order is None:
            gone = told.code in ("hold_expired", "hold_ended", "basket_empty", "not_found")
            self.ledger.expect(gone, f"{self.name} ordered and was told {told.status} {told.code}")
            note(self.rush, Kind.SEE_GONE, hold.event, hold.seats, hold.basket, told)
            return
        wanted = {(hold.event, seat) for seat in hold.seats}
        self.ledger.expect(
            set(order.seats) == wanted and len(order.seats) == len(wanted),
            f"{order.code} was promised {wanted} and has {order.seats}",
        )
        self.ledger.expect(
            order.total_cents == hold.total_cents,
            f"{order.code} costs {order.total_cents} instead of {hold.total_cents}",
        )
        note(self.rush, Kind.SELL, hold.event, hold.seats, hold.basket, told)
        for seat in hold.seats:
            stock.sold(seat)

    async def _recheck(self) -> None:
        """Look again at something that was promised to anybody, perhaps before a kill."""
        draw = self.dice.random()
        if draw < 0.4 and self.ledger.left_alone:
            await self._look_again(self.dice.choice(self.ledger.left_alone[-200:]))
        elif draw < 0.7 and self.ledger.orders:
            order = self.dice.choice(self.ledger.orders)
            told = await self.buyer.look_at_order(order.code, order.secret)
            same = told.status == 200 and lasting(told.content) == lasting(order.content)
            self.ledger.expect(same, f"{order.code} changed: {order.content} -> {told.content}")
        elif self.ledger.promises:
            promise = self.dice.choice(self.ledger.promises)
            told = await self.buyer.repeat(promise)
            same = told.status == promise.status
            same = same and lasting(told.content) == lasting(promise.content)
            self.ledger.expect(
                same, f"{promise.key} was answered {promise.content}, then {told.content}"
            )

    async def _look_again(self, hold: PromisedHold) -> None:
        told = await self.buyer.look(hold)
        kind = Kind.SEE_OWN if told.status == 200 else Kind.SEE_GONE
        self.ledger.expect(
            told.status in (200, 404, 409, 410), f"{hold.id}: looking gave {told.status}"
        )
        note(self.rush, kind, hold.event, hold.seats, hold.basket, told)
