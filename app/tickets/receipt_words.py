"""What stands on receipts: words that are ready, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What was sold or given back, and its sum."""

    words: str
    note: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPaper:
    """A receipt or a credit note: `taxes` are sentences such as “Includes £8.00 VAT at 20%”."""

    title: str
    issued: str
    lines: tuple[ReceiptLine, ...]
    total: str
    taxes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedReceipt:
    """All papers of one order, the receipt first; an empty text leaves its place empty."""

    title: str
    seller: tuple[str, ...]  # name, venue, address, tax number
    order_words: str
    buyer: str
    papers: tuple[PrintedPaper, ...]
    demo_words: str
    total_label: str
