"""A receipt with its credit notes as a PDF on A4, with every font inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.tickets.receipt_words import PrintedPaper, PrintedReceipt

if TYPE_CHECKING:
    from app.tickets.pdf_page import PlainPage

SMALL: Final = 9.0
NORMAL: Final = 10.5
LARGE: Final = 16.0


def receipt_pdf(receipt: PrintedReceipt, language: str = "en-GB") -> bytes:
    """The papers one below the other; the same words always give the same bytes."""
    from app.tickets.pdf_page import plain_document

    def draw(page: PlainPage) -> None:
        for number, line in enumerate(receipt.seller):
            page.line(line, "", NORMAL, is_bold=number == 0)
        page.space(NORMAL)
        page.line(receipt.order_words, "", NORMAL)
        page.line(receipt.buyer, "", NORMAL)
        if receipt.demo_words:
            page.line(receipt.demo_words, "", NORMAL, is_bold=True)
        for paper in receipt.papers:
            _draw_paper(page, paper, receipt.total_label)

    author = receipt.seller[0] if receipt.seller else ""
    return plain_document(receipt.title, author, language, draw)


def _draw_paper(page: PlainPage, paper: PrintedPaper, total_label: str) -> None:
    page.space(LARGE)
    page.line(paper.title, "", LARGE, is_bold=True)
    page.line(paper.issued, "", NORMAL)
    page.space(SMALL)
    for line in paper.lines:
        words = f"{line.words}, {line.note}" if line.note else line.words
        page.line(words, line.price, NORMAL)
    page.rule()
    page.line(total_label, paper.total, NORMAL, is_bold=True)
    for tax in paper.taxes:
        page.line(tax, "", SMALL)
