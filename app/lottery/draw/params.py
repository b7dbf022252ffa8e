"""The rules of a batch, as committed before the first sale or entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.lottery.draw.canonical import encode
from app.lottery.draw.digests import commitment
from app.lottery.draw.public import NoValue, PublicValue, read_public
from app.lottery.draw.shape import BATCH, fields, number, refuse, rows, text
from app.lottery.draw.shuffle import POSITION_COUNT_LIMIT

EVENING: Final = "evening"
INSTANT: Final = "instant"
BALLOT: Final = "ballot"
TIER_COUNT_LIMIT: Final = 255
GROUP_COUNT_LIMIT: Final = 1000
WEIGHT_LIMIT: Final = 1000
PARAMS_BYTES_LIMIT: Final = 64 * 1024

_TIER_KEY = re.compile(r"[a-z0-9-]{1,40}")
_TERM = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Tier:
    """One line of the prize table: so many tickets of the batch win it."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class PrizeParams:
    """A batch of `size` tickets and its prize table; `kind` is evening or instant.

    `terms` may hold anything else that is promised: texts and whole numbers under short names.
    """

    kind: str
    title: str
    size: int
    tiers: tuple[Tier, ...]
    public: PublicValue
    terms: Mapping[str, str | int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As it is committed and published."""
        return {
            "kind": self.kind,
            "public": self.public.plain(),
            "size": self.size,
            "terms": dict(self.terms),
            "tiers": [{"count": tier.count, "key": tier.key} for tier in self.tiers],
            "title": self.title,
        }


@dataclass(frozen=True, slots=True)
class BallotParams:
    """Groups of up to `group_limit` people win together; a `weight_limit` of 1 means no weights."""

    title: str
    group_limit: int
    weight_limit: int
    public: PublicValue
    terms: Mapping[str, str | int] = field(default_factory=dict)
    kind: str = BALLOT

    def plain(self) -> dict[str, Any]:
        """As it is committed and published."""
        return {
            "group_limit": self.group_limit,
            "kind": self.kind,
            "public": self.public.plain(),
            "terms": dict(self.terms),
            "title": self.title,
            "weight_limit": self.weight_limit,
        }


Params = PrizeParams | BallotParams


def read_params(plain: Any) -> Params:
    """The rules in a document; refuses what draw/v1 does not know or cannot draw."""
    if len(encode(plain)) > PARAMS_BYTES_LIMIT:
        refuse("The rules are longer than draw/v1 allows.")
    kind = plain.get("kind") if type(plain) is dict else None
    if kind == BALLOT:
        return _read_ballot(plain)
    if kind not in (EVENING, INSTANT):
        refuse("The kind of draw is not one that draw/v1 knows.")
    params = _read_prizes(plain)
    if (kind == INSTANT) != isinstance(params.public, NoValue):
        refuse("An evening draw needs a public value, an instant one has none.")
    return params


def checked(params: Params) -> Params:
    """The same params, or a refusal of what no verifier would accept: ask before committing."""
    return read_params(params.plain())


def commit(params: Params, batch: str, server_seed: bytes) -> bytes:
    """The commitment to publish with the rules before the first sale or entry.

    `server_seed` is 32 bytes of the system's randomness, used once. Raises BundleRefused for rules
    or a batch's name that no verifier would accept.
    """
    text(batch, "The batch", BATCH)
    return commitment(server_seed, batch, checked(params).plain())


def _read_prizes(plain: dict[str, Any]) -> PrizeParams:
    fields(plain, ("kind", "public", "size", "terms", "tiers", "title"), "The list of rules")
    size = number(plain["size"], 1, POSITION_COUNT_LIMIT, "The size of the batch")
    listed = rows(plain["tiers"], "The prize table")
    number(len(listed), 1, TIER_COUNT_LIMIT, "The count of prize tiers")
    tiers = tuple(_read_tier(tier, size) for tier in listed)
    if len({tier.key for tier in tiers}) != len(tiers):
        refuse("A prize tier stands twice in the prize table.")
    if sum(tier.count for tier in tiers) > size:
        refuse("There are more prizes than tickets.")
    title, public = text(plain["title"], "The title"), read_public(plain["public"])
    return PrizeParams(plain["kind"], title, size, tiers, public, _terms(plain["terms"]))


def _read_tier(plain: Any, size: int) -> Tier:
    fields(plain, ("count", "key"), "A prize tier")
    count = number(plain["count"], 1, size, "The count of a prize tier")
    return Tier(text(plain["key"], "The key of a prize tier", _TIER_KEY), count)


def _read_ballot(plain: dict[str, Any]) -> BallotParams:
    names = ("group_limit", "kind", "public", "terms", "title", "weight_limit")
    fields(plain, names, "The list of rules")
    return BallotParams(
        text(plain["title"], "The title"),
        number(plain["group_limit"], 1, GROUP_COUNT_LIMIT, "The size of a group"),
        number(plain["weight_limit"], 1, WEIGHT_LIMIT, "The largest weight"),
        read_public(plain["public"]),
        _terms(plain["terms"]),
    )


def _terms(plain: Any) -> dict[str, str | int]:
    if type(plain) is not dict:
        refuse("The terms are not an object.")
    for name, value in plain.items():
        if not _TERM.fullmatch(name) or type(value) not in (str, int):
            refuse("A term is not a short name with a text or a number.")
    return dict(plain)
