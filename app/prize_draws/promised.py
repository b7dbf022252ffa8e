"""Everything that a batch promises, as its commitment covers it: rules, prizes and their worth.

A verifier only needs sizes and counts; whoever bought a ticket wants the rest bound as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.draw_words import DrawWords
from app.lottery.draw.params import PrizeParams
from app.lottery.draw.params import Tier as DrawnTier
from app.lottery.draw.public import NoValue, read_public
from app.lottery.pool.terms import INSTANT, Terms

Promised = dict[str, str | int]


def promised_params(
    title: str,
    currency: str,
    credits: int | None,
    terms: Terms,
    public: Mapping[str, Any],
    words: DrawWords,
) -> PrizeParams:
    """The rules of a batch in the form of draw/v1."""
    how = NoValue() if terms.mode == INSTANT else read_public(dict(public))
    tiers = tuple(DrawnTier(tier.key, tier.count) for tier in terms.tiers)
    promised = _terms(currency, credits, terms) | dict(_prizes(terms, words)) | dict(_told(words))
    return PrizeParams(terms.mode, title, terms.size, tiers, how, promised)


def _terms(currency: str, credits: int | None, terms: Terms) -> Promised:
    promised: Promised = {
        "price_cents": terms.price_cents,
        "currency": currency,
        "threshold": terms.threshold,
        "successor_size": terms.successor_size,
        "claim_days": terms.claim_days,
        "retention_days": terms.retention_days,
    }
    if credits:
        promised["credits"] = credits
    if terms.closes_ms is not None:
        promised["closes_ms"] = terms.closes_ms
    return promised


def _told(words: DrawWords) -> Iterator[tuple[str, str | int]]:
    """The rules line by line: draw/v1 knows no line ends."""
    lines = [line for line in words.rules.replace("\t", " ").split("\n") if line.strip()]
    for number, line in enumerate(lines, start=1):
        yield f"rules_{number}", line
    for name, text in (("cause", words.cause), ("share", words.share)):
        if text:
            yield name, text


def _prizes(terms: Terms, words: DrawWords) -> Iterator[tuple[str, str | int]]:
    """What each tier of the table is, by its number: its name, its worth and what it brings."""
    for number, tier in enumerate(terms.tiers, start=1):
        brings = words.of_tier(tier.key)
        facts: Promised = {
            "name": tier.name, "kind": tier.kind, "cents": tier.cents, "event": brings.event,
            "tickets": brings.tickets, "opens": brings.opens,
        }  # fmt: skip
        for name, fact in facts.items():
            if fact:
                yield f"prize_{number}_{name}", fact
