"""Free seats per price category, counted without looking at seats one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

FREE: Final = ord("f")
ALL_BITS: Final = 255


class FreeCounter:
    """Counts over the seats `start` to `stop` of a plan; prepared once."""

    def __init__(self, seat_categories: Sequence[int], start: int, stop: int) -> None:
        """`seat_categories` has a category for each seat of the plan, -1 where none sells."""
        own = seat_categories[start:stop]
        self.start, self.stop = start, stop
        self._masks = {
            category: int.from_bytes(bytes(ALL_BITS * (c == category) for c in own), "little")
            for category in sorted(set(own) - {-1})
        }
        self.seat_counts = {category: own.count(category) for category in self._masks}

    def counts(self, letters: bytes) -> Mapping[int, int]:
        """How many seats of each category are free."""
        own = letters[self.start : self.stop]
        bits = int.from_bytes(own, "little")
        return {
            category: (bits & mask).to_bytes(len(own), "little").count(FREE)
            for category, mask in self._masks.items()
        }
