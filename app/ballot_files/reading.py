"""Reads a ballot file, or says what is wrong on which line; the format is docs/ballot-file.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.ballot_files.refused import BallotFileRefused
from app.draw_files.public_value import read_public_value
from app.lottery.ballot.terms import GROUP_LIMIT, WEIGHT_LIMIT, WISH_LIMIT
from app.lottery.pool.terms import EVENING
from app.models import Stock
from app.toml_files.fields import Fields
from app.toml_files.reading import LINE_LIMIT, NAME_LIMIT, slug_of, top_of
from app.toml_files.times import zone_of

SHARES_LIMIT: Final = 50
SEATS_LIMIT: Final = 100_000
HOURS_LIMIT: Final = 24 * 60
HOURS_TO_BUY: Final = 72
HOURS_FOR_OFFERS: Final = 3
WEIGHTS_LIMIT: Final = 20
CODE_LIMIT: Final = 64
CODE_MIN: Final = 8  # too many to guess


@dataclass(frozen=True, slots=True)
class ShareWords:
    """So many seats of an event's price category; `place` is where the file says so."""

    place: str
    event: str
    category: str
    count: int


@dataclass(frozen=True, slots=True)
class WeightWords:
    """Who has this code counts so often; `words` say it in public."""

    words: str
    weight: int
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BallotFile:
    """A ballot as its file has it; `public` is how the public value is fixed, as draw/v1 has it."""

    title: str
    slug: str
    summary: str
    stock: str
    time_zone: str
    closes_at: datetime
    draws_at: datetime | None
    group_limit: int
    wish_limit: int
    hours_to_buy: int
    hours_for_offers: int
    shares: tuple[ShareWords, ...]
    public: Mapping[str, Any]
    weights: tuple[WeightWords, ...] = ()


def read_ballot_file(raw: bytes) -> BallotFile:
    """The ballot in the file; raises BallotFileRefused with every place that must be mended."""
    top, problems = top_of(raw, BallotFileRefused)
    table = top.table("ballot", required=True)
    facts = _facts(table)
    shares = _shares(top)
    if not shares:
        top.refuse("seats", "At least one [[seats]] is needed: an event, a price and a number.")
    public = read_public_value(top, EVENING)
    weights = _weights(top)
    table.end()
    top.end()
    problems.end()
    return BallotFile(shares=shares, public=public, weights=weights, **facts)


def folded_code(code: str) -> str:
    """A code as it is compared: without spaces, and small letters are as good as capitals."""
    return "".join(code.split()).casefold()


def _facts(table: Fields) -> dict[str, Any]:
    title = table.text("title", NAME_LIMIT)
    zone = _zone(table)
    closes_at = table.instant("closes_at", zone, required=True)
    draws_at = table.instant("draws_at", zone)
    if closes_at is not None and draws_at is not None and draws_at < closes_at:
        table.refuse("draws_at", "must not be before closes_at.")
    return {
        "title": title,
        "slug": table.slug("slug", slug_of(title) or "ballot"),
        "summary": table.text("summary", LINE_LIMIT, ""),
        "stock": table.one_of("stock", (stock.value for stock in Stock), "rose"),
        "time_zone": zone.key,
        "closes_at": closes_at,
        "draws_at": draws_at,
        "group_limit": table.whole("group_limit", 1, GROUP_LIMIT, 4),
        "wish_limit": table.whole("wish_limit", 1, WISH_LIMIT, 3),
        "hours_to_buy": table.whole("hours_to_buy", 1, HOURS_LIMIT, HOURS_TO_BUY),
        "hours_for_offers": table.whole("hours_for_offers", 1, HOURS_LIMIT, HOURS_FOR_OFFERS),
    }


def _zone(table: Fields) -> ZoneInfo:
    name = table.text("time_zone", NAME_LIMIT)
    try:
        return zone_of(name or "UTC")
    except ValueError as error:
        table.refuse("time_zone", str(error))
        return ZoneInfo("UTC")


def _shares(top: Fields) -> tuple[ShareWords, ...]:
    shares: list[ShareWords] = []
    for table in top.tables("seats", SHARES_LIMIT):
        share = ShareWords(
            table.place,
            table.slug("event"),
            table.key("category"),
            table.whole("count", 1, SEATS_LIMIT),
        )
        if any((share.event, share.category) == (one.event, one.category) for one in shares):
            table.refuse("category", "stands twice for this event.")
        shares.append(share)
        table.end()
    return tuple(shares)


def _weights(top: Fields) -> tuple[WeightWords, ...]:
    found: list[WeightWords] = []
    for table in top.tables("weights", WEIGHTS_LIMIT):
        words, weight = table.text("words", NAME_LIMIT), table.whole("weight", 2, WEIGHT_LIMIT)
        code = table.text("code", CODE_LIMIT)
        if code and not folded_code(code).replace("-", "").isalnum():
            table.refuse("code", "may have letters, digits, dashes and spaces only.")
        elif len(folded_code(code)) < CODE_MIN:
            table.refuse("code", f"has at least {CODE_MIN} letters or digits: nobody guesses it.")
        elif any(folded_code(code) == folded_code(one.code) for one in found):
            table.refuse("code", "stands twice; each code counts in one way.")
        found.append(WeightWords(words, weight, code))
        table.end()
    return tuple(found)
