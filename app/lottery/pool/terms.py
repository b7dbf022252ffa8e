"""What a draw and its batches promise: all of it public before the first sale."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from app.frozen import frozen
from app.lottery.sealing import BY_STAFF, SOURCES
from app.refusals import Invalid

EVENING: Final = "evening"  # sold blind, shuffled after closing with a public value
INSTANT: Final = "instant"  # shuffled beforehand, the buyer learns at once

MONEY: Final = "money"
THING: Final = "thing"
SEAT: Final = "seat"
ENTITLEMENT: Final = "entitlement"  # opens something on the site; nobody has to hand it over
KINDS: Final = (MONEY, THING, SEAT, ENTITLEMENT)

SIZE_LIMIT: Final = 1_000_000
TIER_LIMIT: Final = 255  # a tier is one byte per position
PURCHASE_LIMIT: Final = 10_000
DAY_MS: Final = 86_400_000


@frozen
class Tier:
    """One kind of prize and how many of it a batch holds; rarest tiers come first."""

    key: str
    name: str
    count: int
    kind: str = THING
    cents: int = 0  # what one is worth


@frozen
class Terms:
    """What one batch promises. `closes_ms` is wall time; None sells until it is closed."""

    size: int
    tiers: tuple[Tier, ...]
    mode: str
    price_cents: int
    threshold: int  # with fewer left, a successor opens
    successor_size: int  # 0: no successor
    source: str = BY_STAFF  # of the public value
    closes_ms: int | None = None
    claim_days: int = 60
    retention_days: int = 365

    @property
    def prize_count(self) -> int:
        """How many tickets win anything."""
        return sum(tier.count for tier in self.tiers)

    @property
    def odds(self) -> tuple[tuple[str, Fraction], ...]:
        """The chance of one ticket for each tier."""
        return tuple((tier.key, Fraction(tier.count, self.size)) for tier in self.tiers)


@frozen
class PoolRules:
    """What holds for all batches of one draw."""

    lottery_id: int
    slug: str
    currency: str
    purchase_limit: int = PURCHASE_LIMIT
    person_limit: int = PURCHASE_LIMIT
    day_limit: int = PURCHASE_LIMIT
    age_limit: int = 0  # years; 0 asks nobody
    raise_wait_days: int = 7  # after asking for a higher budget; at least 1
    hold_ms: int = 600_000  # for a purchase that nobody pays
    refused_card_ms: int = 300_000


def check_terms(terms: Terms) -> None:
    """Raise `Invalid` with a sentence per field for terms that cannot be promised."""
    wrong = {key: words for key, is_wrong, words in _rules(terms) if is_wrong}
    if wrong:
        raise Invalid(wrong)


def successor_terms(terms: Terms) -> Terms:
    """The same odds in the successor's size."""
    tiers = tuple(
        replace(tier, count=tier.count * terms.successor_size // terms.size) for tier in terms.tiers
    )
    return replace(terms, size=terms.successor_size, tiers=tiers)


def prize_places(terms: Terms, positions: tuple[tuple[int, ...], ...]) -> bytes:
    """One byte per position: 0 for nothing, else the tier's place in the table, from 1.

    `positions` are those of each tier, from 1. Raises `Invalid` for one that is given twice or
    does not exist.
    """
    places = bytearray(terms.size)
    for number, of_tier in enumerate(positions, start=1):
        for position in of_tier:
            if not 1 <= position <= terms.size or places[position - 1]:
                raise Invalid({"positions": f"Position {position} cannot have this prize."})
            places[position - 1] = number
    check_places(terms, bytes(places))
    return bytes(places)


def check_places(terms: Terms, places: bytes) -> None:
    """Raise `Invalid` unless these places hold exactly the published prizes."""
    counts = [places.count(number) for number in range(1, len(terms.tiers) + 1)]
    if len(places) != terms.size or counts != [tier.count for tier in terms.tiers]:
        raise Invalid({"prizes": "The prizes are not those of the published table."})
    if places.count(0) != terms.size - terms.prize_count:
        raise Invalid({"prizes": "A prize is not in the published table."})


def _rules(terms: Terms) -> tuple[tuple[str, bool, str], ...]:
    keys = {tier.key for tier in terms.tiers}
    successor = terms.successor_size
    return (
        ("size", not 1 <= terms.size <= SIZE_LIMIT, "A batch has 1 to 1,000,000 tickets."),
        ("mode", terms.mode not in (EVENING, INSTANT), "A draw is evening or instant."),
        ("source", terms.source not in SOURCES, "Say where the public value comes from."),
        ("price", terms.price_cents < 0, "A price is not negative."),
        (
            "tiers",
            not 1 <= len(terms.tiers) <= TIER_LIMIT
            or len(keys) != len(terms.tiers)
            or any(tier.count < 1 or tier.kind not in KINDS for tier in terms.tiers),
            "Every prize has a name of its own, a kind and a whole count.",
        ),
        ("prizes", terms.prize_count > terms.size, "There are more prizes than tickets."),
        (
            "successor",
            successor != 0 and not 1 <= successor <= SIZE_LIMIT,
            "A successor has 1 to 1,000,000 tickets.",
        ),
        (
            "threshold",
            not 0 <= terms.threshold <= terms.size
            or (successor != 0 and terms.threshold >= successor),
            "The threshold is too big: it must be smaller than the batch and its successor.",
        ),
        (
            "odds",
            terms.size > 0 and any(tier.count * successor % terms.size for tier in terms.tiers),
            "A successor of that size cannot have the same odds in whole prizes.",
        ),
        ("claim", terms.claim_days < 1, "Winners have at least one day to claim."),
        ("retention", terms.retention_days < 0, "Tickets are kept for 0 days or more."),
    )
