"""The words and pictures of a prize draw, as `Lottery.notes` keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from app.frozen import frozen

STOCKS: Final = ("straw", "rose", "sky", "lilac", "sage", "buff")
PICTURES: Final = (
    *("star", "coin", "chair", "key", "ticket", "cup"),
    *("bicycle", "lamp", "cake", "book", "flower", "bottle", "basket"),
)  # fmt: skip


EARLY_ACCESS: Final = "early-access"  # to the sale of an event
MEMBERS_PAGE: Final = "members-page"
OPENS: Final = (EARLY_ACCESS, MEMBERS_PAGE)


@frozen
class TierWords:
    """How one kind of prize is shown: a line beside its name, its colour and its picture.

    A seat brings so many `tickets` to the event of that slug; an entitlement `opens` something,
    early access the sale of `event`.
    """

    note: str = ""
    stock: str = "straw"
    picture: str = "star"
    event: str = ""
    tickets: int = 0
    opens: str = ""


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
    tiers = {key: asdict(tier) for key, tier in words.tiers.items()}
    return {"tiers": tiers, "rules": words.rules, "cause": words.cause, "share": words.share}
