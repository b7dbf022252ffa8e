"""Small draws of every kind, the same at every call."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.lottery.draw.bundle import seal
from app.lottery.draw.digests import entry_hash
from app.lottery.draw.drawing import Facts, drawing
from app.lottery.draw.lists import entry_line, sold_line
from app.lottery.draw.merkle import Tree
from app.lottery.draw.params import BallotParams, PrizeParams, Tier
from app.lottery.draw.prizes import opening
from app.lottery.draw.public import Beacon, Contributions, NoValue, Numbers, Source
from app.lottery.draw.steps import finished
from app.lottery.draw.tickets import ticket_proof

TIERS = (Tier("bottle", 1), Tier("free-seat", 3))
NUMBERS = Numbers((Source("Harbour Lottery, first draw of December", 6, 1, 49),))


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw with a name."""

    name: str
    facts: Facts

    @property
    def bundle(self) -> bytes:
        """Its file."""
        return bundle_of(self.name)


def seed_of(words: str) -> bytes:
    """A server seed for tests: never one for a real draw."""
    return hashlib.sha256(f"Full House draw vectors, {words}".encode()).digest()


def holder(number: int) -> str:
    """A purchase or an entry as it stands in a list."""
    return entry_hash(seed_of(f"salt {number}")[:16], f"entry-{number}")


def sold(*ranges: tuple[int, int]) -> tuple[str, ...]:
    """The list of an evening: (first, count) of each purchase."""
    return tuple(sold_line(first, count, holder(first)) for first, count in ranges)


def entries(*groups: tuple[int, int]) -> tuple[str, ...]:
    """The list of a ballot: (group size, weight) of each entry."""
    lines = (entry_line(holder(at), size, weight) for at, (size, weight) in enumerate(groups))
    return tuple(sorted(lines))


def evening() -> Facts:
    """Eleven of twelve tickets sold in four purchases; numbers of a lottery decide."""
    params = PrizeParams(
        "evening", "Tombola “Grüße” 🎟", 12, TIERS, NUMBERS, {"price_cents": 200, "currency": "EUR"}
    )
    lines = sold((1, 3), (4, 1), (5, 2), (8, 5))
    return Facts(params, "tombola-1", seed_of("evening"), [[3, 8, 21, 40, 41, 49]], lines)


def contributed() -> Facts:
    """An evening that its buyers' contributions decide."""
    params = PrizeParams("evening", "Raffle", 5, TIERS, Contributions())
    public = sorted(seed_of(f"contribution {number}").hex() for number in range(3))
    return Facts(params, "raffle:2", seed_of("contributed"), public, sold((1, 2), (3, 1)))


def instant() -> Facts:
    """Eleven tickets, shuffled beforehand."""
    params = PrizeParams("instant", "Lucky dip", 11, TIERS, NoValue(), {"price_cents": 100})
    return Facts(params, "dip-1", seed_of("instant"))


def ballot() -> Facts:
    """Seven groups; a beacon decides."""
    params = BallotParams("Opening night", 4, 1, Beacon("the beacon's round 4711", 32))
    groups = entries((1, 1), (2, 1), (4, 1), (1, 1), (3, 1), (2, 1), (2, 1))
    return Facts(params, "ballot-1", seed_of("ballot"), [seed_of("beacon").hex()[:32]], groups)


def weighted() -> Facts:
    """Five entries with one to nine chances; the house alone decides."""
    params = BallotParams("Members’ night", 2, 9, NoValue(), {"note": ""})
    return Facts(
        params, "B.2", seed_of("weighted"), [], entries((1, 9), (2, 1), (1, 3), (1, 1), (2, 2))
    )


FACTS = {
    "evening": evening,
    "contributed": contributed,
    "instant": instant,
    "ballot": ballot,
    "weighted": weighted,
}
SAMPLES = tuple(Sample(name, facts()) for name, facts in FACTS.items())


@cache
def bundle_of(name: str) -> bytes:
    """The file of a sample."""
    facts = FACTS[name]()
    return seal(facts, finished(drawing(facts)))


@cache
def instant_tree() -> Tree:
    """The tree of the instant sample."""
    facts = instant()
    assert isinstance(facts.params, PrizeParams)
    return finished(opening(facts.params, facts.batch, facts.server_seed)).tree


def proofs(positions: Sequence[int] = range(1, 12)) -> list[bytes]:
    """The files of tickets of the instant sample."""
    return [ticket_proof(instant_tree(), position) for position in positions]
