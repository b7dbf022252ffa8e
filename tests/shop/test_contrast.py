"""Every text and every mark can be read on its ground, light and dark (WCAG 2.2 AA)."""

import re

import pytest

from tests.source import ROOT

TEXT_LEAST, MARK_LEAST = 4.5, 3.0
AREA_SHARE = 0.16  # of the category's colour in a standing area

GROUNDS = ("bg", "surface", "surface-2", "sunken")
STOCKS = ("straw", "rose", "sage", "sky", "lilac", "buff")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *(("accent", ground) for ground in ("bg", "surface", "surface-2", "accent-soft")),
    *((("on-accent", ground)) for ground in ("accent", "accent-hover")),
    *((("ink", "accent-soft"), ("bg", "ink"), ("ink-2", "accent-soft"))),
    *((ink, f"area-{cat}") for cat in "abcde" for ink in ("ink", "ink-2")),
    *((mood, ground) for mood in ("ok", "warn", "bad", "info") for ground in ("surface", "bg")),
    *((mood, f"{mood}-soft") for mood in ("ok", "warn", "bad", "info")),
    *(("ink", f"{mood}-soft") for mood in ("ok", "warn", "bad", "info")),
    *((ink, f"stock-{name}") for name in STOCKS for ink in ("stock-ink", "stock-ink-2")),
    *(("on-cat", f"cat-{cat}") for cat in "abcde"),
    ("on-seat-mine", "seat-mine"),
]
MARKS = [
    *((f"cat-{cat}", "map-ground") for cat in "abcde"),
    *((mark, "map-ground") for mark in ("seat-held", "seat-mine", "focus")),
    *((mark, ground) for mark in ("line-strong", "focus") for ground in ("surface", "bg")),
]


def tokens(start: str) -> dict[str, str]:
    """The colours that a block of tokens.css gives."""
    css = (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
    body = css[css.index(start) :].split("{", 1)[1].split("\n}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", body))


LIGHT = tokens(":root {")
DARK = LIGHT | tokens(':root[data-theme="dark"] {')


def rgb(colour: str) -> list[int]:
    """Red, green and blue, 0 to 255."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def luminance(colour: list[int]) -> float:
    """Relative luminance as WCAG defines it."""
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(theme: dict[str, str], name: str, ground: str) -> float:
    """The contrast of a token on another; an area's ground is mixed as the style sheet does."""
    if ground.startswith("area-"):
        over, under = rgb(theme[f"cat-{ground[-1]}"]), rgb(theme["map-ground"])
        mixed = zip(over, under, strict=True)
        below = [round(a * AREA_SHARE + b * (1 - AREA_SHARE)) for a, b in mixed]
    else:
        below = rgb(theme[ground])
    lighter, darker = sorted((luminance(rgb(theme[name])), luminance(below)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, TEXT_LEAST), (MARKS, MARK_LEAST)])
def test_everything_can_be_read(
    theme: dict[str, str], pairs: list[tuple[str, str]], least: float
) -> None:
    found = {pair: ratio(theme, *pair) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in found.items() if value < least} == {}


def test_the_system_and_the_switch_give_the_same_dark() -> None:
    switched = tokens(':root[data-theme="dark"] {')
    assert switched
    assert tokens(':root:not([data-theme="light"]) {') == switched
