"""What choosing seats needs to know of a house: who sits next to whom, and where it is best."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, pairwise
from math import dist, hypot
from statistics import median, median_low
from typing import Protocol

from app.frozen import frozen

AISLE_RATIO = 1.6  # times the row's usual spacing; from here on nobody sits next to anybody
BOTH_WAYS = "<>"


class Place(Protocol):
    """A numbered place; x and y in any one unit."""

    @property
    def id(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def features(self) -> Collection[str]: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...


@frozen
class Bench:
    """Seats `start` to `stop` without a gap between them; `nearest` is its smallest cost."""

    nearest: float
    start: int
    stop: int


@frozen
class House:
    """A prepared house; a mask has one byte for each seat, 1 where the seat is of that kind."""

    places: tuple[Place, ...]
    index_of: Mapping[str, int]
    benches: tuple[Bench, ...]  # the nearest first
    first: bytes  # mask: a wall, an aisle or the row's end is on the left
    last: bytes  # mask: the same on the right
    costs: tuple[float, ...]  # distance from the best place of the house
    cost_sums: tuple[float, ...]  # cost_sums[b] - cost_sums[a] is the cost of seats a to b
    ordinary: bytes
    wheelchair: bytes
    companion: bytes
    step_free: bytes
    categories: Mapping[str, bytes]
    companions_of: Mapping[str, bytes]  # companion seats beside wheelchair places of a category


def house_of(
    places: Sequence[Place],
    rows: Sequence[Sequence[int]],
    focus: tuple[float, float],
    starts: Mapping[str, str] | None = None,
) -> House:
    """Prepare a house once; `rows` are consecutive indexes of `places`, in the order of the row.

    `starts` are seats from which a row fills outward, with a direction of `<`, `>` or `<>`.
    Raises ValueError when the rows are not the places in order.
    """
    if [i for row in rows for i in row] != list(range(len(places))):
        raise ValueError("the rows must be all places in order")
    bench_ends = _bench_ends(places, rows)
    costs = _costs(places, rows, focus, starts or {})
    wheelchair = bytes("wheelchair" in place.features for place in places)
    companion = bytes("companion" in place.features for place in places)
    names = dict.fromkeys(place.category for place in places)
    categories = {name: bytes(place.category == name for place in places) for name in names}
    return House(
        places=tuple(places),
        index_of={place.id: i for i, place in enumerate(places)},
        benches=tuple(
            sorted(
                (Bench(min(costs[a:b]), a, b) for a, b in bench_ends),
                key=lambda bench: (bench.nearest, bench.start),
            )
        ),
        first=_marks(len(places), [a for a, _ in bench_ends]),
        last=_marks(len(places), [b - 1 for _, b in bench_ends]),
        costs=tuple(costs),
        cost_sums=tuple(accumulate(costs, initial=0.0)),
        ordinary=bytes(not w and not c for w, c in zip(wheelchair, companion, strict=True)),
        wheelchair=wheelchair,
        companion=companion,
        step_free=either(
            bytes("step_free" in place.features for place in places),
            either(wheelchair, _companions(wheelchair, companion, bench_ends)),
        ),
        categories=categories,
        companions_of={
            name: _companions(both(mask, wheelchair), companion, bench_ends)
            for name, mask in categories.items()
        },
    )


def both(mask: bytes, other: bytes) -> bytes:
    """Seats of both kinds."""
    joined = int.from_bytes(mask, "little") & int.from_bytes(other, "little")
    return joined.to_bytes(len(mask), "little")


def either(mask: bytes, other: bytes) -> bytes:
    """Seats of one kind or the other."""
    joined = int.from_bytes(mask, "little") | int.from_bytes(other, "little")
    return joined.to_bytes(len(mask), "little")


def _marks(length: int, indexes: Sequence[int]) -> bytes:
    mask = bytearray(length)
    for i in indexes:
        mask[i] = 1
    return bytes(mask)


def _bench_ends(places: Sequence[Place], rows: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    gaps_of = [[_distance(places, i, j) for i, j in pairwise(row)] for row in rows]
    house_usual = median([gap for gaps in gaps_of for gap in gaps] or [1.0])
    ends: list[tuple[int, int]] = []
    for row, gaps in zip(rows, gaps_of, strict=True):
        if not row:
            continue
        usual = median_low(gaps) if len(gaps) > 1 else house_usual
        cuts = [row[i + 1] for i, gap in enumerate(gaps) if gap > AISLE_RATIO * usual]
        ends += pairwise([row[0], *cuts, row[-1] + 1])
    return ends


def _distance(places: Sequence[Place], i: int, j: int) -> float:
    return hypot(places[i].x - places[j].x, places[i].y - places[j].y)


def _costs(
    places: Sequence[Place],
    rows: Sequence[Sequence[int]],
    focus: tuple[float, float],
    starts: Mapping[str, str],
) -> list[float]:
    costs = [dist((place.x, place.y), focus) for place in places]
    for row in rows:
        row_starts = [i for i in row if places[i].id in starts] if starts else []
        if not row_starts:
            continue
        steps = [_distance(places, i, j) for i, j in pairwise(row)]
        along = dict(zip(row, accumulate(steps, initial=0.0), strict=True))
        base = {i: costs[i] for i in row_starts}
        for j in row:
            costs[j] = min(
                base[i] + _outward(along[j] - along[i], starts[places[i].id], sum(steps))
                for i in row_starts
            )
    return costs


def _outward(offset: float, direction: str, row_length: float) -> float:
    wrong_side = (direction == "<" and offset > 0) or (direction == ">" and offset < 0)
    return abs(offset) + (row_length if wrong_side else 0.0)


def _companions(wheelchair: bytes, companion: bytes, benches: list[tuple[int, int]]) -> bytes:
    found = bytearray(len(companion))
    for start, stop in benches:
        for step, order in ((-1, range(start + 1, stop)), (1, range(stop - 2, start - 1, -1))):
            for i in order:
                if companion[i] and (wheelchair[i + step] or found[i + step]):
                    found[i] = 1
    return bytes(found)
