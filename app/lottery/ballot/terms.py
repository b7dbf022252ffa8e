"""What a ballot promises before the first entry: seats, groups, wishes, times."""

from __future__ import annotations

from typing import Final

from app.frozen import frozen
from app.lottery.sealing import BY_STAFF, SOURCES
from app.refusals import Invalid

GROUP_LIMIT: Final = 20
WISH_LIMIT: Final = 10
ENTRY_LIMIT: Final = 100_000
WEIGHT_LIMIT: Final = 100  # all chances of a full ballot can be drawn


@frozen
class Wish:
    """A price category of an event."""

    event_id: int
    category: str


@frozen
class Share:
    """So many seats of an event and price category go to the ballot."""

    wish: Wish
    count: int


@frozen
class WeightRule:
    """Entries with a code count so often; `words` are public, of the code there is a keyed hash."""

    words: str
    weight: int
    code_key: str


@frozen
class BallotTerms:
    """All that is public before the first entry. `closes_ms` is wall time, the rest lasts so long.

    `weight_limit` above 1 says in public that some entries count more, by whole numbers.
    """

    supply: tuple[Share, ...]
    closes_ms: int | None = None
    group_limit: int = 4
    wish_limit: int = 4
    weight_limit: int = 1
    right_ms: int = 259_200_000
    offer_ms: int = 10_800_000
    source: str = BY_STAFF
    weights: tuple[WeightRule, ...] = ()

    @property
    def room(self) -> dict[Wish, int]:
        """How many seats of each wish there are."""
        return {share.wish: share.count for share in self.supply}


def check_terms(terms: BallotTerms) -> None:
    """Raise `Invalid` with a sentence per field for terms that cannot be promised."""
    rules = (
        ("supply", not terms.supply or any(share.count < 1 for share in terms.supply),
         "Say how many seats there are, at least one of each kind."),
        ("supply", len(terms.room) != len(terms.supply), "Name each kind of seat once."),
        ("group", not 1 <= terms.group_limit <= GROUP_LIMIT, f"Groups have 1 to {GROUP_LIMIT}."),
        ("wishes", not 1 <= terms.wish_limit <= WISH_LIMIT, f"1 to {WISH_LIMIT} wishes."),
        ("weight", not 1 <= terms.weight_limit <= WEIGHT_LIMIT,
         f"A weight is a whole number from 1 to {WEIGHT_LIMIT}."),
        ("weight", any(not 1 < rule.weight <= terms.weight_limit for rule in terms.weights),
         "Nobody counts more often than the ballot says."),
        ("times", terms.right_ms < 1 or terms.offer_ms < 1, "There is some time to buy."),
        ("source", terms.source not in SOURCES, "Say where the public value comes from."),
    )  # fmt: skip
    wrong = {key: words for key, is_wrong, words in rules if is_wrong}
    if wrong:
        raise Invalid(wrong)
