"""Words that every page of a draw uses: numbers of tickets, times, fingerprints, public values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from app.clock import from_ms
from app.draw_cards import DrawCard
from app.draws.queries.prizes import count_words
from app.lottery.pool.terms import PURCHASE_LIMIT
from app.lottery.pool.totals import BatchTotals
from app.money import price_words
from app.words import gettext as _
from app.words import ngettext

GROUP_DIGITS = 4
SHORT_GROUPS = 4
NUMBER_DIGITS = 4


def tickets_words(count: int) -> str:
    """1,200 tickets."""
    return ngettext(
        "%(count_words)s ticket", "%(count_words)s tickets", count, count_words=count_words(count)
    )


def prizes_words(count: int) -> str:
    """60 prizes."""
    return ngettext(
        "%(count_words)s prize", "%(count_words)s prizes", count, count_words=count_words(count)
    )


def batch_title(batch: BatchTotals) -> str:
    """Batch 3, 20,000 tickets."""
    return _("Batch %(number)s, %(size)s", number=batch.number, size=tickets_words(batch.size))


def ticket_number(position: int, size: int) -> str:
    """0413, as wide as the batch's last number."""
    return str(position).zfill(max(NUMBER_DIGITS, len(str(size))))


def raise_words(cards: Iterable[DrawCard]) -> str:
    """When a budget counts that is higher than the one before."""
    days = max(max(1, card.rules.raise_wait_days) for card in cards)
    return ngettext(
        "A higher one starts %(num)d day after you ask for it.",
        "A higher one starts %(num)d days after you ask for it.",
        days,
    )


def local(card: DrawCard, at_ms: int) -> datetime:
    """A wall time in the draw's zone."""
    return from_ms(at_ms).astimezone(card.zone)


def short_hash(digits: str) -> str:
    """9f2c 71ab 04de 83c1: enough to compare with a receipt."""
    return " ".join(_groups(digits)[:SHORT_GROUPS])


def long_hash(digits: str) -> str:
    """All of it, in groups of four."""
    return " ".join(_groups(digits))


def price_of_ticket(card: DrawCard, price_cents: int, *, takes_money: bool) -> str:
    """£2 a ticket, or 5 credits; free where it costs nothing."""
    credits = ngettext("%(num)d credit a ticket", "%(num)d credits a ticket", card.credits)
    if not price_cents and not card.credits:
        return _("Free tickets")
    if not price_cents or not takes_money:
        return credits if card.credits else ""
    money = price_words(price_cents, card.currency)
    if not card.credits:
        return _("%(money)s a ticket", money=money)
    credits = ngettext("%(num)d credit", "%(num)d credits", card.credits)
    return _("%(money)s or %(credits)s a ticket", money=money, credits=credits)


def limits_words(card: DrawCard) -> Iterator[str]:
    """How many one person can buy, where that is less than a purchase can have, or has a day."""
    rules = card.rules
    if rules.day_limit < PURCHASE_LIMIT:
        yield _("At most %(most)s on one day.", most=count_words(rules.day_limit))
    if rules.person_limit < PURCHASE_LIMIT:
        yield _("At most %(most)s for one person.", most=count_words(rules.person_limit))


def is_by_buyers(card: DrawCard) -> bool:
    """Whether the value that nobody can choose is made of what came with the purchases."""
    return bool(card.public.get("how") == "contributions")


def value_title(card: DrawCard) -> str:
    """What that value is called."""
    return _("Numbers of the buyers") if is_by_buyers(card) else _("Number from outside")


def value_fixed_words(card: DrawCard) -> str:
    """That it cannot change any more."""
    return (
        _("Numbers of the buyers fixed") if is_by_buyers(card) else _("Number from outside fixed")
    )


def public_words(rules: Mapping[str, Any]) -> str:
    """Where the outside number will come from."""
    how = rules.get("how", "none")
    if how == "numbers":
        return ", ".join(_source_words(source) for source in rules["sources"])
    if how == "beacon":
        return _("The random value of %(source)s", source=rules["source"])
    if how == "contributions":
        return _("One of each purchase")
    return ""


def public_value_words(kept: str) -> str:
    """3, 7, 12, 25, 31, 49 as it is kept: people's numbers, or hexadecimal digits."""
    if not kept:
        return ""
    value = json.loads(kept)
    if value and isinstance(value[0], list):
        return "; ".join(", ".join(str(number) for number in drawn) for drawn in value)
    if len(value) == 1:
        return long_hash(str(value[0]))
    return ngettext(
        "%(count_words)s value",
        "%(count_words)s values",
        len(value),
        count_words=count_words(len(value)),
    )


def _source_words(source: Mapping[str, Any]) -> str:
    return ngettext(
        "%(name)s, one number from %(low)s to %(high)s",
        "%(name)s, %(num)d numbers from %(low)s to %(high)s",
        source["count"],
        name=source["name"],
        low=count_words(source["low"]),
        high=count_words(source["high"]),
    )


def _groups(digits: str) -> list[str]:
    return [digits[at : at + GROUP_DIGITS] for at in range(0, len(digits), GROUP_DIGITS)]
