"""The hot rows of the bench: every kind of request against an empty Flask view in the same run."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median

from app.wire import Answer
from loadtests.measure import Ask, Run, drive, middle
from loadtests.page_asks import PageVisit, open_page_visits
from loadtests.serving import Server

AT_ONCE_COUNT = 64
LIGHT_COUNT = 4_000
HOLD_COUNT = 1_500
PURCHASE_COUNT = 400
EVENT_SEAT_COUNT = 5_000
EMPTY_PATH = "/healthz/empty"
STATE_BYTES_GOAL = 1_500

Measure = Callable[[], Awaitable[Run]]


@dataclass(frozen=True, slots=True)
class HotRow:
    """One kind of request with the most CPU it may cost, in empty views."""

    name: str
    cpu_goal: float | None
    speed_goal: float | None = None  # the least requests per second, in empty views
    bytes_goal: int | None = None


@dataclass
class HotResult:
    """All runs of one row, each with the empty view as it was just before and just after."""

    row: HotRow
    runs: list[Run] = field(default_factory=list)
    empties: list[Run] = field(default_factory=list)

    @property
    def cpu_ratio(self) -> float:
        """CPU for each request against the empty view around it, middle of the rounds."""
        pairs = zip(self.runs, self.empties, strict=True)
        return median(run.cpu_us / empty.cpu_us for run, empty in pairs)

    @property
    def speed_ratio(self) -> float:
        """Requests per second against the empty view around it."""
        pairs = zip(self.runs, self.empties, strict=True)
        return median(run.per_second / empty.per_second for run, empty in pairs)

    @property
    def middle(self) -> Run:
        """The middle of all figures."""
        return middle(self.runs)


ROWS = (
    HotRow("hold by API", 2.0, speed_goal=0.5),
    HotRow("hold by API, to be repeated safely", None),
    HotRow("hold by page", 3.0),
    HotRow("losing hold by API", 1.5),
    HotRow("losing hold by page", 2.5),
    HotRow("state, 5,000 seats, 200", 1.2, bytes_goal=STATE_BYTES_GOAL),
    HotRow("state, 5,000 seats, 304", 0.5),
    HotRow("whole purchase (hold and order)", None),
)


class HotBench:
    """Measures every row once per round, the empty view before and after each."""

    def __init__(self, server: Server) -> None:
        self.server, self.event = server, "bench"
        seats = server.demo(self.event, EVENT_SEAT_COUNT)
        self.lost, self.sellable = seats[0], list(seats[1:])
        self.page_events = 0
        self.visits: list[PageVisit] = []
        self.tag = ""

    async def run(self, round_count: int) -> list[HotResult]:
        """Measure all rows so many times; the first round warms up and does not count."""
        await self._open()
        results = {row.name: HotResult(row) for row in ROWS}
        measures = dict(zip(results, self._measures(), strict=True))
        for number in range(round_count + 1):
            before = await self._empty()
            for name, measure in measures.items():
                await self._settle()
                run = await measure()
                after = await self._empty()
                if number > 0:
                    results[name].runs.append(run)
                    results[name].empties.append(middle([before, after]))
                before = after
        return list(results.values())

    def _measures(self) -> list[Measure]:
        return [
            self._hold_by_api,
            lambda: self._hold_by_api(_key),
            self._hold_by_page,
            self._lose_by_api,
            self._lose_by_page,
            self._state,
            self._state_unchanged,
            self._purchase,
        ]

    async def _open(self) -> None:
        ask = Ask("POST", self._holds, {"seats": [self.lost]})
        await drive(self.server, [ask], 201, 1)
        self.visits = await open_page_visits(self.server, self.event, AT_ONCE_COUNT)

    async def _settle(self) -> None:
        """Letters about orders and freed seats belong to no row: let them be finished first."""
        await asyncio.to_thread(self.server.wait_until_idle)

    async def _empty(self) -> Run:
        await self._settle()
        asks = [Ask("GET", EMPTY_PATH)] * LIGHT_COUNT
        return await drive(self.server, asks, 200, AT_ONCE_COUNT)

    async def _hold_by_api(self, headers: Callable[[], dict[str, str]] = dict) -> Run:
        holds: list[Answer] = []
        asks = [
            Ask("POST", self._holds, {"seats": [seat]}, headers=headers())
            for seat in self.sellable[:HOLD_COUNT]
        ]
        run = await drive(self.server, asks, 201, AT_ONCE_COUNT, holds.append)
        await self._release(holds)
        return run

    async def _lose_by_api(self) -> Run:
        asks = [Ask("POST", self._holds, {"seats": [self.lost]})] * LIGHT_COUNT
        return await drive(self.server, asks, 409, AT_ONCE_COUNT)

    async def _hold_by_page(self) -> Run:
        """Every visitor takes one seat and keeps it, so each round has an event of its own."""
        self.page_events += 1
        event = f"bench-pages-{self.page_events}"
        seats = await asyncio.to_thread(self.server.demo, event, EVENT_SEAT_COUNT)
        visits = await open_page_visits(self.server, event, HOLD_COUNT)
        first, *asks = [visit.hold(seat) for visit, seat in zip(visits, seats, strict=False)]
        await drive(self.server, [first], 200, 1)  # the event is up when the measuring begins
        return await drive(self.server, asks, 200, AT_ONCE_COUNT)

    async def _lose_by_page(self) -> Run:
        turns = LIGHT_COUNT // len(self.visits)
        asks = [visit.hold(self.lost) for _ in range(turns) for visit in self.visits]
        return await drive(self.server, asks, 409, AT_ONCE_COUNT)

    async def _state(self) -> Run:
        ask = Ask("GET", self._state_path, headers={"Accept-Encoding": "gzip"})
        tags: list[str] = []
        run = await drive(
            self.server,
            [ask] * LIGHT_COUNT,
            200,
            AT_ONCE_COUNT,
            lambda answer: tags.append(answer.headers["etag"]),
        )
        self.tag = tags[-1]
        return run

    async def _state_unchanged(self) -> Run:
        headers = {"Accept-Encoding": "gzip", "If-None-Match": self.tag}
        asks = [Ask("GET", self._state_path, headers=headers)] * LIGHT_COUNT
        return await drive(self.server, asks, 304, AT_ONCE_COUNT)

    async def _purchase(self) -> Run:
        """Sells seats for good, from the end of the list so that other rows keep theirs."""
        holds: list[Answer] = []
        seats = [self.sellable.pop() for _ in range(PURCHASE_COUNT)]
        asks = [Ask("POST", self._holds, {"seats": [seat]}, headers=_key()) for seat in seats]
        held = await drive(self.server, asks, 201, AT_ONCE_COUNT, holds.append)
        orders = [Ask("POST", "/api/v1/orders", _order(hold), headers=_key()) for hold in holds]
        bought = await drive(self.server, orders, 201, AT_ONCE_COUNT)
        return Run(
            held.cpu_us + bought.cpu_us,
            1 / (1 / held.per_second + 1 / bought.per_second),
            held.p50_ms + bought.p50_ms,
            held.p99_ms + bought.p99_ms,
            held.bytes_each + bought.bytes_each,
        )

    async def _release(self, holds: list[Answer]) -> None:
        asks = []
        for answer in holds:
            hold = answer.json()
            path = f"/api/v1/holds/{hold['id']}"
            asks.append(Ask("DELETE", path, headers={"Basket": hold["basket"]}))
        await drive(self.server, asks, 204, AT_ONCE_COUNT)
        await asyncio.sleep(0.1)

    @property
    def _holds(self) -> str:
        return f"/api/v1/events/{self.event}/holds"

    @property
    def _state_path(self) -> str:
        return f"/api/v1/events/{self.event}/state"


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(16)}


def _order(answer: Answer) -> dict[str, str]:
    return {
        "basket": answer.json()["basket"],
        "name": "Bo",
        "email": f"{secrets.token_hex(6)}@example.org",
        "payment": "demo",
        "demo_outcome": "paid",
    }
