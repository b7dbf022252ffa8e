"""The words and pictures of a prize draw, as `Lottery.notes` keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.frozen import frozen

STOCKS: Final = ("straw", "rose", "sky", "lilac", "sage", "buff")
PICTURES: Final = (
    *("star", "coin", "chair", "key", "ticket", "cup"),
    *("bicycle", "lamp", "cake", "book", "flower", "bottle", "basket"),
)  # fmt: skip


@frozen
class TierWords:
    """How one kind of prize is shown: a line beside its name, its colour and its picture."""

    note: str = ""
    stock: str = "straw"
    picture: str = "star"


@frozen
class DrawWords:
    """All words of a draw that its rules do not need.

    `cause` is where the money goes, as "the roof"; `share` one sentence on how it is divided.
    """

    tiers: Mapping[str, TierWords]
    rules: str = ""
    cause: str = ""
    share: str = ""

    def of_tier(self, key: str) -> TierWords:
        """How a tier is shown."""
        return self.tiers.get(key, TierWords())


def words_of(notes: Mapping[str, Any]) -> DrawWords:
    """The words as they were kept."""
    tiers = {key: TierWords(**plain) for key, plain in notes.get("tiers", {}).items()}
    return DrawWords(tiers, notes.get("rules", ""), notes.get("cause", ""), notes.get("share", ""))


def plain_words(words: DrawWords) -> dict[str, Any]:
    """The words as they are kept."""
    tiers = {
        key: {"note": tier.note, "stock": tier.stock, "picture": tier.picture}
        for key, tier in words.tiers.items()
    }
    return {"tiers": tiers, "rules": words.rules, "cause": words.cause, "share": words.share}
