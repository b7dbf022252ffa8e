"""What staff type as the public value, however they write it, becomes the one way to write it."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from app.lottery.draw.public import Beacon, Contributions, Numbers, PublicValue, Source
from app.lottery.draw.refused import BundleRefused

TEXT_LIMIT: Final = 4000  # characters
SHOWN_LIMIT: Final = 20  # characters of something that is no number

_BETWEEN_SOURCES = re.compile(r"[;\n]")
_BETWEEN_NUMBERS = re.compile(r"[\s,.+-]+")
_NUMBER = re.compile(r"[0-9]{1,16}")
_NO_DIGIT = re.compile(r"[^0-9a-f]")


def typed_value(public: PublicValue, text: str) -> list[Any]:
    """The value to put into Facts, checked against the way that was announced.

    Numbers may be in any order with spaces, commas, dots or dashes between them, and `;` or a new
    line between sources; digits of a beacon may be in capitals and have spaces. So two people who
    type the same result agree. Raises BundleRefused, which says what to type instead.
    """
    if len(text) > TEXT_LIMIT:
        _refuse(public, "That is longer than any public value.")
    if isinstance(public, Numbers):
        value: list[Any] = _lists(public, text)
    elif isinstance(public, Beacon):
        value = [_digits(public, text)]
    elif isinstance(public, Contributions):
        _refuse(public, "The public value is what was contributed; nobody types it.")
    else:
        value = []
    public.check(value)
    return value


def form_of(public: PublicValue) -> str:
    """What to type, with the draw's own sources."""
    if isinstance(public, Numbers):
        each = " and ".join(
            f"{_count(source.count)} of {source.name} from {source.low} to {source.high}"
            for source in public.sources
        )
        example = "; ".join(map(_example, public.sources))
        between = ", with ; between the sources" if len(public.sources) > 1 else ""
        return f"Type {each}{between}, such as “{example}”."
    if isinstance(public, Beacon):
        return (f"Type the {public.digits} hexadecimal digits, 0 to 9 and a to f, that"
                f" {public.source} gives.")  # fmt: skip
    return "Leave the value out, and what was contributed is gathered."


def _lists(public: Numbers, text: str) -> list[list[int]]:
    parts = _BETWEEN_SOURCES.split(text.strip())
    if len(parts) != len(public.sources):
        sources = f"{len(public.sources)} source{'s' if len(public.sources) > 1 else ''}"
        _refuse(public, f"This draw has {sources}, and numbers of {len(parts)} were given.")
    return [_numbers(public, *one) for one in zip(public.sources, parts, strict=True)]


def _numbers(public: Numbers, source: Source, part: str) -> list[int]:
    found = [one for one in _BETWEEN_NUMBERS.split(part.strip()) if one]
    for one in found:
        if not _NUMBER.fullmatch(one):
            _refuse(public, f"“{one[:SHOWN_LIMIT]}” is not a number.")
        if not source.low <= int(one) <= source.high:
            _refuse(public, f"{source.name} has no number {int(one)}.")
    if len(found) != source.count:
        given = f"{len(found)} {'was' if len(found) == 1 else 'were'} given"
        _refuse(public, f"{source.name} has {_count(source.count)}, and {given}.")
    return sorted(map(int, found))


def _digits(public: Beacon, text: str) -> str:
    digits = "".join(text.split()).lower()
    strange = _NO_DIGIT.search(digits)
    if strange:
        _refuse(public, f"“{strange[0]}” is not a hexadecimal digit.")
    if len(digits) != public.digits:
        _refuse(public, f"The value has {public.digits} digits, and {len(digits)} were given.")
    return digits


def _count(count: int) -> str:
    return f"{count} number{'s' if count > 1 else ''}"


def _example(source: Source) -> str:
    """So many numbers that the source can draw, the highest ones."""
    first = max(source.low, source.high - source.count + 1)
    numbers = [min(source.high, first + at) for at in range(source.count)]
    return " ".join(map(str, numbers))


def _refuse(public: PublicValue, words: str) -> NoReturn:
    raise BundleRefused(words, safe="Nothing was changed.", next_step=form_of(public))
