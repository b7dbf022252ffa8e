"""Money in words: minor units and a currency become what a price tag says."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel.numbers import format_currency, get_currency_precision

KEPT_LIMIT: Final = 4096


@lru_cache(KEPT_LIMIT)
def sum_words(cents: int, currency: str, locale: str = "en_GB") -> str:
    """A sum with all its digits: £24.00."""
    return str(format_currency(_amount(cents, currency), currency, locale=locale))


@lru_cache(KEPT_LIMIT)
def price_words(cents: int, currency: str, locale: str = "en_GB") -> str:
    """A price in a list: £24, or £24.50 where there are pence."""
    amount = _amount(cents, currency)
    if amount != int(amount):
        return sum_words(cents, currency, locale)
    return str(format_currency(amount, currency, "¤#,##0", locale=locale, currency_digits=False))


def _amount(cents: int, currency: str) -> float:
    digits = get_currency_precision(currency)
    return cents / 10**digits if digits else cents
