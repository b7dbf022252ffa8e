"""Every order, position and winner is as likely as it should be, at a level of one in a million.

The seeds of a quick run are fixed, so that it never fails by chance. Each detector is also shown
shuffles with the usual mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations

import pytest

from app.lottery.draw import order, shuffle
from app.lottery.draw.digests import commitment
from app.lottery.draw.shuffle import below
from app.lottery.draw.steps import finished
from tests.budget import TimeBudget
from tests.lottery.chances import (
    ALPHA,
    CHI_SQUARE_LIMIT,
    chi_square,
    evenly,
    hypergeometric,
    orders_of_weights,
    permutations_of_five,
    positions_of_marked,
    surprise,
    winners_among_first,
)
from tests.lottery.samples import evening, seed_of

FIVE = evenly([bytes(one) for one in permutations(range(5))])
WEIGHTS = (1, 2, 3)

Below = Callable[[Iterator[int], int], int]


def chance_of(picked: tuple[int, ...], weights: tuple[int, ...] = WEIGHTS) -> Fraction:
    """Each next one by its share of the weights that are left."""
    chance, left = Fraction(1), sum(weights)
    for index in picked:
        chance *= Fraction(weights[index], left)
        left -= weights[index]
    return chance


def misfits_of_first_fifty(found: Counter[int], count: int) -> list[str]:
    """Which of no winner, one, or more came surprisingly often or seldom; a third of ALPHA each."""
    none, one = (hypergeometric(k, size=10_000, prizes=100, first=50) for k in (0, 1))
    expected = {"none": none, "one": one, "more": 1 - none - one}
    seen = {"none": found[0], "one": found[1], "more": count - found[0] - found[1]}
    return [kind for kind in expected if surprise(seen[kind], count, expected[kind]) < ALPHA / 3]


@pytest.mark.weight(0.1)
def test_every_order_of_five_is_as_likely(time_budget: TimeBudget) -> None:
    for run in time_budget.rounds(at_least=1, at_most=20):
        assert chi_square(permutations_of_five(24_000, run), FIVE) < CHI_SQUARE_LIMIT[119]


@pytest.mark.weight(0.1)
def test_a_marked_ticket_is_as_likely_anywhere(time_budget: TimeBudget) -> None:
    for run in time_budget.rounds(at_least=1, at_most=20):
        found = positions_of_marked(50_000, run)

        assert chi_square(found, evenly(range(100))) < CHI_SQUARE_LIMIT[99]


@pytest.mark.weight(0.1)
def test_the_first_buyers_win_as_often_as_chance_allows(time_budget: TimeBudget) -> None:
    count = time_budget.size(quick=200, long=800)
    for run in time_budget.rounds(at_least=1, at_most=20):
        assert misfits_of_first_fifty(winners_among_first(count, run), count) == []


@pytest.mark.weight(0.1)
def test_an_order_with_weights_is_as_likely_as_the_weights_say(time_budget: TimeBudget) -> None:
    expected: dict[object, Fraction] = {one: chance_of(one) for one in permutations(range(3))}
    for run in time_budget.rounds(at_least=1, at_most=20):
        found = orders_of_weights(6_000, run, WEIGHTS)

        assert chi_square(found, expected) < CHI_SQUARE_LIMIT[5]


@pytest.mark.parametrize("weights", [(1, 2, 3), (4, 1, 1), (1, 1, 1), (2, 2, 1, 1)])
def test_weights_are_exact_over_all_shuffles(
    weights: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = [index for index, weight in enumerate(weights) for _ in range(weight)]
    found: Counter[tuple[int, ...]] = Counter()
    for picked in permutations(chances):
        monkeypatch.setattr(order, "shuffling", placing(picked))
        found[tuple(finished(order.ordering(weights, bytes(32))))] += 1

    shares = {picked: Fraction(count, found.total()) for picked, count in found.items()}
    orders = permutations(range(len(weights)))
    assert shares == {picked: chance_of(picked, weights) for picked in orders}


def placing(picked: tuple[int, ...]) -> Callable[..., Iterator[int]]:
    """A shuffle with a given outcome."""

    def shuffling(cells: list[int], _source: Iterator[int]) -> Iterator[int]:
        for at, cell in enumerate(picked):
            cells[at] = cell
        yield len(picked)

    return shuffling


# ---- the usual mistakes, which the detectors must see -------------------------------------------


def with_few_bits(bits: int) -> Below:
    """A plain remainder, which favours small numbers; with words so short that it shows."""
    return lambda source, end: (next(source) >> 64 - bits) % end


def never_staying(source: Iterator[int], end: int) -> int:
    """Off by one: no cell may stay where it is (Sattolo), so only cycles come."""
    return below(source, max(end - 1, 1))


def never_first(source: Iterator[int], end: int) -> int:
    """Off by one at the other side: the first cell is never exchanged."""
    return 1 + below(source, end - 1) if end > 1 else 0


def anywhere_of(size: int) -> Below:
    """Exchange with any cell, which has n^n ways for n! orders."""
    return lambda source, _end: below(source, size)


@pytest.mark.parametrize(
    "mistake",
    [with_few_bits(4), never_staying, never_first, anywhere_of(5)],
    ids=["remainder", "never staying", "never first", "anywhere"],
)
def test_the_orders_of_five_show_a_mistake(mistake: Below, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "below", mistake)

    assert chi_square(permutations_of_five(24_000, 1), FIVE) > CHI_SQUARE_LIMIT[119]


@pytest.mark.parametrize(
    "mistake",
    [with_few_bits(8), never_first, anywhere_of(100)],
    ids=["remainder", "never first", "anywhere"],
)
def test_a_marked_ticket_shows_a_mistake(mistake: Below, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "below", mistake)
    found = positions_of_marked(5_000, 1)

    assert chi_square(found, evenly(range(100))) > CHI_SQUARE_LIMIT[99]


@pytest.mark.parametrize("mistake", [with_few_bits(8), never_first], ids=["remainder", "first"])
def test_the_first_buyers_show_a_mistake(mistake: Below, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "below", mistake)

    assert misfits_of_first_fifty(winners_among_first(60, 1), 60) != []


def test_the_expected_figures_are_the_known_ones() -> None:
    assert round(float(hypergeometric(0, size=10_000, prizes=100, first=50)), 4) == 0.6043
    assert surprise(5, 10, Fraction(1, 2)) == 1
    assert surprise(0, 10, Fraction(1, 2)) == Fraction(2, 1024)


def test_a_thousand_batches_have_a_thousand_commitments() -> None:
    params = evening().params.plain()
    made = {commitment(seed_of(f"batch {at}"), "batch", params) for at in range(500)}
    made |= {commitment(seed_of("one seed"), f"batch-{at}", params) for at in range(500)}

    assert len(made) == 1000
