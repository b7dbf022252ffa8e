"""How much a proof may do: quick by default, more and with changing seeds under --long."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from _pytest.mark.structures import ParameterSet

MINUTES_SETTING = "FULLHOUSE_TEST_MINUTES"
SEED_SETTING = "FULLHOUSE_TEST_SEED"
SEED_PROPERTY = "seed"
ALL_WEIGHTS = pytest.StashKey[float]()
QUICK_SEED = 1  # the quick suite does the same every time


def seldom(*values: object) -> list[ParameterSet]:
    """Further values of a parameter that only a long run tries; a quick one has seen their like."""
    return [
        pytest.param(*value, marks=pytest.mark.long)
        if isinstance(value, tuple)
        else pytest.param(value, marks=pytest.mark.long)
        for value in values
    ]


def is_long() -> bool:
    """Whether this run is one of `./run test --long`."""
    return bool(os.environ.get(MINUTES_SETTING))


def minutes() -> float:
    """How long the long proofs may take together; 0 in a quick run."""
    return float(os.environ.get(MINUTES_SETTING) or 0)


def first_seed() -> int:
    """The seed that this run starts from."""
    return int(os.environ.get(SEED_SETTING) or QUICK_SEED)


def weight(item: pytest.Item) -> float:
    """A proof's share among the others of a long run."""
    marker = item.get_closest_marker("weight")
    return 1.0 if marker is None else float(marker.args[0])


def remember_seed(item: pytest.Item, number: int) -> None:
    """Keep the number that a test is working with, for the summary."""
    others = [(name, value) for name, value in item.user_properties if name != SEED_PROPERTY]
    item.user_properties[:] = [*others, (SEED_PROPERTY, number)]


class TimeBudget:
    """One proof's share of the time, and the seeds for its rounds."""

    def __init__(self, seconds: float, seed: int, remember: Callable[[int], None]) -> None:
        self.seconds = seconds
        self.seed = seed
        self._remember = remember
        self._end = time.monotonic() + seconds

    @property
    def left_seconds(self) -> float:
        """What is left of the share; 0 when it is used up, always 0 in a quick run."""
        return max(0.0, self._end - time.monotonic())

    def size(self, *, quick: int, long: int) -> int:
        """How many of something this proof must do at least."""
        return long if is_long() else quick

    def rounds(self, at_least: int, at_most: int | None = None) -> Iterator[int]:
        """A fresh seed for each round: at least so many rounds, then more while time is left.

        A failing round's seed is printed at the end; set FULLHOUSE_TEST_SEED to it and that round
        comes first.
        """
        done = 0
        while done < at_least or (self.left_seconds and (at_most is None or done < at_most)):
            seed = self.seed + done
            self._remember(seed)
            yield seed
            done += 1
