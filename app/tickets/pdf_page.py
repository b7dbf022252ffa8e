"""Plain pages of text: lines with a sum at their end, over as many pages as they need."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.tickets.pdf_sheet import ONE_AT_A_TIME, TITLE_LENGTH_MAX
from app.tickets.pdf_text import BOLD, LEADING, PLAIN, Fitted, clean, fitted, load, text_width

MARGIN: Final = 22 * mm
GAP: Final = 6 * mm  # between words and their sum
LINES_MOST: Final = 4  # of one text
RULE_WIDTH: Final = 0.6

_WIDTH, _HEIGHT = A4


class PlainPage:
    """Where the next line goes; begins another page by itself."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._y = _HEIGHT - MARGIN

    def line(self, text: str, amount: str, size: float, *, is_bold: bool = False) -> None:
        """A text that wraps, and a sum at the right end of its first line."""
        font = BOLD if is_bold else PLAIN
        room = _WIDTH - 2 * MARGIN
        if amount:
            load(font)
            room -= text_width(clean(amount), font, size) + GAP
        block = fitted(text, font, room, LINES_MOST * LEADING * size, size, size)
        self._need(len(block.lines) * LEADING * size)
        if amount:
            self._canvas.setFont(font, size)
            self._canvas.drawRightString(_WIDTH - MARGIN, self._y - size, clean(amount))
        self._write(block)

    def space(self, points: float) -> None:
        """Leave a gap."""
        self._y -= points

    def rule(self) -> None:
        """A thin line from side to side."""
        self._need(2 * GAP)
        self._y -= GAP / 3
        self._canvas.setLineWidth(RULE_WIDTH)
        self._canvas.line(MARGIN, self._y, _WIDTH - MARGIN, self._y)
        self._y -= GAP / 3

    def _write(self, block: Fitted) -> None:
        self._canvas.setFont(block.font, block.size)
        for words in block.lines:
            self._canvas.drawString(MARGIN, self._y - block.size, words)
            self._y -= LEADING * block.size

    def _need(self, points: float) -> None:
        if self._y - points < MARGIN:
            self._canvas.showPage()
            self._y = _HEIGHT - MARGIN


def plain_document(
    title: str, author: str, language: str, draw: Callable[[PlainPage], None]
) -> bytes:
    """A PDF of what `draw` writes: embedded fonts only, no date in its metadata."""
    with ONE_AT_A_TIME:
        load(PLAIN)
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4, invariant=1, lang=language, initialFontName=PLAIN)
        canvas.setTitle(clean(title)[:TITLE_LENGTH_MAX])
        canvas.setSubject("")
        canvas.setAuthor(clean(author))
        canvas.setCreator("Full House")
        canvas.setProducer("Full House")
        canvas.setViewerPreference("DisplayDocTitle", "true")
        draw(PlainPage(canvas))
        canvas.save()
    return out.getvalue()
