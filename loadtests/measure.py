"""Measuring one kind of request: server CPU for each, how many a second, how long they take."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from app.simulate import percentile
from app.wire import Answer, AnswerLostError, Connection, parse_head
from loadtests.serving import Server

LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
RUN_LIMIT_SECONDS = 300.0


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
    loop = asyncio.get_running_loop()
    writer = Connection(server.address)
    crowd = _Crowd(
        [writer.request(a.method, a.path, a.json, a.headers, a.form) for a in asks],
        status,
        keep,
        loop.create_future(),
    )
    address = server.address
    callers = [
        (await loop.create_connection(lambda: _Caller(crowd), address.host, address.port))[1]
        for _ in range(at_once)
    ]
    cpu_before, began_at = server.cpu_seconds(), time.perf_counter()
    for caller in callers:
        caller.ask_next()
    try:
        async with asyncio.timeout(RUN_LIMIT_SECONDS):
            await crowd.done
    finally:
        for caller in callers:
            caller.close()
    took, cpu = time.perf_counter() - began_at, server.cpu_seconds() - cpu_before
    seconds, sizes = crowd.seconds, crowd.sizes
    seconds.sort()
    return Run(
        cpu / len(seconds) * 1e6,
        len(seconds) / took,
        percentile(seconds, 50) * 1000,
        percentile(seconds, 99) * 1000,
        sum(sizes) / len(sizes),
    )


class _Crowd:
    """What all callers share: the requests that are left, and what came back."""

    def __init__(
        self,
        requests: list[bytes],
        status: int,
        keep: Callable[[Answer], None] | None,
        done: asyncio.Future[None],
    ) -> None:
        self.left = deque(requests)
        self.missing_count = len(requests)
        self.status, self.keep, self.done = status, keep, done
        self.seconds: list[float] = []
        self.sizes: list[int] = []

    def take(self, head: bytes, body: bytes, seconds: float) -> None:
        """One answer has come."""
        if int(head[9:12]) != self.status:
            self.fail(WrongAnswerError(f"{head!r} {body!r}"))
            return
        self.seconds.append(seconds)
        self.sizes.append(len(body))
        if self.keep is not None:
            self.keep(Answer(*parse_head(head), body))
        self.missing_count -= 1
        if self.missing_count == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, fault: Exception) -> None:
        """The measurement is worth nothing."""
        if not self.done.done():
            self.done.set_exception(fault)


class _Caller(asyncio.Protocol):
    """One connection, as light as can be: who measures must be quicker than what is measured."""

    def __init__(self, crowd: _Crowd) -> None:
        self._crowd = crowd
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._crowd.missing_count:
            self._crowd.fail(AnswerLostError(f"the connection was closed: {exc}"))

    def ask_next(self) -> None:
        """Send the next request, if there is one."""
        if self._crowd.left:
            self._sent_at = time.perf_counter()
            self._transport.write(self._crowd.left.popleft())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        found = LENGTH.search(self._buffer, 0, end + 2)
        size = 0 if found is None else int(found[1])
        if len(self._buffer) < end + 4 + size:
            return
        seconds = time.perf_counter() - self._sent_at
        head, body, self._buffer = self._buffer[:end], self._buffer[end + 4 :], b""
        self.ask_next()
        self._crowd.take(head, body, seconds)

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()


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
