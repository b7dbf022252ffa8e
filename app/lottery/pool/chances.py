"""What so many tickets of a batch may win: chances before anything is sold, never rounded up."""

from __future__ import annotations

from fractions import Fraction
from math import expm1, log1p

from app.lottery.pool.terms import Terms


def chance_of(size: int, winning: int, count: int) -> float:
    """The chance that at least one of `count` tickets wins one of `winning` prizes.

    Drawn without replacement: 1 - C(size - winning, count) / C(size, count).
    """
    if winning + count > size:
        return 1.0
    fewer, more = sorted((winning, count))
    missed = sum(log1p(-more / (size - taken)) for taken in range(fewer))
    return -expm1(missed)


def expected_prizes(terms: Terms, count: int) -> Fraction:
    """How many prizes so many tickets win on average."""
    return Fraction(count * terms.prize_count, terms.size)


def expected_cents(terms: Terms, count: int) -> int:
    """What those are worth on average, in whole minor units and never more."""
    worth = sum(tier.count * tier.cents for tier in terms.tiers)
    return count * worth // terms.size
