"""Reads a draw file, or says what is wrong on which line; the format is docs/draw-file.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.clock import to_ms
from app.draw_files.draw_file import DrawFile
from app.draw_files.prizes import Prize, read_prizes
from app.draw_files.public_value import CONTRIBUTIONS, read_public_value
from app.draw_files.refused import DrawFileRefused
from app.draw_words import STOCKS, DrawWords
from app.lottery.draw.params import checked
from app.lottery.draw.refused import BundleRefused
from app.lottery.pool.terms import (
    EVENING,
    INSTANT,
    PURCHASE_LIMIT,
    SIZE_LIMIT,
    PoolRules,
    Terms,
    check_terms,
)
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.prize_draws.promised import promised_params
from app.refusals import Invalid
from app.toml_files.fields import Fields, Problems
from app.toml_files.houses import read_house, read_venue
from app.toml_files.reading import (
    LINE_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    read_currency,
    slug_of,
    top_of,
)

CREDITS_LIMIT: Final = 1_000_000
DAYS_LIMIT: Final = 3650
AGE_LIMIT: Final = 99
PERSON_LIMIT: Final = SIZE_LIMIT
# Where the rules of a batch, which know no files, stand in a file.
PLACES: Final[Mapping[str, str]] = {
    "size": "draw.size",
    "mode": "draw.mode",
    "price": "draw.price",
    "tiers": "prizes",
    "prizes": "prizes",
    "successor": "successor.size",
    "threshold": "successor.threshold",
    "odds": "successor.size",
    "claim": "draw.claim_days",
    "retention": "draw.retention_days",
}


def read_draw_file(raw: bytes) -> DrawFile:
    """The draw in the file; raises DrawFileRefused with every place that must be mended."""
    top, problems = top_of(raw, DrawFileRefused)
    house = read_house(top.table("house", required=True))
    venue, zone = read_venue(top.table("venue", required=True))
    draw = top.table("draw", required=True)
    currency, digits = read_currency(draw)
    prizes = read_prizes(top, digits, zone)
    mode = draw.one_of("mode", (EVENING, INSTANT), EVENING)
    public = read_public_value(top, mode)
    facts = _facts(draw)
    terms = _terms(top, draw, prizes, mode, public, digits, zone)
    read = DrawFile(
        house=house,
        venue=venue,
        currency=currency,
        terms=terms,
        limits=_limits(top),
        public=public,
        words=_words(draw, prizes),
        **facts,
    )
    draw.end()
    top.end()
    problems.end()
    _check_together(read, problems)
    problems.end()
    return read


def _facts(draw: Fields) -> dict[str, Any]:
    title = draw.text("title", NAME_LIMIT)
    return {
        "title": title,
        "slug": draw.slug("slug", slug_of(title) or "draw"),
        "summary": draw.text("summary", LINE_LIMIT, ""),
        "stock": draw.one_of("stock", STOCKS, "straw"),
        "credits": draw.whole("credits", 1, CREDITS_LIMIT, 1) if "credits" in draw else None,
    }


def _terms(
    top: Fields,
    draw: Fields,
    prizes: tuple[Prize, ...],
    mode: str,
    public: dict[str, Any],
    digits: int,
    zone: ZoneInfo,
) -> Terms:
    closes_at = draw.instant("closes_at", zone)
    successor = top.table("successor")
    terms = Terms(
        size=draw.whole("size", 1, SIZE_LIMIT),
        tiers=tuple(tier for tier, _words in prizes),
        mode=mode,
        price_cents=draw.price("price", digits, 0),
        threshold=successor.whole("threshold", 1, SIZE_LIMIT) if "successor" in top else 0,
        successor_size=successor.whole("size", 1, SIZE_LIMIT) if "successor" in top else 0,
        source=BY_BUYERS if public["how"] == CONTRIBUTIONS else BY_STAFF,
        closes_ms=None if closes_at is None else to_ms(closes_at),
        claim_days=draw.whole("claim_days", 1, DAYS_LIMIT, 60),
        retention_days=draw.whole("retention_days", 0, DAYS_LIMIT, 365),
    )
    successor.end()
    return terms


def _limits(top: Fields) -> dict[str, int]:
    table = top.table("limits")
    person = table.whole("person", 1, PERSON_LIMIT, PURCHASE_LIMIT)
    day = table.whole("day", 1, PERSON_LIMIT, person)
    most = min(PURCHASE_LIMIT, person, day)
    limits = {
        "person_limit": person,
        "day_limit": day,
        "purchase_limit": table.whole("purchase", 1, PURCHASE_LIMIT, most),
        "age_limit": table.whole("age", 0, AGE_LIMIT, 0),
    }
    table.end()
    return limits


def _words(draw: Fields, prizes: tuple[Prize, ...]) -> DrawWords:
    return DrawWords(
        tiers={tier.key: words for tier, words in prizes},
        rules=draw.text("rules", TEXT_LIMIT, "", long=True),
        cause=draw.text("cause", NAME_LIMIT, ""),
        share=draw.text("share", LINE_LIMIT, ""),
    )


def _check_together(read: DrawFile, problems: Problems) -> None:
    """Note what contradicts itself in a file that is sound part by part."""
    try:
        check_terms(read.terms)
    except Invalid as refusal:
        for name, words in refusal.fields.items():
            problems.refuse(PLACES.get(name, "draw"), words)
    else:
        _check_length(read, problems)
    limits = PoolRules(0, read.slug, read.currency, **read.limits)
    if limits.person_limit < limits.purchase_limit:
        problems.refuse("limits.person", "must not be less than what one purchase may have.")
    if limits.day_limit < limits.purchase_limit:
        problems.refuse("limits.day", "must not be less than what one purchase may have.")


def _check_length(read: DrawFile, problems: Problems) -> None:
    """A commitment covers all that is promised, and has a limit."""
    try:
        checked(
            promised_params(
                read.title, read.currency, read.credits, read.terms, read.public, read.words
            )
        )
    except BundleRefused as refusal:
        problems.refuse("draw.rules" if read.words.rules else "prizes", refusal.happened)
