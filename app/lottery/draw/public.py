"""The public value: how it will be fixed is committed, and nothing in it is left to taste.

A value that could be written in two ways, or with a remark, would let whoever writes it down choose
between two draws after seeing both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from app.lottery.draw.canonical import NUMBER_MAX
from app.lottery.draw.shape import HASH, fields, number, refuse, rows, text

SOURCE_COUNT_LIMIT: Final = 20
NUMBER_COUNT_LIMIT: Final = 100
HEX_DIGITS_MIN: Final = 16
HEX_DIGITS_LIMIT: Final = 256

_HEX = re.compile(r"[0-9a-f]+")
_WHERE = "How the public value is fixed"


@dataclass(frozen=True, slots=True)
class Source:
    """Numbers that others draw in public: so many, from `low` to `high`."""

    name: str
    count: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class NoValue:
    """The draw follows from the server seed alone: this trusts the house."""

    def plain(self) -> dict[str, Any]:
        """As it stands in the params."""
        return {"how": "none"}

    def check(self, value: Any) -> None:
        """Refuse whatever is not the empty list."""
        if rows(value, "The public value"):
            refuse("There is a public value though none was announced.")


@dataclass(frozen=True, slots=True)
class Numbers:
    """One list of numbers for each source, in ascending order."""

    sources: tuple[Source, ...]

    def plain(self) -> dict[str, Any]:
        """As it stands in the params."""
        names = ("count", "high", "low", "name")
        listed = [{name: getattr(source, name) for name in names} for source in self.sources]
        return {"how": "numbers", "sources": listed}

    def check(self, value: Any) -> None:
        """Refuse numbers that the sources cannot have drawn."""
        lists = rows(value, "The public value")
        if len(lists) != len(self.sources):
            refuse("The public value does not have one list for each source.")
        for source, drawn in zip(self.sources, lists, strict=True):
            where = f"A number of {source.name}"
            found = [number(one, source.low, source.high, where) for one in rows(drawn, where)]
            if len(found) != source.count or found != sorted(found):
                refuse(f"The numbers of {source.name} are not {source.count} in ascending order.")


@dataclass(frozen=True, slots=True)
class Beacon:
    """So many hexadecimal digits that somebody else publishes, such as a named beacon's round."""

    source: str
    digits: int

    def plain(self) -> dict[str, Any]:
        """As it stands in the params."""
        return {"digits": self.digits, "how": "beacon", "source": self.source}

    def check(self, value: Any) -> None:
        """Refuse anything but one text of that length."""
        lists = rows(value, "The public value")
        if len(lists) != 1 or len(text(lists[0], "The public value", _HEX)) != self.digits:
            refuse(f"The public value is not {self.digits} hexadecimal digits.")


@dataclass(frozen=True, slots=True)
class Contributions:
    """One random value of each purchase or entry, sorted: weaker, the house can add the last."""

    def plain(self) -> dict[str, Any]:
        """As it stands in the params."""
        return {"how": "contributions"}

    def check(self, value: Any) -> None:
        """Refuse anything but one or more of 64 digits each, in ascending order, none twice."""
        if not rows(value, "The public value"):
            refuse("There is no contribution to the public value.")
        before = ""
        for one in value:
            text(one, "A contribution", HASH)
            if one <= before:
                refuse("The contributions are not in ascending order.")
            before = one


PublicValue = NoValue | Numbers | Beacon | Contributions


def read_public(plain: Any) -> PublicValue:
    """How the public value is fixed, from the params; refuses what draw/v1 does not know."""
    how = plain.get("how") if type(plain) is dict else None
    if how == "numbers":
        return _read_numbers(plain)
    if how == "beacon":
        return _read_beacon(plain)
    if how not in ("none", "contributions"):
        refuse(f"{_WHERE} is not one of the ways of draw/v1.")
    fields(plain, ("how",), _WHERE)
    return NoValue() if how == "none" else Contributions()


def _read_beacon(plain: Any) -> Beacon:
    fields(plain, ("digits", "how", "source"), _WHERE)
    digits = number(plain["digits"], HEX_DIGITS_MIN, HEX_DIGITS_LIMIT, "The count of digits")
    return Beacon(text(plain["source"], "The source"), digits)


def _read_numbers(plain: Any) -> Numbers:
    fields(plain, ("how", "sources"), _WHERE)
    listed = rows(plain["sources"], "The sources")
    number(len(listed), 1, SOURCE_COUNT_LIMIT, "The count of sources")
    return Numbers(tuple(map(_read_source, listed)))


def _read_source(plain: Any) -> Source:
    fields(plain, ("count", "high", "low", "name"), "A source")
    name = text(plain["name"], "The name of a source")
    count = number(plain["count"], 1, NUMBER_COUNT_LIMIT, f"The count of {name}")
    high = number(plain["high"], 1, NUMBER_MAX, f"The highest of {name}")
    return Source(name, count, number(plain["low"], 0, high, f"The lowest of {name}"), high)
