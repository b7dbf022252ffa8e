"""Statistics with exact thresholds: how surprising would a fair draw find what was seen?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Final

from app.lottery.draw.order import ordering
from app.lottery.draw.params import PrizeParams, Tier
from app.lottery.draw.prizes import assigning
from app.lottery.draw.public import Contributions
from app.lottery.draw.shuffle import shuffling, words
from app.lottery.draw.steps import finished

ALPHA: Final = Fraction(1, 1_000_000)
# Where the upper tail of chi-square is ALPHA, by degrees of freedom.
CHI_SQUARE_LIMIT: Final = {5: 35.9, 99: 180.8, 119: 207.2}


def seeds(count: int, run: int) -> Iterator[bytes]:
    """Seeds of shuffles, others for every run."""
    for number in range(count):
        yield hashlib.sha256(f"statistics {run} {number}".encode()).digest()


def permutations_of_five(count: int, run: int) -> Counter[object]:
    """How often each order of five came."""
    found: Counter[object] = Counter()
    for seed in seeds(count, run):
        cells = bytearray(range(5))
        finished(shuffling(cells, words(seed)))
        found[bytes(cells)] += 1
    return found


def positions_of_marked(count: int, run: int) -> Counter[object]:
    """How often each of 100 positions won the only prize."""
    params = prize_params(100, 1)
    return Counter(finished(assigning(params, seed)).index(1) for seed in seeds(count, run))


def orders_of_weights(count: int, run: int, weights: Sequence[int]) -> Counter[object]:
    """How often each order of weighted entries came."""
    return Counter(tuple(finished(ordering(weights, seed))) for seed in seeds(count, run))


def winners_among_first(count: int, run: int, first: int = 50) -> Counter[int]:
    """How often so many of the first buyers won, of 100 prizes in 10,000 tickets."""
    params = prize_params(10_000, 100)
    return Counter(
        first - finished(assigning(params, seed))[:first].count(0) for seed in seeds(count, run)
    )


def chi_square(found: Mapping[object, int], expected: Mapping[object, Fraction]) -> float:
    """Pearson's statistic; infinite if something came that cannot."""
    count = sum(found.values())
    if set(found) - set(expected):
        return float("inf")
    return float(
        sum(
            (found.get(kind, 0) - chance * count) ** 2 / (chance * count)
            for kind, chance in expected.items()
        )
    )


def evenly(kinds: Sequence[object]) -> dict[object, Fraction]:
    """Each as likely as the others."""
    return dict.fromkeys(kinds, Fraction(1, len(kinds)))


def hypergeometric(winners: int, *, size: int, prizes: int, first: int) -> Fraction:
    """The chance that exactly so many of the first tickets are among the prizes."""
    ways = comb(prizes, winners) * comb(size - prizes, first - winners)
    return Fraction(ways, comb(size, first))


def surprise(hits: int, count: int, chance: Fraction) -> Fraction:
    """Exact and two-sided: twice the chance of so many or fewer, or of so many or more."""
    other = chance.denominator - chance.numerator
    term = whole = other**count
    below = term if hits else 0
    for k in range(1, count + 1):
        term = term * (count - k + 1) * chance.numerator // (k * other)
        whole += term
        below += term if k < hits else 0
        if k == hits:
            at = term
    if not hits:
        at = other**count
    return min(Fraction(1), Fraction(2 * min(below + at, whole - below), whole))


def prize_params(size: int, prizes: int) -> PrizeParams:
    """A batch with one tier."""
    return PrizeParams("evening", "Statistics", size, (Tier("prize", prizes),), Contributions())
