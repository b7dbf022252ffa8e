"""Measuring one kind of request: server CPU for each, how many a second, how long they take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from app.simulate import percentile
from app.wire import Answer, Connection
from loadtests.serving import Server


@dataclass(frozen=True, slots=True)
class Ask:
    """One prepared request."""

    method: str
    path: str
    json: object = None
    form: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run over many requests cost."""

    cpu_us: float  # of the server, for each request
    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_each: float


class WrongAnswerError(Exception):
    """An answer other than the measured kind; a measurement must not mix kinds."""


async def drive(
    server: Server,
    asks: Iterable[Ask],
    status: int,
    at_once: int,
    keep: Callable[[Answer], None] | None = None,
) -> Run:
    """Send all requests over so many connections, each waiting for its answer; all must fit."""
    waiting, seconds, sizes = iter(asks), [0.0][:0], [0][:0]

    async def work(connection: Connection) -> None:
        for ask in waiting:
            started_at = time.perf_counter()
            answer = await connection.ask(
                ask.method, ask.path, ask.json, ask.headers, form=ask.form
            )
            seconds.append(time.perf_counter() - started_at)
            sizes.append(len(answer.body))
            if answer.status != status:
                raise WrongAnswerError(f"{ask.method} {ask.path}: {answer.status} {answer.body!r}")
            if keep is not None:
                keep(answer)

    crowd = [Connection(server.address) for _ in range(at_once)]
    await asyncio.gather(*(connection.connect() for connection in crowd))
    cpu_before, began_at = server.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in crowd))
    took, cpu = time.perf_counter() - began_at, server.cpu_seconds() - cpu_before
    for connection in crowd:
        connection.close()
    seconds.sort()
    return Run(
        cpu / len(seconds) * 1e6,
        len(seconds) / took,
        percentile(seconds, 50) * 1000,
        percentile(seconds, 99) * 1000,
        sum(sizes) / len(sizes),
    )


def middle(runs: Iterable[Run]) -> Run:
    """The median of every figure."""
    found = list(runs)
    return Run(
        median(run.cpu_us for run in found),
        median(run.per_second for run in found),
        median(run.p50_ms for run in found),
        median(run.p99_ms for run in found),
        median(run.bytes_each for run in found),
    )
