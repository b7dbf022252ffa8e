"""Finds the lines of a TOML text on which keys and tables stand, for use in problems."""

from __future__ import annotations

import re
from collections import Counter

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART = re.compile(r""""[^"]*"|'[^']*'|[\w-]+""")
_LONG_TEXT = re.compile(r'"""|' + r"'''")


def lines_of(text: str) -> dict[str, int]:
    """The line, from 1, of each place such as `event.title` or `areas[1].name`.

    Keys inside inline tables have no line of their own; ask for the nearest place above.
    """
    lines: dict[str, int] = {}
    seen: Counter[str] = Counter()
    table, inside_long_text = "", False
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside_long_text:
            if header := _HEADER.match(line):
                table = _table(header.group(1), _dotted(header.group(2)), seen)
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                place = _dotted(key.group(1))
                lines.setdefault(f"{table}.{place}" if table else place, number)
        if len(_LONG_TEXT.findall(line)) % 2:
            inside_long_text = not inside_long_text
    return lines


def line_near(lines: dict[str, int], place: str) -> int | None:
    """The line of the place, or of the nearest one around it."""
    while place and place not in lines:
        if f"{place}[0]" in lines:  # written as a list by mistake
            return lines[f"{place}[0]"]
        cut = max(place.rfind("."), place.rfind("["))
        place = place[:cut] if cut > 0 else ""
    return lines.get(place)


def _table(brackets: str, name: str, seen: Counter[str]) -> str:
    if brackets == "[":
        return name
    seen[name] += 1
    return f"{name}[{seen[name] - 1}]"


def _dotted(name: str) -> str:
    return ".".join(part.strip("\"'") for part in _PART.findall(name))
