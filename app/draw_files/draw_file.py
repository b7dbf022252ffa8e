"""What a draw file says, as plain frozen values; times are wall milliseconds, money minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.draw_words import DrawWords
from app.lottery.pool.terms import Terms
from app.toml_files.houses import HouseWords, VenueWords


@dataclass(frozen=True, slots=True)
class DrawFile:
    """One prize draw with all that its batches promise.

    `credits` is what a ticket costs in play credits, None where they are not taken; `limits` are
    fields of `PoolRules`, `public` is how the public value is fixed as draw/v1 writes it.
    """

    house: HouseWords
    venue: VenueWords
    slug: str
    title: str
    currency: str
    terms: Terms
    limits: Mapping[str, int]
    public: Mapping[str, Any]
    words: DrawWords
    summary: str = ""
    stock: str = "straw"
    credits: int | None = None
