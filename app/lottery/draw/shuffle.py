"""Random numbers from a seed, and the shuffle that uses them."""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from struct import Struct
from typing import Final

from app.lottery.draw.digests import VERSION, keyed
from app.lottery.draw.steps import SLICE_COUNT, Steps

WORD_BITS: Final = 64
POSITION_COUNT_LIMIT: Final = 10_000_000

_WORDS = Struct(">4Q")
_WORD_END = 2**WORD_BITS


def words(seed: bytes) -> Iterator[int]:
    """Numbers of 64 bits without end: HMAC-SHA256(seed, "draw/v1" and a counter), cut in four."""
    code_of, prefix, counter = keyed(seed), VERSION.encode(), 0
    while True:
        yield from _WORDS.unpack(code_of(prefix + counter.to_bytes(8, "big")))
        counter += 1


def below(source: Iterator[int], end: int) -> int:
    """A number from 0 to `end` - 1, each equally likely.

    Words at or above the largest multiple of `end` are left out (rejection sampling): a plain
    remainder would favour small numbers.
    """
    fair_end = _WORD_END - _WORD_END % end
    word = next(source)
    while word >= fair_end:
        word = next(source)
    return word % end


def shuffling(cells: MutableSequence[int], source: Iterator[int]) -> Steps[None]:
    """Shuffle in place, every order equally likely; a step is at most 2,048 swaps.

    Fisher and Yates in Durstenfeld's form, from the end (Knuth, The Art of Computer Programming,
    volume 2, 3.4.2, algorithm P).
    """
    for stop in range(len(cells) - 1, 0, -SLICE_COUNT):
        end = max(stop - SLICE_COUNT, 0)
        for last in range(stop, end, -1):
            other = below(source, last + 1)
            cells[last], cells[other] = cells[other], cells[last]
        yield stop - end
