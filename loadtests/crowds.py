"""Crowds in one process: thousands of map pollers, slow clients, people who shop on."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle

from app.simulate import percentile, raise_file_limit
from app.wire import Address, Answer, AnswerLostError, Connection, loopback_address

CROWD_LIMIT_COUNT = 5_000
RUN_LIMIT_SECONDS = 600.0
POLL_SECONDS = 2.0
CONNECT_AT_ONCE_COUNT = 100
SLOW_BODY_BYTES = 1_000
DRIBBLE_SECONDS = 4.0
SPARE_FILES_COUNT = 500
EVERYBODY_PAUSE_SECONDS = 0.05


@dataclass
class Figures:
    """What a crowd was told and how long each answer took."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    lost_count: int = 0

    def note(self, status: int, started_at: float) -> None:
        """Count one answer."""
        self.seconds.append(time.monotonic() - started_at)
        self.statuses[str(status)] += 1

    def summary(self) -> Summary:
        """The figures in short."""
        ordered = sorted(self.seconds)
        return Summary(
            len(ordered),
            round(percentile(ordered, 50) * 1000, 1),
            round(percentile(ordered, 99) * 1000, 1),
            round(percentile(ordered, 100) * 1000, 1),
            self.lost_count,
            dict(self.statuses),
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a crowd: number of answers, milliseconds, lost answers, statuses."""

    answer_count: int
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    lost_count: int
    statuses: dict[str, int]


async def poll_maps(address: Address, event: str, count: int, seconds: float) -> Figures:
    """Let so many people look at the map every two seconds; the first look does not count."""
    figures, path = Figures(), f"/api/v1/events/{event}/state"
    until = time.monotonic() + seconds

    async def watch(connection: Connection) -> None:
        await asyncio.sleep(random.random() * POLL_SECONDS)
        tag, looked = "", False
        while time.monotonic() < until:
            started_at = time.monotonic()
            try:
                answer = await connection.ask("GET", path, headers=_if_changed(tag))
            except AnswerLostError:
                figures.lost_count += 1
                await asyncio.sleep(0.5)
                continue
            tag = answer.headers.get("etag", tag)
            if looked:
                figures.note(answer.status, started_at)
            looked = True
            await asyncio.sleep(max(0.0, POLL_SECONDS - (time.monotonic() - started_at)))

    crowd = [Connection(address, {"Accept-Encoding": "gzip"}) for _ in range(count)]
    for at in range(0, count, CONNECT_AT_ONCE_COUNT):
        await asyncio.gather(*(one.connect() for one in crowd[at : at + CONNECT_AT_ONCE_COUNT]))
    until = time.monotonic() + seconds
    await asyncio.gather(*(watch(connection) for connection in crowd))
    for connection in crowd:
        connection.close()
    return figures


async def shop_on(
    address: Address, event: str, seats: Sequence[str], count: int, seconds: float
) -> Figures:
    """Let so many people look at pages and the map, hold a seat and give it back."""
    figures, until = Figures(), time.monotonic() + seconds
    names = cycle(seats)

    async def visit(connection: Connection) -> None:
        while time.monotonic() < until:
            await _timed(figures, connection.ask("GET", f"/api/v1/events/{event}/state"))
            await _timed(figures, connection.ask("GET", "/"))
            await _hold_and_release(figures, connection, event, next(names))
            await asyncio.sleep(EVERYBODY_PAUSE_SECONDS)
        connection.close()

    await asyncio.gather(*(visit(Connection(address)) for _ in range(count)))
    return figures


async def be_slow(address: Address, head_count: int, body_count: int, seconds: float) -> None:
    """Keep so many connections open that send half a head, or half a body, and then dribble."""
    head = f"POST /api/v1/orders HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
    body = f"{head}Content-Type: application/json\r\nContent-Length: {SLOW_BODY_BYTES}\r\n\r\n"
    half = [head + "X-Slow: " for _ in range(head_count)]
    half += [body + " " * (SLOW_BODY_BYTES // 2) for _ in range(body_count)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(_dribble(address, words.encode(), until) for words in half))


async def _dribble(address: Address, words: bytes, until: float) -> None:
    while time.monotonic() < until:
        writer: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(words)
            while time.monotonic() < until and not reader.at_eof():
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1024), DRIBBLE_SECONDS)
                if not reader.at_eof():
                    writer.write(b" ")
        if writer is not None:
            writer.close()
        await asyncio.sleep(0.1)


async def _hold_and_release(
    figures: Figures, connection: Connection, event: str, seat: str
) -> None:
    key = {"Idempotency-Key": secrets.token_hex(16)}
    path = f"/api/v1/events/{event}/holds"
    answer = await _timed(figures, connection.ask("POST", path, {"seats": [seat]}, key))
    if answer is not None and answer.status == 201:
        hold = answer.json()
        basket = {"Basket": hold["basket"]}
        await _timed(figures, connection.ask("DELETE", f"/api/v1/holds/{hold['id']}", None, basket))


async def _timed(figures: Figures, asking: Awaitable[Answer]) -> Answer | None:
    started_at = time.monotonic()
    try:
        answer = await asking
    except AnswerLostError:
        figures.lost_count += 1
        return None
    figures.note(answer.status, started_at)
    return answer


def _if_changed(tag: str) -> dict[str, str]:
    return {"If-None-Match": tag} if tag else {}


def main(words: list[str] | None = None) -> int:
    """Send one crowd and print its figures as JSON."""
    ask = _parser().parse_args(words)
    if not (1 <= ask.count <= CROWD_LIMIT_COUNT and 0 < ask.seconds <= RUN_LIMIT_SECONDS):
        sys.exit(f"At most {CROWD_LIMIT_COUNT} people and {RUN_LIMIT_SECONDS:.0f} seconds.")
    address = loopback_address(ask.url)
    raise_file_limit(ask.count + SPARE_FILES_COUNT)
    if ask.crowd == "slow":
        half = ask.count // 2
        asyncio.run(be_slow(address, half, ask.count - half, ask.seconds))
        return 0
    if ask.crowd == "pollers":
        figures = asyncio.run(poll_maps(address, ask.event, ask.count, ask.seconds))
    else:
        seats = ask.seats.split(",")
        figures = asyncio.run(shop_on(address, ask.event, seats, ask.count, ask.seconds))
    print(json.dumps(asdict(figures.summary())))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtests.crowds", description=__doc__)
    parser.add_argument("crowd", choices=("pollers", "slow", "shoppers"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--event", default="")
    parser.add_argument("--seats", default="", help="for shoppers: ids with commas between")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
