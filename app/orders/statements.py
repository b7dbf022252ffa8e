"""A bank's list of what came in, as a CSV file, beside the orders that wait for a transfer.

Banks agree on no columns, so none is asked for: a row is an order's when the order's reference
stands anywhere in it and one of its cells is a sum. Signs and spaces in between do not matter.
"""

from __future__ import annotations

import csv
import enum
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from babel.numbers import get_currency_precision
from sqlalchemy import select

from app.box_office import BoxOffice
from app.models import Order, OrderStatus
from app.orders.paying import record_payment
from app.refusals import Invalid
from app.tokens import ORDER_ID_LENGTH

FILE_LIMIT_BYTES: Final = 2 * 1024 * 1024
ROWS_LIMIT: Final = 10_000
CELL_LIMIT: Final = 1_000  # characters
LOOKED_AT: Final = 20  # lines that decide what separates the cells
SEPARATORS: Final = (";", "\t", ",")
OVER: Final = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
MISTAKEN: Final = str.maketrans("OIL", "011")  # Crockford's letters that are read as digits

_MONEY = r"(?:[A-Z]{3}|[£€$¥])?"
_SUM = re.compile(rf"\s*{_MONEY}\s*([+-]?\d(?:[\d.,' ]*\d)?)\s*{_MONEY}\s*")


class Match(enum.StrEnum):
    """What a row is to the order that it names."""

    FITS = "fits"
    WRONG_SUM = "wrong_sum"
    PAID_ALREADY = "paid_already"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row of the file: its number, its text without signs, and the sums in its cells."""

    number: int
    signs: str
    sums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a row names. `cents` is the order's sum."""

    row: int
    order_id: str
    name: str
    cents: int
    currency: str
    match: Match


def read_statement(raw: bytes) -> tuple[StatementRow, ...]:
    """The rows of a bank's file; raises `Invalid` for what is none."""
    if len(raw) > FILE_LIMIT_BYTES:
        raise Invalid({"file": f"The file is larger than {FILE_LIMIT_BYTES // 1024**2} MiB."})
    if b"\0" in raw:
        raise Invalid({"file": "This is not a CSV file: save the list of payments as CSV."})
    text = _decoded(raw)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Invalid({"file": "The file is empty."})
    if len(lines) > ROWS_LIMIT:
        raise Invalid({"file": f"The file has more than {ROWS_LIMIT} rows: take fewer days."})
    try:
        cells = list(csv.reader(io.StringIO(text), delimiter=_separator(lines)))
    except csv.Error:
        raise Invalid(
            {"file": "This is not a CSV file: a cell is too long, or a quote is never closed."}
        ) from None
    return tuple(_row(number, row) for number, row in enumerate(cells, 1) if any(row))


def match_statement(office: BoxOffice, rows: Iterable[StatementRow]) -> tuple[Found, ...]:
    """The orders paid by transfer that the rows name, row by row."""
    query = select(
        Order.id, Order.name, Order.total_cents, Order.currency, Order.status
    ).where(Order.gateway == "transfer")  # fmt: skip
    with office.db.read() as connection:
        orders = {row.id: row for row in connection.execute(query)}
    found: list[Found] = []
    fitting = set[str]()
    for row in rows:
        for code in _codes(row, orders):
            one = _found(row, orders[code], is_second=code in fitting)
            found.append(one)
            fitting |= {code} if one.match == Match.FITS else set()
    return tuple(found)


def record_found(office: BoxOffice, found: Iterable[Found], by: str) -> int:
    """Record the payments that fit as taken; how many. Again records none twice."""
    fitting = [one for one in found if one.match == Match.FITS]
    for one in fitting:
        record_payment(office, one.order_id, by)
    return len(fitting)


def sum_cents(text: str, digits: int) -> int | None:
    """A sum as banks write it, 1.234,56 or 1,234.56, in minor units; None where it is none."""
    plain = re.sub(r"[ ']", "", text)
    whole, mark, part = _parted(plain, digits)
    if not re.fullmatch(r"[+-]?\d+", whole) or (mark and not part.isdigit()):
        return None
    return int(Decimal(f"{whole}.{part or '0'}") * 10**digits)


def _parted(plain: str, digits: int) -> tuple[str, str, str]:
    """Whole units without their marks, the decimal mark, and the decimals."""
    at = max(plain.rfind("."), plain.rfind(","))
    has_decimals = at >= 0 and digits and len(plain) - at - 1 == digits
    whole, part = (plain[:at], plain[at + 1 :]) if has_decimals else (plain, "")
    return re.sub(r"[.,]", "", whole), plain[at] if has_decimals else "", part


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _separator(lines: list[str]) -> str:
    """The first one that most lines have more than one of."""
    looked_at = lines[-LOOKED_AT:]
    for separator in SEPARATORS:
        if sum(line.count(separator) > 1 for line in looked_at) * 2 > len(looked_at):
            return separator
    return ","


def _row(number: int, cells: list[str]) -> StatementRow:
    short = [cell[:CELL_LIMIT] for cell in cells]
    signs = re.sub(r"[^0-9A-Z]", "", " ".join(short).upper()).translate(MISTAKEN)
    sums = tuple(found[1] for cell in short if (found := _SUM.fullmatch(cell)))
    return StatementRow(number, signs, sums)


def _codes(row: StatementRow, orders: dict[str, Any]) -> Iterator[str]:
    seen = set[str]()
    for at in range(len(row.signs) - ORDER_ID_LENGTH + 1):
        code = row.signs[at : at + ORDER_ID_LENGTH]
        if code in orders and code not in seen:
            seen.add(code)
            yield code


def _found(row: StatementRow, order: Any, *, is_second: bool) -> Found:
    match = Match.FITS
    digits = get_currency_precision(order.currency)
    if is_second or order.status == OrderStatus.PAID:
        match = Match.PAID_ALREADY
    elif order.status in OVER:
        match = Match.OVER
    elif order.total_cents not in {sum_cents(text, digits) for text in row.sums}:
        match = Match.WRONG_SUM
    return Found(row.number, order.id, order.name, order.total_cents, order.currency, match)
