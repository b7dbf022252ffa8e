"""A party that finds no seats in one piece: as few groups as possible, near each other."""

from __future__ import annotations

import re
from math import hypot
from typing import NamedTuple

from app.inventory.search import Search

RUN_POOL_LIMIT = 64  # runs of free seats considered, nearest the focus first
ANCHOR_LIMIT = 12  # of these, tried as the place the others gather around
SEATED_LIMIT = 3  # gatherings for which every way to sit is weighed

_RUN = re.compile(b"\x01+")
_Rank = tuple[int, int, int, float]


class _Run(NamedTuple):
    """Free seats in one piece; `cost` is the distance of its middle from the best place."""

    cost: float
    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


class _Gathering(NamedTuple):
    """Runs near each other that seat everybody."""

    score: float
    spread: float
    runs: tuple[_Run, ...]


def split_party(search: Search) -> tuple[int, ...]:
    """Indexes of the seats for a party that has to sit apart; enough seats must be free."""
    spans = [
        match.span()
        for bench in search.house.benches
        for match in _RUN.finditer(search.given, bench.start, bench.stop)
    ]
    lengths = sorted((stop - start for start, stop in spans), reverse=True)
    group_count, reach = 0, 0
    while reach < search.count:
        reach += lengths[group_count]
        group_count += 1
    least = search.count - sum(lengths[: group_count - 1])
    costs = search.house.costs
    runs = sorted(_Run(costs[(a + b - 1) // 2], a, b) for a, b in spans if b - a >= least)
    pool = _pool(runs, group_count)
    anchors = _anchors(search, runs)[: max(1, ANCHOR_LIMIT // group_count)]
    gatherings = sorted(_gathered(search, pool, anchor, group_count) for anchor in anchors)
    return min(_seated(search, gathering) for gathering in gatherings[:SEATED_LIMIT])[1]


def _pool(runs: list[_Run], group_count: int) -> list[_Run]:
    """The longest first, of which some make every gathering possible, and those near."""
    by_length = sorted(runs, key=lambda run: -run.length)
    near = {*by_length[:group_count], *runs[:RUN_POOL_LIMIT]}
    return sorted(near, key=lambda run: (-run.length, run))


def _anchors(search: Search, runs: list[_Run]) -> list[_Run]:
    if not search.accessible:
        return runs
    return sorted(runs, key=lambda run: not _has(search.house.wheelchair, run))


def _gathered(search: Search, pool: list[_Run], anchor: _Run, group_count: int) -> _Gathering:
    """The anchor and the runs nearest to it that still seat everybody in so few groups."""
    near = sorted((_apart(search, anchor, run), run) for run in pool)
    chosen, total, spread = [anchor], anchor.length, 0.0
    while total < search.count:
        left = group_count - len(chosen) - 1
        lengths = [run.length for run in pool if run not in chosen]
        for apart, run in near:
            if run in chosen:
                continue
            if total + run.length + _longest(lengths, left, run.length) >= search.count:
                chosen.append(run)
                total += run.length
                spread += apart
                break
    return _Gathering(spread + anchor.cost, spread, tuple(chosen))


def _longest(lengths: list[int], count: int, without: int) -> int:
    """The sum of the first `count` lengths, were one of length `without` taken out."""
    if not count:
        return 0
    total = sum(lengths[:count])
    if without < lengths[min(count, len(lengths)) - 1]:
        return total
    return total - without + sum(lengths[count : count + 1])


def _apart(search: Search, one: _Run, other: _Run) -> float:
    a = search.house.places[(one.start + one.stop - 1) // 2]
    b = search.house.places[(other.start + other.stop - 1) // 2]
    return hypot(a.x - b.x, a.y - b.y)


def _seated(search: Search, gathering: _Gathering) -> tuple[_Rank, tuple[int, ...]]:
    """How many sit in each run, and where: nobody stranded first, then nobody alone, then near."""
    spare = sum(run.length for run in gathering.runs) - search.count
    seated: dict[int, tuple[_Rank, tuple[int, ...]]] = {0: ((0, 0, 0, gathering.spread), ())}
    for run in gathering.runs:
        following: dict[int, tuple[_Rank, tuple[int, ...]]] = {}
        for rank, start, stop in _windows(search, run, max(1, run.length - spare)):
            for count, (so_far, seats) in seated.items():
                now, total = count + stop - start, _sum(so_far, rank)
                if now <= search.count and (now not in following or total < following[now][0]):
                    following[now] = total, (*seats, *range(start, stop))
        seated = following
    rank, seats = seated[search.count]
    return rank, tuple(sorted(seats))


def _sum(one: _Rank, other: _Rank) -> _Rank:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _windows(search: Search, run: _Run, least: int) -> list[tuple[_Rank, int, int]]:
    """The best window of every length from `least` up to the whole run."""
    house = search.house
    needs_chair = search.accessible and _has(house.wheelchair, run)
    best = []
    for length in range(least, run.length + 1):
        ranks = []
        for start in range(run.start, run.stop - length + 1):
            stop = start + length
            chairless = int(needs_chair and not house.wheelchair.count(1, start, stop))
            cost = (house.cost_sums[stop] - house.cost_sums[start]) / search.count
            alone = int(length == 1)
            ranks.append(((chairless, search.strands(start, stop), alone, cost), start, stop))
        best.append(min(ranks))
    return best


def _has(mask: bytes, run: _Run) -> bool:
    return mask.count(1, run.start, run.stop) > 0
