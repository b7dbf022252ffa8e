"""The table of prizes in words: odds are whole numbers, as they were published."""

from __future__ import annotations

from app.draw_cards import DrawCard
from app.draw_words import PICTURES, STOCKS
from app.draws.views.prizes import PrizeLine, Prizes
from app.lottery.pool.terms import Terms
from app.lottery.pool.totals import BatchTotals, TierLeft
from app.words import gettext as _


def prizes(card: DrawCard, terms: Terms) -> Prizes:
    """What one batch can give, rarest first, with the chance of any prize."""
    return Prizes(prize_lines(card, terms), any_prize_words(terms.prize_count, terms.size))


def prize_lines(card: DrawCard, terms: Terms) -> tuple[PrizeLine, ...]:
    """Each kind of prize with its odds."""
    return tuple(
        prize_line(card, TierLeft(tier.key, tier.name, tier.count, None), terms.size)
        for tier in terms.tiers
    )


def lines_left(card: DrawCard, batch: BatchTotals) -> tuple[PrizeLine, ...]:
    """The same with what is still left in a batch, where that may be known."""
    return tuple(prize_line(card, tier, batch.size) for tier in batch.tiers)


def prize_line(card: DrawCard, tier: TierLeft, size: int) -> PrizeLine:
    """One kind of prize."""
    shown = card.words.of_tier(tier.key)
    return PrizeLine(
        key=tier.key,
        name=tier.name,
        note=shown.note,
        stock=shown.stock if shown.stock in STOCKS else STOCKS[0],
        picture=shown.picture if shown.picture in PICTURES else PICTURES[0],
        odds=odds_words(tier.count, size),
        left="" if tier.left is None else left_words(tier.left, tier.count),
    )


def odds_words(count: int, size: int) -> str:
    """37 in 1,200."""
    return _("%(count)s in %(size)s", count=count_words(count), size=count_words(size))


def any_prize_words(count: int, size: int) -> str:
    """60 in 1,200, or 1 in 20; rounded to the reader's disadvantage where it does not divide."""
    words = odds_words(count, size)
    if count <= 1:
        return words
    if size % count == 0:
        return _("%(odds)s, or 1 in %(num)s", odds=words, num=count_words(size // count))
    return _("%(odds)s, about 1 in %(num)s", odds=words, num=count_words(-(-size // count)))


def left_words(left: int, count: int) -> str:
    """31 of 37."""
    return _("%(left)s of %(count)s", left=count_words(left), count=count_words(count))


def count_words(count: int) -> str:
    """1,200."""
    return f"{count:,}"
