"""Finds the lines on which places of a JSON text stand, so that problems can be looked up."""

from __future__ import annotations

import re
from collections.abc import Collection

LOOKED_THROUGH_LIMIT = 4 * 1024 * 1024  # characters; above it problems go without lines
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')


def lines_of(text: str, places: Collection[str]) -> dict[str, int]:
    """The line, from 1, of each place such as `zones[0].rows[2].seats` in well-formed JSON."""
    if len(text) > LOOKED_THROUGH_LIMIT:
        return {}
    wanted, line = set(places), 1
    found: dict[str, int] = {}
    stack: list[tuple[str, int]] = []  # path of the open object or list; next index, -1 in objects
    path: str = ""
    key: str | None = None
    for match in _TOKEN.finditer(text):
        sign = match.group()
        if sign == "\n":
            line += 1
        elif sign in "}]":
            stack.pop()
        elif sign == ",":
            if stack[-1][1] >= 0:
                stack[-1] = (stack[-1][0], stack[-1][1] + 1)
            key = None
        elif sign == ":":
            pass
        elif stack and stack[-1][1] < 0 and key is None:
            key = sign[1:-1]
        else:
            if stack:
                parent, index = stack[-1]
                path = f"{parent}[{index}]" if index >= 0 else f"{parent}.{key}".lstrip(".")
            if path in wanted:
                found.setdefault(path, line)
            if sign in "{[":
                stack.append((path, 0 if sign == "[" else -1))
                key = None
    return found
