"""Best available: the seats that a good usher would give, and the choices that strand a seat."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import hypot

from app.frozen import frozen
from app.inventory.house import House, both
from app.inventory.search import FREE_AS_ONE, Search, search_for
from app.inventory.split_party import split_party


@frozen
class Best:
    """Seats by id, in the order of the plan, and whether they are all next to each other."""

    seats: tuple[str, ...]
    together: bool


def best_available(
    house: House,
    letters: bytes | bytearray,
    count: int,
    *,
    category: str | None = None,
    step_free: bool = False,
) -> Best | None:
    """The best `count` seats, or None when there are fewer; `letters` has `f` for a free seat.

    In order: adjacent without stranding a single seat, adjacent, split into as few groups as
    possible; always nearest the house's focus. Wheelchair places and their companion seats go
    only to those who ask for step-free places or for a category that has nothing else.
    """
    if count < 1:
        raise ValueError("at least one seat must be wanted")
    search = search_for(house, letters, count, category, step_free)
    if search.given.count(1) < count:
        return None
    window = _together(search)
    if window is not None:
        return Best(_ids(house, range(window, window + count)), together=True)
    return Best(_ids(house, split_party(search)), together=False)


def lone_seats(
    house: House, letters: bytes | bytearray, chosen: Collection[str]
) -> tuple[str, ...]:
    """Ids of ordinary seats that choosing these would leave free without a free neighbour.

    `letters` is the house before the choice; a seat that was already alone does not count.
    """
    indexes = {house.index_of[seat] for seat in chosen}
    free = letters.translate(FREE_AS_ONE)
    beside = {j for i in indexes for j in _neighbours(house, i)} - indexes
    return _ids(
        house,
        sorted(
            i
            for i in beside
            if free[i]
            and house.ordinary[i]
            and any(free[j] for j in _neighbours(house, i))
            and not any(free[j] and j not in indexes for j in _neighbours(house, i))
        ),
    )


def nearest_free(
    house: House, letters: bytes | bytearray, seat: str, excluding: Collection[str] = ()
) -> str | None:
    """The free seat of the same kind nearest to one that is gone, its own bench first."""
    gone = house.index_of[seat]
    kinds = (house.wheelchair, house.companion, house.ordinary)
    alike = next(kind for kind in kinds if kind[gone])
    given = bytearray(both(bytes(letters.translate(FREE_AS_ONE)), alike))
    for other in (seat, *excluding):
        given[house.index_of[other]] = 0
    near = _nearest_on_bench(house, given, gone)
    if near is None:
        at = house.places[gone]
        near = min(
            (i for i, is_given in enumerate(given) if is_given),
            key=lambda i: hypot(house.places[i].x - at.x, house.places[i].y - at.y),
            default=None,
        )
    return None if near is None else house.places[near].id


def _together(search: Search) -> int | None:
    house, count, given = search.house, search.count, search.given
    pattern = b"\x01" * count
    best_rank: tuple[int, int, float] | None = None
    best: int | None = None
    for bench in house.benches:
        if best_rank is not None and best_rank < (0, 0, bench.nearest * count):
            break  # no seat of this bench or a later one is nearer
        i = given.find(pattern, bench.start, bench.stop)
        while i != -1:
            rank = search.rank(i, i + count)
            if best_rank is None or rank < best_rank:
                best_rank, best = rank, i
            i = given.find(pattern, i + 1, bench.stop)
    return best


def _nearest_on_bench(house: House, given: bytearray, gone: int) -> int | None:
    left = right = gone
    while not (house.first[left] and house.last[right]):
        if not house.first[left]:
            left -= 1
            if given[left]:
                return left
        if not house.last[right]:
            right += 1
            if given[right]:
                return right
    return None


def _ids(house: House, indexes: Iterable[int]) -> tuple[str, ...]:
    return tuple(house.places[i].id for i in indexes)


def _neighbours(house: House, index: int) -> tuple[int, ...]:
    left = () if house.first[index] else (index - 1,)
    return left if house.last[index] else (*left, index + 1)
