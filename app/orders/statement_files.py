"""A bank's list of payments as a CSV file: its rows, and which of its columns is what came in.

Banks agree on no names and no order, but a column of money is one whose every cell is a sum, most
of them with decimals. Where there are several (a balance, a debit), headings decide, or a person.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.refusals import Invalid

FILE_LIMIT_BYTES: Final = 2 * 1024 * 1024
ROWS_LIMIT: Final = 10_000
CELL_LIMIT: Final = 1_000  # characters
LOOKED_AT: Final = 20  # lines that decide what separates the cells
SEPARATORS: Final = (";", "\t", ",")
MISTAKEN: Final = str.maketrans("OIL", "011")  # Crockford's letters that are read as digits
SIGNS: Final = {"£": "GBP", "€": "EUR"}
# Words in headings of English, German, French, Spanish, Italian and Dutch banks.
CAME: Final = ("amount", "credit", "paid in", "money in", "betrag", "haben", "gutschrift", "umsatz",
               "montant", "crédit", "importe", "importo", "abono", "bedrag", "sum")  # fmt: skip
NOT_CAME: Final = ("balance", "saldo", "solde", "debit", "débit", "paid out", "money out", "soll",
                   "belastung", "cargo", "addebito", "fee", "gebühr")  # fmt: skip

_SUM = (
    r"[+-]?\s*(?:\d{1,3}(?P<mark>[., '])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d{1,2})?"
    r"|\d+(?:[.,]\d{1,2})?)"
)
_MONEY = re.compile(
    rf"(?P<before>[A-Z]{{3}}|[£€$¥])?\s*(?P<sum>{_SUM})\s*(?P<after>[A-Z]{{3}}|[£€$¥])?\Z"
)


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as it stands in a cell; `currency` is empty where none is said."""

    amount: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row: its number, its text without signs, the money that came, currencies it names.

    `money` is None where the cell is empty, or nobody knows which column it is.
    """

    number: int
    signs: str
    money: Money | None
    currencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """All rows; `columns` are the headings that the money may be under, one where it is known."""

    rows: tuple[StatementRow, ...]
    columns: tuple[str, ...]


def read_statement(raw: bytes, column: str = "") -> Statement:
    """The rows of a bank's file; `column` is the heading of the money, where there are several.

    Raises `Invalid` for what is no such file.
    """
    cells = _cells(raw)
    first = _first_of_table(cells)
    head, body = cells[first], cells[first + 1 :]
    found = _money_columns(head, body, column.strip().casefold())
    at = found[0] if len(found) == 1 else None
    rows = tuple(_row(number, row, at) for number, row in enumerate(body, first + 2))
    return Statement(rows, tuple(head[one] or f"column {one + 1}" for one in found))


def read_money(cell: str) -> Money | None:
    """A sum as banks and spreadsheets write it: 1.234,56, 1,234.56, 14.4, £44.00, EUR 44,00.

    Three digits behind a mark are thousands, one or two are decimals; all else is no sum.
    """
    match = _MONEY.match(cell.strip())
    if match is None:
        return None
    plain = re.sub(r"[ ']", "", match["sum"])
    at = max(plain.rfind("."), plain.rfind(","))
    has_decimals = at >= 0 and len(plain) - at - 1 < 3
    whole, part = (plain[:at], plain[at + 1 :]) if has_decimals else (plain, "0")
    sign = match["before"] or match["after"] or ""
    return Money(Decimal(f"{re.sub('[.,]', '', whole)}.{part}"), SIGNS.get(sign, sign))


def _cells(raw: bytes) -> list[list[str]]:
    if len(raw) > FILE_LIMIT_BYTES:
        raise Invalid({"file": f"The file is larger than {FILE_LIMIT_BYTES // 1024**2} MiB."})
    if b"\0" in raw:
        raise Invalid({"file": "This is not a CSV file: save the list of payments as CSV."})
    text = _decoded(raw)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise Invalid({"file": "The file needs a line of headings and a line for each payment."})
    if len(lines) > ROWS_LIMIT:
        raise Invalid({"file": f"The file has more than {ROWS_LIMIT} rows: take fewer days."})
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_separator(lines), strict=True))
    except csv.Error:
        words = "This is not a CSV file: a quote is not closed, or a cell is too long."
        raise Invalid({"file": words}) from None
    if any("\n" in cell for row in rows for cell in row):
        raise Invalid({"file": "A cell goes over several lines: is a quote not closed?"})
    return [[cell.strip()[:CELL_LIMIT] for cell in row] for row in rows if any(map(str.strip, row))]


def _first_of_table(cells: list[list[str]]) -> int:
    """Where the headings stand: banks write lines about the account above them."""
    widths = Counter(len(row) for row in cells)
    usual = widths.most_common(1)[0][0]
    return next(at for at, row in enumerate(cells) if len(row) == usual)


def _money_columns(head: list[str], body: list[list[str]], wanted: str) -> list[int]:
    """Columns that are money; of several those whose heading says that it came in."""
    width = max(len(row) for row in [head, *body])
    head.extend([""] * (width - len(head)))
    money = [at for at in range(width) if _is_money([row[at] for row in body if at < len(row)])]
    if wanted:
        named = [at for at in money if head[at].casefold() == wanted]
        if not named:
            words = ", ".join(head[at] for at in money) or "none"
            raise Invalid({"column": f"No column of sums has that heading; there are: {words}."})
        return named
    if len(money) < 2:
        return money
    names = {at: head[at].casefold() for at in money}
    came = [
        at
        for at in money
        if any(word in names[at] for word in CAME)
        and not any(word in names[at] for word in NOT_CAME)
    ]
    return came if len(came) == 1 else money


def _is_money(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    sums = [money for cell in filled if (money := read_money(cell)) is not None]
    decimals = [cell for cell in filled if re.search(r"[.,]\d{1,2}\D*\Z", cell)]
    return bool(filled) and len(sums) == len(filled) and 2 * len(decimals) >= len(filled)


def _row(number: int, cells: list[str], at: int | None) -> StatementRow:
    signs = re.sub(r"[^0-9A-Z]", "", " ".join(cells).upper()).translate(MISTAKEN)
    money = read_money(cells[at]) if at is not None and at < len(cells) else None
    return StatementRow(number, signs, money, frozenset(_currencies(cells, money)))


def _currencies(cells: list[str], money: Money | None) -> Iterator[str]:
    from babel.numbers import list_currencies  # slow to load

    known = list_currencies("en")
    yield from (cell for cell in cells if cell in known)
    if money is not None and money.currency:
        yield money.currency


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
