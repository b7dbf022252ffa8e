"""Promises of size: a million tickets cost no memory of their own, no step takes long."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

from app.lottery.pool import commands as c
from app.lottery.pool.decide import settled
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import EVENING, Terms, Tier
from tests.lottery.draws import NOON_MS, at, licensed, paid, wants

T = TypeVar("T")
MILLION = 1_000_000
STEP_SECONDS = 0.010
BYTES_LIMIT = 20_000


def million(state: PoolState, mode: str, places: bytes = b"") -> None:
    """A batch of a million tickets, 50,000 of which win."""
    tiers = (Tier("car", "Car", 1), Tier("lamp", "Lamp", 999), Tier("tea", "Tea", 49_000))
    terms = Terms(MILLION, tiers, mode, 100, 1000, MILLION)
    settled(state, c.OpenBatch("b1", terms, "seal", "ada", NOON_MS, places), at())


def quickest(attempt: Callable[[int], T]) -> tuple[float, T]:
    """The best of three: a busy machine is slow, never quick. Seconds of this thread."""
    best: tuple[float, T] | None = None
    for number in range(3):
        began = time.thread_time()
        result = attempt(number)
        seconds = time.thread_time() - began
        if best is None or seconds < best[0]:
            best = seconds, result
    assert best is not None
    return best


def test_a_million_unsold_tickets_cost_no_memory() -> None:
    draw = licensed()
    tracemalloc.start()
    million(draw, EVENING)
    used, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert used < BYTES_LIMIT


def test_ten_thousand_tickets_are_one_range_and_a_few_quick_slices() -> None:
    draw = licensed(person_limit=MILLION, day_limit=MILLION)
    places = bytes(MILLION - 50_000) + bytes([1] + [2] * 999 + [3] * 49_000)
    million(draw, "instant", places[::-1])

    def buys(number: int) -> float:
        name = f"p{number}"
        settled(draw, wants(10_000, name), at())
        view = settled(draw, paid(name, MILLION), at()).outcome
        worst = 0.0
        while view.status != "filled":
            began = time.thread_time()
            view = settled(draw, c.AllocateSlice(name, view.drawn, NOON_MS), at()).outcome
            worst = max(worst, time.thread_time() - began)
        assert (len(view.parts), view.drawn) == (1, 10_000)
        return worst

    seconds, worst_slice = quickest(buys)

    assert worst_slice < STEP_SECONDS
    assert seconds < 10 * STEP_SECONDS


def test_purchases_of_ten_do_not_slow_down_with_the_batch() -> None:
    draw = licensed(person_limit=MILLION, day_limit=MILLION)
    million(draw, EVENING)
    for number in range(2000):
        settled(draw, wants(10, f"q{number}"), at())
        settled(draw, paid(f"q{number}", 1000), at())

    def buys(number: int) -> object:
        settled(draw, wants(10, f"r{number}"), at())
        return settled(draw, paid(f"r{number}", 1000), at()).outcome

    seconds, _view = quickest(buys)

    assert seconds < STEP_SECONDS / 5
