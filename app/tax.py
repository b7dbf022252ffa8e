"""Tax that prices include, to the cent; rates are basis points (2000 is 20 %)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WHOLE: Final = 10_000  # basis points


def tax_within(cents: int, rate: int) -> int:
    """What of a sum is tax: sum * rate / (100 % + rate), half a cent rounded up."""
    parts = WHOLE + rate
    tax = (2 * abs(cents) * rate + parts) // (2 * parts)
    return tax if cents >= 0 else -tax


def taxes_of_lines(lines: Sequence[tuple[int, int]]) -> list[int]:
    """The tax of each line of (cents, rate): those of one rate add up to the tax of their sum."""
    summed: dict[int, int] = {}
    taxes = []
    for cents, rate in lines:
        before = summed.get(rate, 0)
        summed[rate] = before + cents
        taxes.append(tax_within(before + cents, rate) - tax_within(before, rate))
    return taxes


def shares_of(cents: int, weights: Sequence[int]) -> list[int]:
    """A sum shared out by weight, in whole cents that add up to it."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares, before, given = [], 0, 0
    for weight in weights:
        before += weight
        until = cents * before // whole
        shares.append(until - given)
        given = until
    return shares


def rate_words(rate: int) -> str:
    """20 %, 5.5 %."""
    return f"{rate / 100:.2f}".rstrip("0").rstrip(".") + "%"
