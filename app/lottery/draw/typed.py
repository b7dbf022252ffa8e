"""What staff type as the public value, however they write it, becomes the one way to write it."""

from __future__ import annotations

import re
from typing import Any, Final

from app.lottery.draw.public import Beacon, Contributions, Numbers, PublicValue
from app.lottery.draw.shape import refuse

TEXT_LIMIT: Final = 4000  # characters

_BETWEEN_SOURCES = re.compile(r"[;\n]")
_BETWEEN_NUMBERS = re.compile(r"[\s,.+-]+")
_NUMBER = re.compile(r"[0-9]{1,16}")


def typed_value(public: PublicValue, text: str) -> list[Any]:
    """The value to put into Facts, checked against the way that was announced.

    Numbers may be in any order with spaces, commas, dots or dashes between them, and `;` or a new
    line between sources; digits of a beacon may be in capitals and have spaces. So two people who
    type the same result agree. Raises BundleRefused.
    """
    if len(text) > TEXT_LIMIT:
        refuse("That is longer than any public value.")
    if isinstance(public, Numbers):
        value: list[Any] = [_numbers(part) for part in _BETWEEN_SOURCES.split(text.strip())]
    elif isinstance(public, Beacon):
        value = ["".join(text.split()).lower()]
    elif isinstance(public, Contributions):
        refuse("The contributions come from the buyers; nobody types them.")
    else:
        value = []
    public.check(value)
    return value


def _numbers(part: str) -> list[int]:
    found = [one for one in _BETWEEN_NUMBERS.split(part.strip()) if one]
    if not all(_NUMBER.fullmatch(one) for one in found):
        refuse("Between the numbers there is something else.")
    return sorted(int(one) for one in found)
