"""Receipts and credit notes of an order, as they were issued."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.models import Receipt
from app.refusals import Refusal

WAIT_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.05

wanted: Final = threading.Event()  # somebody is waiting for a receipt: wakes who numbers them
asked_orders: Final[set[str]] = set()  # whose receipts they are


class ReceiptNotYet(Refusal):
    """The order is paid, but its receipt has no number yet."""

    code, status = "receipt_not_yet", 409
    happened = "Your receipt is being written."
    next_step = "Try again in a few seconds."


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One paper as it was issued; `number` is how people read it out."""

    kind: str
    number: str
    issued_at: datetime
    currency: str
    total_cents: int
    seller: dict[str, str]
    lines: tuple[dict[str, Any], ...]
    taxes: tuple[dict[str, int], ...]


def receipts_of(office: BoxOffice, order_id: str) -> tuple[ReceiptView, ...]:
    """The order's receipt and after it its credit notes; nothing before they are numbered."""
    query = select(Receipt.__table__).where(Receipt.order_id == order_id).order_by(Receipt.id)
    with office.db.read() as connection:
        return tuple(_view(row) for row in connection.execute(query))


def receipts_soon(office: BoxOffice, order_id: str) -> tuple[ReceiptView, ...]:
    """The same, waiting a moment for the number; raises `ReceiptNotYet`."""
    until = time.monotonic() + WAIT_SECONDS
    while not (found := receipts_of(office, order_id)):
        asked_orders.add(order_id)
        wanted.set()
        if time.monotonic() > until:
            raise ReceiptNotYet
        time.sleep(LOOK_SECONDS)
    return found


def number_words(is_demo: bool, year: int, serial: int) -> str:
    """2026-000123; DEMO-2026-000123 where no money moved."""
    return f"{'DEMO-' if is_demo else ''}{year}-{serial:06}"


def _view(row: Any) -> ReceiptView:
    number = number_words(row.is_demo, row.year, row.serial)
    return ReceiptView(
        str(row.kind), number, row.issued_at, row.currency, row.total_cents, row.seller,
        tuple(row.lines), tuple(row.taxes),
    )  # fmt: skip
