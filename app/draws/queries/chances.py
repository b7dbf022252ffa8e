"""What so many tickets may win, in whole numbers and without any promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor
from typing import Final

from app.draws.queries.prizes import count_words
from app.lottery.pool.chances import chance_of, expected_cents, expected_prizes
from app.lottery.pool.terms import Terms
from app.lottery.pool.totals import BatchTotals
from app.money import price_words
from app.words import gettext as _
from app.words import ngettext

LIKELY: Final = 0.5
NOISE: Final = 1e-6  # of floating point, where a chance is a whole number


def left_terms(batch: BatchTotals) -> Terms:
    """What a batch still has in it: tickets that nobody has opened, prizes that nobody has won.

    The whole batch where nobody knows of any prize yet.
    """
    left = {tier.key: tier.left for tier in batch.tiers}
    if any(count is None for count in left.values()):
        return batch.terms
    tiers = (replace(tier, count=left[tier.key] or 0) for tier in batch.terms.tiers)
    return replace(
        batch.terms,
        size=max(1, batch.size - batch.issued),
        tiers=tuple(tier for tier in tiers if tier.count),
    )


def chance_words(terms: Terms, count: int) -> str:
    """At 250 tickets the chance of the £1,000 is 250 in 20,000, or 1 in 80. On average …"""
    if not terms.tiers:
        return _("All prizes of this batch have been won.")
    return " ".join(_sentences(terms, min(count, terms.size)))


def worth_words(terms: Terms, count: int, currency: str, *, is_paid: bool) -> str:
    """What they are worth on average: £141 for £250. Nothing where the prizes have no worth."""
    cents = expected_cents(terms, min(count, terms.size))
    if not any(tier.cents for tier in terms.tiers):
        return ""
    worth = price_words(cents - cents % 100 if cents >= 1000 else cents, currency)
    if not is_paid or not terms.price_cents:
        return _("What they are worth on average: %(worth)s.", worth=worth)
    price = price_words(count * terms.price_cents, currency)
    return _("What they are worth on average: %(worth)s for %(price)s.", worth=worth, price=price)


def _sentences(terms: Terms, count: int) -> Iterator[str]:
    best = terms.tiers[0]
    yield ngettext(
        "With one ticket the chance of %(prize)s is %(chance)s.",
        "At %(all)s tickets the chance of %(prize)s is %(chance)s.",
        count,
        all=count_words(count),
        prize=_inside(best.name),
        chance=_chance(terms.size, best.count, count),
    )
    if len(terms.tiers) > 1 or best.count > 1:
        yield _average(terms, count)


def _inside(name: str) -> str:
    """A bicycle becomes a bicycle in the middle of a sentence."""
    begun, space, _rest = name.partition(" ")
    return name[:1].lower() + name[1:] if space and begun in ("A", "An", "The") else name


def _chance(size: int, winning: int, count: int) -> str:
    if winning > 1:
        return _rounded(chance_of(size, winning, count))
    if count >= size:
        return _("certain")
    words = _("%(count)s in %(size)s", count=count_words(count), size=count_words(size))
    if count == 1:
        return words
    each = count_words(ceil(size / count))
    if size % count == 0:
        return _("%(words)s, or 1 in %(each)s", words=words, each=each)
    return _("%(words)s, about 1 in %(each)s", words=words, each=each)


def _rounded(chance: float) -> str:
    """Never rounded in favour of buying."""
    if chance >= LIKELY:
        return _("about %(num)s in 100", num=min(99, floor(chance * 100)))
    return _("about 1 in %(each)s", each=count_words(ceil(1 / chance - NOISE)))


def _average(terms: Terms, count: int) -> str:
    expected = expected_prizes(terms, count)
    if expected < 1:
        any_prize = chance_of(terms.size, terms.prize_count, count)
        return _("The chance of any prize is %(chance)s.", chance=_rounded(any_prize))
    low, high = floor(expected), ceil(expected)
    tickets = count_words(count)
    if low == high:
        return ngettext(
            "On average %(tickets)s tickets win one prize.",
            "On average %(tickets)s tickets win %(num)d prizes.", low, tickets=tickets,
        )  # fmt: skip
    return _("On average %(tickets)s tickets win %(low)s or %(high)s prizes.", tickets=tickets,
             low=count_words(low), high=count_words(high))  # fmt: skip
