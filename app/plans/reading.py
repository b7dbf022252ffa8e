"""Typed reading of untrusted JSON: every wrong value is noted with its place, none raises."""

from __future__ import annotations

import re
import sys
from typing import Any

from app.plans.refused import PROBLEM_LIMIT, PlanRefused, Problem

COORDINATE_LIMIT = 100_000  # plan units, either way from the corner
EXCERPT_LIMIT = 40  # characters of the file's own text shown in a problem
# Control characters, surrogates and the marks that reverse or hide text.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
MISSING = object()


class Reading:
    """Gathers what is wrong (problems) and what is odd (warnings) while a file is read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.problem_count = 0
        self._warned: dict[str, tuple[str, int]] = {}

    def refuse(self, place: str, words: str) -> None:
        """Note something that must be mended before the file can be used."""
        self.problem_count += 1
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append(Problem(place, words))

    def warn(self, place: str, words: str) -> None:
        """Note something odd; the same words are said once and counted."""
        first, count = self._warned.get(words, (place, 0))
        if count or len(self._warned) < PROBLEM_LIMIT:
            self._warned[words] = (first, count + 1)

    def warnings(self) -> tuple[Problem, ...]:
        """The odd things, each once, with its first place and how often it stands there."""
        return tuple(
            Problem(place, words if count == 1 else f"{words} ({count} times, this is the first)")
            for words, (place, count) in self._warned.items()
        )

    def end(self) -> None:
        """Raise PlanRefused when anything must be mended."""
        if self.problems:
            more = self.problem_count - len(self.problems)
            raise PlanRefused(tuple(self.problems), more)

    def known(self, thing: dict[str, Any], keys: frozenset[str], place: str, what: str) -> None:
        """Warn of keys that the format does not have."""
        if not thing.keys() <= keys:
            for key in thing.keys() - keys:
                self.warn(place, f"“{excerpt(key)}” of a {what} is not known and was left out.")

    def thing(self, value: object, place: str, words: str) -> dict[str, Any] | None:
        """The value as an object, or None when it is none."""
        if isinstance(value, dict):
            return value
        self.refuse(place, f"{words} must be an object in braces, {_kind(value)} stands there.")
        return None

    def list_of(self, thing: dict[str, Any], key: str, place: str, limit: int) -> list[Any]:
        """A required list with at most `limit` members, or an empty one."""
        value = thing.get(key, MISSING)
        if value is MISSING:
            self.refuse(place, f"“{key}” is missing.")
        elif not isinstance(value, list):
            self.refuse(at(place, key), f"must be a list, {_kind(value)} stands there.")
        elif len(value) > limit:
            self.refuse(at(place, key), f"has {len(value):,} members, at most {limit:,} can be.")
        else:
            return value
        return []

    def text(
        self,
        thing: dict[str, Any],
        key: str,
        place: str,
        limit: int,
        *,
        default: str | None = None,
        may_be_empty: bool = False,
    ) -> str:
        """Up to `limit` printable characters, trimmed; with a default it may be missing."""
        value = thing.get(key, MISSING)
        # nearly all texts, in a fifth of the time: what is printable has nothing unprintable in it
        if type(value) is str and len(value) <= limit and value.isprintable():
            trimmed = value.strip()
            if trimmed:
                return sys.intern(trimmed)
        if value is MISSING or (value is None and default is not None):
            if default is None:
                self.refuse(place, f"“{key}” is missing.")
        elif not isinstance(value, str):
            self.refuse(at(place, key), f"must be text in quotes, {_kind(value)} stands there.")
        elif len(value) > limit:
            self.refuse(at(place, key), f"is {len(value):,} characters long, limit {limit}.")
        elif UNPRINTABLE.search(value):
            self.refuse(at(place, key), "has a control character in it; type the text again.")
        elif default is None and not may_be_empty and not value.strip():
            self.refuse(at(place, key), "is empty.")
        else:
            return sys.intern(value.strip())
        return default or ""

    def number(
        self, thing: dict[str, Any], key: str, place: str, default: float | None = None
    ) -> float:
        """A finite number within COORDINATE_LIMIT; with a default it may be missing."""
        value = thing.get(key, MISSING)
        if type(value) is float and -COORDINATE_LIMIT <= value <= COORDINATE_LIMIT:
            return value
        if value is MISSING or (value is None and default is not None):
            if default is None:
                self.refuse(place, f"“{key}” is missing.")
            return default or 0.0
        # JSON true and false are ints in Python
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(at(place, key), f"must be a number, {_kind(value)} stands there.")
        elif not -COORDINATE_LIMIT <= value <= COORDINATE_LIMIT:  # also NaN and infinity
            self.refuse(at(place, key), f"is too large; the limit is {COORDINATE_LIMIT:,}.")
        else:
            return float(value)
        return default or 0.0

    def point(
        self, thing: dict[str, Any], key: str, place: str, *, required: bool
    ) -> tuple[float, float]:
        """An `{x, y}` pair; (0, 0) where it may be missing and is."""
        value = thing.get(key)
        if value is None and not required:
            return 0.0, 0.0
        if not isinstance(value, dict):
            if key in thing:
                self.refuse(at(place, key), f"must be x and y in braces, not {_kind(value)}.")
            else:
                self.refuse(place, f"“{key}” is missing.")
            return 0.0, 0.0
        where = at(place, key)
        return self.number(value, "x", where), self.number(value, "y", where)


def at(place: str, key: str) -> str:
    """The place of one key of the object at `place`; the file itself is the empty place."""
    return f"{place}.{key}" if place else key


def excerpt(text: str) -> str:
    """A short printable piece of the file's own text, safe to show and to log."""
    clean = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text[: EXCERPT_LIMIT + 1])
    return clean if len(clean) <= EXCERPT_LIMIT else clean[: EXCERPT_LIMIT - 1] + "…"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "something else")
