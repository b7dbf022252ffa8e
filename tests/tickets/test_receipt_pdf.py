"""Printed receipts: every word on paper, on as many pages as it takes, the fonts inside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from app.tickets.receipt_pdf import receipt_pdf
from app.tickets.receipt_words import PrintedReceipt, ReceiptLine
from tests.shop.samples.order import receipt


def pages(content: bytes) -> list[str]:
    """The text of each page."""
    document: Any = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def with_lines(count: int, words: str = "Stalls, row D, seat 9") -> PrintedReceipt:
    """A receipt of so many lines."""
    paper = receipt().papers[0]
    lines = tuple(ReceiptLine(f"{n}: {words}", "Full price", f"£{n}.00") for n in range(count))
    return replace(receipt(), papers=(replace(paper, lines=lines),))


def test_all_the_words_of_a_receipt_can_be_copied_from_it() -> None:
    (text,) = pages(receipt_pdf(receipt()))

    for words in (
        *("Lantern House", "14 Market Street", "VAT number GB 123 4567 89", "Bo Fenwick"),
        *("Receipt 2026-000123", "Saturday 21 November 2026", "row D, seat 9, Full price"),
        *("£44.00", "Includes £7.33 VAT at 20%", "Credit note 2026-000130", "-£22.00"),
        *("Booking 8WD3 RX7K", "Demo receipt: no money moved.", "Total"),
    ):
        assert words in text


@pytest.mark.parametrize("count", [1, 60, 400])
def test_every_line_is_on_a_page(count: int) -> None:
    text = "\n".join(pages(receipt_pdf(with_lines(count))))

    assert [n for n in range(count) if f"{n}: Stalls" not in text] == []
    assert "Includes £7.33 VAT at 20%" in text


def test_long_words_stay_on_the_paper() -> None:
    content = receipt_pdf(with_lines(3, "The Sea, the Sky and All That Lies Between Them " * 9))

    document: Any = pypdfium2.PdfDocument(content)
    for page in document:
        text = page.get_textpage()
        boxes = [text.get_charbox(at) for at in range(text.count_chars())]
        assert all(left >= 0 and right <= page.get_width() for left, _, right, _ in boxes)


def test_the_same_words_always_give_the_same_file() -> None:
    assert receipt_pdf(receipt()) == receipt_pdf(receipt())


def test_no_font_comes_from_outside() -> None:
    content = receipt_pdf(receipt())

    assert b"/FontFile2" in content
    assert b"/Helvetica" not in content
