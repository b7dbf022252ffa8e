"""How the public value of an evening is fixed: `[public_value]`, as draw/v1 knows it."""

from __future__ import annotations

from typing import Any, Final

from app.lottery.draw.canonical import NUMBER_MAX
from app.lottery.draw.public import (
    HEX_DIGITS_LIMIT,
    HEX_DIGITS_MIN,
    NUMBER_COUNT_LIMIT,
    SOURCE_COUNT_LIMIT,
)
from app.lottery.pool.terms import INSTANT
from app.toml_files.fields import Fields
from app.toml_files.reading import NAME_LIMIT

NONE: Final = "none"
NUMBERS: Final = "numbers"
BEACON: Final = "beacon"
CONTRIBUTIONS: Final = "contributions"
WAYS: Final = (NUMBERS, BEACON, CONTRIBUTIONS)


def read_public_value(top: Fields, mode: str) -> dict[str, Any]:
    """The way in the plain form of the rules; none for an instant draw."""
    if mode == INSTANT:
        if "public_value" in top:
            top.table("public_value")
            top.refuse("public_value", "An instant draw has none: its prizes are placed before.")
        return {"how": NONE}
    if "public_value" not in top:
        top.refuse("public_value", f"is missing: say how it is fixed, {', '.join(WAYS)}.")
        return {"how": CONTRIBUTIONS}
    table = top.table("public_value")
    how = table.one_of("how", WAYS, CONTRIBUTIONS)
    if "how" not in table:
        table.refuse("how", f"is missing: choose from {', '.join(WAYS)}.")
    found: dict[str, Any] = {"how": how}
    if how == NUMBERS:
        found["sources"] = _sources(table)
    elif how == BEACON:
        found["source"] = table.text("source", NAME_LIMIT)
        found["digits"] = table.whole("digits", HEX_DIGITS_MIN, HEX_DIGITS_LIMIT, 128)
    table.end()
    return found


def _sources(table: Fields) -> list[dict[str, Any]]:
    """Numbers that others draw in public, each with its bounds."""
    sources = []
    for source in table.tables("sources", SOURCE_COUNT_LIMIT):
        low = source.whole("low", 0, NUMBER_MAX, 1)
        sources.append(
            {
                "name": source.text("name", NAME_LIMIT),
                "count": source.whole("count", 1, NUMBER_COUNT_LIMIT),
                "low": low,
                "high": source.whole("high", max(1, low), NUMBER_MAX),
            }
        )
        source.end()
    if not sources:
        table.refuse("sources", "At least one [[public_value.sources]] is needed.")
    return sources
