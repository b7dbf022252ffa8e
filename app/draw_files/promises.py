"""What a draw has promised, compared with what a file says by now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.draw_files.draw_file import DrawFile
from app.draw_words import DrawWords, words_of
from app.lottery.pool.terms import Terms, Tier
from app.pool_reading import terms_of
from app.refusals import Refusal

Promises = dict[str, Any]


class PromiseChanged(Refusal):
    """The file says something else than what was promised; `problems` names each place."""

    code = "promise_changed"
    happened = "This would change what the draw has promised."
    safe = "Nothing was changed."

    def __init__(self, keys: list[str], why: str) -> None:
        super().__init__(problems=[f"{key}: {why}" for key in keys])
        self.next_step = f"{', '.join(keys)}: {why}"


def refuse_changed_draw(row: Any, read: DrawFile) -> None:
    """What holds for a draw as long as it lives; raises `PromiseChanged`."""
    before = {
        "draw.title": row.title,
        "draw.currency": row.currency,
        "house.slug": row.house_slug,
        "venue.slug": row.venue_slug,
        "limits": dict(row.rules),
    }
    now = {
        "draw.title": read.title,
        "draw.currency": read.currency,
        "house.slug": read.house.slug,
        "venue.slug": read.venue.slug,
        "limits": dict(read.limits),
    }
    _refuse(before, now, "stays as it is; make a new draw with another slug instead.")


def refuse_changed_batch(row: Any, batch: Any, read: DrawFile) -> None:
    """What a batch that has opened has promised; raises `PromiseChanged`."""
    before = promises_of(terms_of(batch.terms), words_of(row.notes), row.public, row.credits)
    now = promises_of(read.terms, read.words, read.public, read.credits)
    why = f"is promised for batch {batch.number} and cannot change; it can for the next batch."
    _refuse(before, now, why)


def promises_of(terms: Terms, words: DrawWords, public: Any, credits: int | None) -> Promises:
    """Everything that a batch promises, by its place in a file."""
    return {
        "draw.size": terms.size,
        "draw.mode": terms.mode,
        "draw.price": terms.price_cents,
        "draw.credits": credits,
        "draw.closes_at": terms.closes_ms,
        "draw.claim_days": terms.claim_days,
        "draw.retention_days": terms.retention_days,
        "draw.rules": words.rules,
        "draw.cause": words.cause,
        "draw.share": words.share,
        "successor": (terms.threshold, terms.successor_size),
        "public_value": dict(public),
        "prizes": [list(_of_prize(tier, words)) for tier in terms.tiers],
    }


def _of_prize(tier: Tier, words: DrawWords) -> Iterator[Any]:
    """Note, paper and picture of a prize are no promise, nor what members read."""
    brings = words.of_tier(tier.key)
    yield from (tier.key, tier.name, tier.count, tier.kind, tier.cents)
    yield from (brings.event, brings.tickets, brings.opens)
    yield from (brings.at_once, brings.from_ms, brings.until_ms)


def _refuse(before: Promises, now: Promises, why: str) -> None:
    changed = [key for key, value in before.items() if value != now[key]]
    if changed:
        raise PromiseChanged(changed, why)
