"""After the rush: is everything that was promised still true, to the last seat, cent and mail?"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from app.wire import Address, Connection
from tests.crash.buyer import Buyer
from tests.crash.ledger import Ledger, Promise, PromisedOrder, lasting
from tests.crash.linearizability import unexplained_seats
from tests.crash.mail_sink import MailSink, TakenMail
from tests.crash.rush import Stock

CHECKER_COUNT = 8
FREED_LIMIT_SECONDS = 7.0
HOLD_AT_ONCE_COUNT = 10
MAILS_PER_SECOND_LEAST = 15
MAIL_LIMIT_SECONDS = 60.0
YES_TO_COMMIT_SECONDS = 1.0
MAILS_UNDER_WAY_LIMIT = 4
OWNERS = {
    "allocations": """
        SELECT events.slug, allocations.seat_id FROM allocations
        JOIN events ON events.id = allocations.event_id WHERE allocations.state = 'sold'""",
    "tickets": """
        SELECT events.slug, tickets.seat_id FROM tickets
        JOIN events ON events.id = tickets.event_id WHERE tickets.state = 'issued'""",
}

Thing = TypeVar("Thing")
Check = Callable[[Buyer, Thing], Awaitable[None]]


async def check_promises(address: Address, ledger: Ledger, events: Sequence[str]) -> None:
    """Check orders, kept answers and the history against the server as it is now."""
    for line in unexplained_seats(ledger.history):
        ledger.note_broken(line)
    await _in_parallel(address, ledger, ledger.orders, _check_order)
    await _in_parallel(address, ledger, ledger.promises, _check_promise)
    owners = Counter(seat for order in ledger.orders for seat in order.seats)
    for seat, count in owners.items():
        ledger.expect(count == 1, f"{seat} was sold {count} times")
    for event in events:
        await _check_letters(address, ledger, event)


async def check_nothing_is_stuck(
    address: Address, ledger: Ledger, stocks: Sequence[Stock], seats: dict[str, Sequence[str]]
) -> None:
    """Wait until all holds must have ended, then hold every unsold seat once more."""
    await _wait_until_freed(address, ledger, [stock.event for stock in stocks])
    sold = {seat for order in ledger.orders for seat in order.seats}
    chunks: list[tuple[str, list[str]]] = []
    for event, all_seats in seats.items():
        unsold = [seat for seat in all_seats if (event, seat) not in sold]
        chunks += [
            (event, unsold[at : at + HOLD_AT_ONCE_COUNT])
            for at in range(0, len(unsold), HOLD_AT_ONCE_COUNT)
        ]
    await _in_parallel(address, ledger, chunks, _check_can_be_held)


def check_sqlite(path: Path, ledger: Ledger) -> None:
    """Read the SQLite file itself: sound, and with exactly the promised owners."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        sound = database.execute("PRAGMA integrity_check").fetchall()
        ledger.expect(sound == [("ok",)], f"integrity_check: {sound[:3]}")
        astray = database.execute("PRAGMA foreign_key_check").fetchall()
        ledger.expect(astray == [], f"foreign_key_check: {astray[:3]}")
        found = {words: database.execute(sql).fetchall() for words, sql in OWNERS.items()}
    finally:
        database.close()
    _check_owners(ledger, found)


def check_postgres(url: str, ledger: Ledger) -> None:
    """Read the PostgreSQL database itself: exactly the promised owners."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as database:
        found = {words: database.execute(sql).fetchall() for words, sql in OWNERS.items()}
    _check_owners(ledger, found)


def _check_owners(ledger: Ledger, found: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    promised = {seat for order in ledger.orders for seat in order.seats}
    events = {event for event, _ in promised}
    for words, rows in found.items():
        mine = Counter((str(slug), str(seat)) for slug, seat in rows if slug in events)
        ledger.expect(set(mine) == promised, f"{words}: {len(set(mine) ^ promised)} seats differ")
        ledger.expect(all(n == 1 for n in mine.values()), f"{words}: a seat has two owners")


async def check_mails(sink: MailSink, ledger: Ledger) -> None:
    """Wait for one mail per order; the same one twice only around a kill, and never two."""
    expected = {order.email for order in ledger.orders}
    limit = MAIL_LIMIT_SECONDS + len(expected) / MAILS_PER_SECOND_LEAST
    until = time.monotonic() + limit
    taken: list[TakenMail] = []
    while time.monotonic() < until:
        taken = sink.taken()
        if expected <= {address for mail in taken for address in mail.to}:
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(2.0)  # a mail too many would come now
    for words in wrong_mails(sink.taken(), expected, ledger.kills_at):
        ledger.note_broken(words)


def wrong_mails(
    taken: Sequence[TakenMail], expected: set[str], kills_at: Sequence[float]
) -> list[str]:
    """Return what is wrong with the mails: missing, uncalled-for, different or repeated ones."""
    wrong: list[str] = []
    by_address: dict[str, list[TakenMail]] = {}
    for mail in taken:
        for address in mail.to:
            by_address.setdefault(address, []).append(mail)
    missing = expected - set(by_address)
    if missing:
        wrong.append(f"{len(missing)} orders without a mail, such as {sorted(missing)[:3]}")
    wrong += [f"{address} got a mail without an order" for address in set(by_address) - expected]
    repeated: Counter[float] = Counter()
    for address, mails in by_address.items():
        if len({mail.message_id for mail in mails}) > 1:
            wrong.append(f"{address} got different mails")
        for first, _ in pairwise(mails):
            kill = next((k for k in kills_at if 0 <= k - first.at <= YES_TO_COMMIT_SECONDS), None)
            if kill is None:
                wrong.append(f"{address} got the same mail twice and no kill explains it")
            else:
                repeated[kill] += 1
    wrong += [
        f"{count} mails repeated because of one kill"
        for count in repeated.values()
        if count > MAILS_UNDER_WAY_LIMIT
    ]
    return wrong


async def state_of(connection: Connection, event: str) -> dict[str, Any]:
    """Return the whole public state of an event."""
    answer = await connection.ask("GET", f"/api/v1/events/{event}/state")
    content: dict[str, Any] = json.loads(answer.body)
    return content


async def _check_order(buyer: Buyer, order: PromisedOrder) -> None:
    told = await buyer.look_at_order(order.code, order.secret)
    same = told.status == 200 and lasting(told.content) == lasting(order.content)
    buyer.ledger.expect(
        same, f"order {order.code} was {order.content}, is {told.status} {told.content}"
    )


async def _check_promise(buyer: Buyer, promise: Promise) -> None:
    told = await buyer.repeat(promise)
    same = told.status == promise.status and lasting(told.content) == lasting(promise.content)
    buyer.ledger.expect(
        same, f"{promise.path} was {promise.content}, is {told.status} {told.content}"
    )


async def _check_can_be_held(buyer: Buyer, chunk: tuple[str, list[str]]) -> None:
    told, hold = await buyer.hold(*chunk)
    buyer.ledger.expect(hold is not None, f"{chunk} is stuck: {told.status} {told.content}")


async def _check_letters(address: Address, ledger: Ledger, event: str) -> None:
    connection = Connection(address)
    seats = (await connection.ask("GET", f"/api/v1/events/{event}/seats")).json()["seats"]
    state = await state_of(connection, event)
    connection.close()
    letters = dict(zip((seat["id"] for seat in seats), state["seats"], strict=True))
    sold = {seat for order in ledger.orders for name, seat in order.seats if name == event}
    shown = {seat for seat, letter in letters.items() if letter == "s"}
    ledger.expect(shown == sold, f"{event}: {len(shown ^ sold)} seats are shown wrongly as sold")
    known = set(letters.values()) <= set("fhsb")
    ledger.expect(known, f"{event}: letters {set(letters.values())}")


async def _wait_until_freed(address: Address, ledger: Ledger, events: Sequence[str]) -> None:
    """Nobody acts now: within the longest hold's time and 7 s no seat may still be held."""
    connection = Connection(address)
    last = max([*ledger.history.restarts_at, *(h.returned_at for h in ledger.holds)])
    longest = max((grant.longest_seconds for grant in ledger.history.grants), default=0.0)
    until = last + longest + FREED_LIMIT_SECONDS
    held = await _held_count(connection, events)
    while held and time.monotonic() < until:
        await asyncio.sleep(0.25)
        held = await _held_count(connection, events)
    connection.close()
    ledger.expect(held == 0, f"{held} seats are still held when every hold must have ended")


async def _held_count(connection: Connection, events: Sequence[str]) -> int:
    states = [await state_of(connection, event) for event in events]
    return sum(state["seats"].count("h") for state in states)


async def _in_parallel(
    address: Address, ledger: Ledger, things: Sequence[Thing], check: Check[Thing]
) -> None:
    waiting = iter(things)

    async def work(number: int) -> None:
        buyer = Buyer(address, ledger, f"check{number}")
        for thing in waiting:
            await check(buyer, thing)
        buyer.close()

    await asyncio.gather(*(work(number) for number in range(CHECKER_COUNT)))
