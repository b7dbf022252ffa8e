"""The ballot: in which order entries are served, and who is among the first."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice, repeat
from typing import NamedTuple

from app.lottery.draw.shuffle import shuffling, words
from app.lottery.draw.steps import SLICE_COUNT, Steps


class Served(NamedTuple):
    """Indexes of entries: the winners, then the waiting list, both in the order of the draw."""

    winners: list[int]
    waiting: list[int]


def ordering(weights: Sequence[int], seed: bytes) -> Steps[list[int]]:
    """The order of the entries, as indexes of the list.

    Each entry has as many chances as its weight. All chances are shuffled, and where an entry
    comes first is its place: whole numbers only, exactly the draw without replacement in which
    the next is each of the rest with probability weight / sum of the rest's weights. With
    weights of 1 it is the plain shuffle.
    """
    chances = array("I")
    for start in range(0, len(weights), SLICE_COUNT):
        part = weights[start : start + SLICE_COUNT]
        for index, weight in enumerate(part, start):
            chances.extend(repeat(index, weight))
        yield len(part)
    yield from shuffling(chances, words(seed))
    return (yield from _first_places(chances, len(weights)))


def first_winners(order: Sequence[int], sizes: Sequence[int], place_count: int) -> Served:
    """Who wins when all places are alike: in order, every group whose people all still fit.

    A group that does not fit waits at its place in the order, and the next one is asked.
    """
    served, left = Served([], []), place_count
    for index in order:
        fits = sizes[index] <= left
        left -= sizes[index] if fits else 0
        (served.winners if fits else served.waiting).append(index)
    return served


def _first_places(chances: Sequence[int], count: int) -> Steps[list[int]]:
    order, seen, rest = [], bytearray(count), iter(chances)
    while part := list(islice(rest, SLICE_COUNT)):
        for index in part:
            if not seen[index]:
                seen[index] = 1
                order.append(index)
        yield len(part)
    return order
