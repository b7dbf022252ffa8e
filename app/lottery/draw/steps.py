"""Long work in short slices: generators that stop every few milliseconds.

Each step yields how many units it has done; `units` of the same module says how many there will be.
`opened = yield from opening(...)` inside another generator, `finished(opening(...))` where nothing
waits meanwhile, or `next(work)` until StopIteration, whose `value` is the outcome.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, TypeVar

SLICE_COUNT: Final = 2048  # swaps or lines; 1 to 4 ms each on a small machine
T = TypeVar("T")

Steps = Generator[int, None, T]


def finished(work: Steps[T]) -> T:
    """Do all of it at once; the outcome."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            outcome: T = end.value
            return outcome
