"""Text for print: the embedded letters, what they cannot show, and fitting words into a box."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

PLAIN, BOLD, DISPLAY = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif-Bold"
LEADING = 1.2
ASCENT = 0.95
TEXT_LENGTH_MAX = 1000
SIZE_STEP = 0.5
REPLACEMENT = "\ufffd"

_FONTS = Path(__file__).with_name("fonts")
_BREAKS = re.compile(r"[ \t\r\n\f\v\u0085\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u3000]+")
_HALF_CHARACTERS = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = {"Cc", "Cf"}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that stay inside their box at this size, in this font."""

    lines: tuple[str, ...]
    size: float
    font: str


def fitted(
    text: str, font: str, width: float, height: float, largest: float, smallest: float
) -> Fitted:
    """The text at the largest size at which it wraps into the box; all lengths in points.

    Words are broken only when no size fits them whole, and cut with "…" only after that.
    """
    font = _font_for(text, font)
    words = _BREAKS.split(_printable(text, font))
    for wrap in (_wrapped, _wrapped_within_words):
        size = largest
        while size >= smallest:
            lines = wrap(words, font, width / size)
            if lines and len(lines) * LEADING * size <= height:
                return Fitted(tuple(lines), size, font)
            size -= SIZE_STEP
    lines = _wrapped_within_words(words, font, width / smallest)
    line_count = max(1, int(height / (LEADING * smallest)))
    return Fitted(tuple(_cut(lines, font, width / smallest, line_count)), smallest, font)


def clean(text: str) -> str:
    """Composed letters and single spaces only; nothing invisible, nothing that is no text."""
    text = _BREAKS.sub(" ", text[:TEXT_LENGTH_MAX])
    composed = _HALF_CHARACTERS.sub(REPLACEMENT, unicodedata.normalize("NFC", text))
    return "".join(c for c in composed if unicodedata.category(c) not in _INVISIBLE)


def text_width(text: str, font: str, size: float) -> float:
    """Width in points."""
    load(font)
    return float(pdfmetrics.stringWidth(text, font, size))


@cache
def load(font: str) -> frozenset[int]:
    """Make the font known to reportlab; gives the characters that it can print.

    Those above U+FFFF are left out: reportlab draws them but writes a wrong text behind them.
    """
    loaded = TTFont(font, str(_FONTS / f"{font}.ttf"), asciiReadable=False)
    pdfmetrics.registerFont(loaded)
    return frozenset(code for code in loaded.face.charToGlyph if code <= 0xFFFF)


def _font_for(text: str, wanted: str) -> str:
    """The wanted font, or a plainer one that has more of the characters."""
    characters = {ord(c) for c in clean(text) if not c.isspace()}
    return min((wanted, BOLD, PLAIN), key=lambda font: len(characters - load(font)))


def _printable(text: str, font: str) -> str:
    """Only characters that the font can draw; spaces stay, what has no shape becomes �."""
    known = load(font)
    return "".join(_shown(character, known) for character in clean(text)).strip()


def _shown(character: str, known: frozenset[int]) -> str:
    if ord(character) in known:
        return character
    return " " if unicodedata.category(character) == "Zs" else REPLACEMENT


def _wrapped(words: list[str], font: str, width: float) -> list[str]:
    """Lines no wider than `width` (in units of the font size); none if a word is too long."""
    lines: list[str] = []
    for word in words:
        if text_width(word, font, 1) > width:
            return []
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, font, 1) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _wrapped_within_words(words: list[str], font: str, width: float) -> list[str]:
    return _wrapped([piece for word in words for piece in _pieces(word, font, width)], font, width)


def _pieces(word: str, font: str, width: float) -> list[str]:
    """The word in parts that each fit on a line."""
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, font, 1) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _cut(lines: list[str], font: str, width: float, line_count: int) -> list[str]:
    if len(lines) <= line_count:
        return lines
    last = lines[line_count - 1]
    while last and text_width(f"{last}…", font, 1) > width:
        last = last[:-1]
    return [*lines[: line_count - 1], f"{last.rstrip()}…"]
