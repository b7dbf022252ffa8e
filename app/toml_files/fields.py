"""Typed reading of TOML tables: every wrong value is noted with its place, none raises."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from app.plans.reading import UNPRINTABLE, excerpt
from app.plans.refused import Problem
from app.toml_files.lines import line_near, lines_of
from app.toml_files.refused import FileRefused
from app.toml_files.times import instant_of

PRICE_LIMIT: Final = Decimal(100_000)  # in whole units of the currency
PERCENT_LIMIT: Final = Decimal(100)
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
SLUG_LIMIT: Final = 60
KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*\Z")
PARAGRAPH_SIGNS: Final = re.compile(r"[\n\t]")

T = TypeVar("T")


class Problems:
    """Gathers what must be mended in one text, with lines."""

    def __init__(self, text: str, refused: type[FileRefused]) -> None:
        self._lines = lines_of(text)
        self._refused = refused
        self.found: list[Problem] = []

    def refuse(self, place: str, words: str) -> None:
        """Note something that must be mended."""
        self.found.append(Problem(place, words, line_near(self._lines, place)))

    def end(self) -> None:
        """Raise the file's refusal when anything must be mended."""
        if self.found:
            self.found.sort(key=lambda problem: problem.line or 0)
            raise self._refused(tuple(self.found))


class Fields:
    """One table of the file; `end` refuses the keys that nobody asked for."""

    def __init__(self, problems: Problems, place: str, values: dict[str, Any]) -> None:
        self.place = place
        self._problems = problems
        self._values = values
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def refuse(self, key: str, words: str) -> None:
        """Note a problem of one key, or of the whole table where the key is empty."""
        self._problems.refuse(self._at(key) if key else self.place, words)

    def table(self, key: str, *, required: bool = False) -> Fields:
        """The table of that name; empty where there is none."""
        value = self._take(key, required, "This part is missing.")
        if value is not None and not isinstance(value, dict):
            self.refuse(key, "must be a table of its own.")
            value = None
        return Fields(self._problems, self._at(key), value or {})

    def tables(self, key: str, limit: int) -> list[Fields]:
        """Every table of a list such as `[[areas]]`, at most `limit`."""
        value = self._take(key, False, "")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.refuse(key, f"must be written as [[{key}]], once for each.")
            return []
        if len(value) > limit:
            self.refuse(key, f"has {len(value)} of them; at most {limit} can be.")
        return [
            Fields(self._problems, f"{self._at(key)}[{i}]", row)
            for i, row in enumerate(value[:limit])
        ]

    def text(self, key: str, limit: int, default: str | None = None, *, long: bool = False) -> str:
        """Printable text of at most `limit` characters; without a default it must be there."""
        value = self._take(key, default is None, "is missing.")
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.refuse(key, "must be text in quotes.")
        elif len(value) > limit:
            self.refuse(key, f"is {len(value)} characters long; at most {limit} fit.")
        elif UNPRINTABLE.search(PARAGRAPH_SIGNS.sub("", value) if long else value):
            self.refuse(key, "has a control character or a line break in it; type it again.")
        elif default is None and not value.strip():
            self.refuse(key, "is empty.")
        else:
            return value.strip()
        return default or ""

    def one_of(self, key: str, choices: Iterable[str], default: str) -> str:
        """One of a few words."""
        value, known = self.text(key, 100, default), tuple(choices)
        if value not in known:
            self.refuse(key, f"“{excerpt(value)}” is not known; choose from {', '.join(known)}.")
        return value

    def slug(self, key: str, default: str | None = None) -> str:
        """Small letters, digits and single dashes: a part of an address."""
        value = self.text(key, SLUG_LIMIT, default)
        if value and not SLUG.match(value):
            self.refuse(key, "may have small letters a to z, digits and single dashes only.")
        return value

    def key(self, key: str, default: str | None = None, limit: int = 60) -> str:
        """A short name to refer to within the file."""
        value = self.text(key, limit, default)
        if value and not KEY.match(value):
            self.refuse(key, "may have letters a to z, digits, spaces, dots and dashes only.")
        return value

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number within limits."""
        value = self._take(key, default is None, "is missing.")
        if value is None:
            return least if default is None else default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(key, f"must be a whole number from {least} to {most}.")
            return least if default is None else default
        return value

    def percent(self, key: str) -> int | None:
        """A share of 0 to 100 per cent in basis points; None where there is none."""
        value = self._take(key, False, "")
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
                raise InvalidOperation
            points = Decimal(value).scaleb(2)
            if not 0 <= points <= PERCENT_LIMIT.scaleb(2) or points != points.to_integral_value():
                raise InvalidOperation
            return int(points)
        except ArithmeticError:
            self.refuse(key, 'must be per cent from 0 to 100 such as "20" or "5.5".')
            return None

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._take(key, False, "")
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.refuse(key, "must be true or false, without quotes.")
        return default

    def instant(self, key: str, zone: ZoneInfo, *, required: bool = False) -> datetime | None:
        """A local date and time of the venue as an instant in UTC."""
        value = self._take(key, required, "is missing.")
        if value is None:
            return None
        try:
            return instant_of(value, zone)
        except ValueError as error:
            self.refuse(key, str(error))
            return None

    def texts(self, key: str, limit: int, count_limit: int) -> tuple[str, ...]:
        """A list of short texts."""
        value = self._take(key, False, "")
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.refuse(key, "must be a list of texts in quotes, between [ and ].")
        elif len(value) > count_limit:
            self.refuse(key, f"has {len(value)} entries; at most {count_limit} fit.")
        elif bad := next((t for t in value if len(t) > limit or UNPRINTABLE.search(t)), None):
            self.refuse(key, f"“{excerpt(bad)}” is too long or cannot be printed.")
        else:
            return tuple(text.strip() for text in value)
        return ()

    def words(self, key: str, names: Iterable[str], limit: int) -> dict[str, str]:
        """A table of texts by known names."""
        table = self.table(key)
        found = {name: table.text(name, limit, "", long=True) for name in names}
        table.end()
        return {name: text for name, text in found.items() if text}

    def price(self, key: str, digits: int, default: int | None = None) -> int:
        """One all-in price in minor units; without a default it must be there."""
        value = self._take(key, default is None, "is missing.")
        if value is None:
            return default or 0
        return self._cents(self._at(key), value, digits) or 0

    def prices(self, key: str, digits: int) -> dict[str, int]:
        """A table of all-in prices by ticket type, in minor units; `digits` after the point."""
        value = self._take(key, True, "is missing: write it as { adult = 24.00 }.")
        if value is None:
            return {}
        if not isinstance(value, dict) or not value:
            self.refuse(key, "must be prices by ticket type such as { adult = 24.00 }.")
            return {}
        prices = {
            name: self._cents(f"{self._at(key)}.{name}", amount, digits)
            for name, amount in value.items()
        }
        return {name: cents for name, cents in prices.items() if cents is not None}

    def end(self) -> None:
        """Refuse what stands in this table and is not known."""
        for key in self._values.keys() - self._asked:
            near = difflib.get_close_matches(key, self._asked, 1)
            meant = f" Did you mean “{near[0]}”?" if near else ""
            self.refuse(key, f"is not known here.{meant}")

    def _take(self, key: str, required: bool, missing_words: str) -> Any:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None and required:
            self.refuse(key, missing_words)
        return value

    def _cents(self, place: str, amount: object, digits: int) -> int | None:
        try:
            # tomllib reads numbers with a point as Decimal; true and false are ints in Python
            if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
                raise InvalidOperation
            minor = Decimal(amount).scaleb(digits)
            if not 0 <= minor <= PRICE_LIMIT.scaleb(digits) or minor != minor.to_integral_value():
                raise InvalidOperation
            return int(minor)
        except InvalidOperation:
            example = f"{Decimal(24):.{digits}f}"
            self._problems.refuse(
                place,
                f"must be a price such as {example}, from 0 to {PRICE_LIMIT:,}.",
            )
            return None

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
