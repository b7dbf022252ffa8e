"""Files that banks make, and files that are none: sums, separators, letters, limits."""

from __future__ import annotations

import pytest

from app.orders.statements import FILE_LIMIT_BYTES, ROWS_LIMIT, read_statement, sum_cents
from app.refusals import Invalid


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("44.00", 4400), ("44,00", 4400), ("+44,00", 4400), ("-44.00", -4400), ("44", 4400),
        ("1.234,56", 123456), ("1,234.56", 123456), ("1 234,56", 123456), ("1'234.56", 123456),
        ("1,234", 123400), ("1.234.567,89", 123456789), ("0,05", 5), ("044.00", 4400),
    ],
)  # fmt: skip
def test_sums_are_read_as_banks_write_them(text: str, cents: int) -> None:
    assert sum_cents(text, 2) == cents


@pytest.mark.parametrize("text", ["", "x", "12.2026", "--1", "1.2.3,4x"])
def test_what_is_no_sum_is_none_or_another_number(text: str) -> None:
    assert sum_cents(text, 2) in (None, 12202600)


def test_a_currency_without_decimals_has_none() -> None:
    assert (sum_cents("1,500", 0), sum_cents("1500", 0)) == (1500, 1500)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_cells_are_separated_as_they_come(separator: str) -> None:
    sum_ = '"44,00"' if separator == "," else "44,00"
    lines = [separator.join(("Day", "What", "Sum")), separator.join(("1", "ABCD 2345", sum_))]

    [_head, row] = read_statement("\r\n".join(lines).encode())

    assert row.sums == ("1", "44,00")
    assert "ABCD2345" in row.signs


def test_a_sum_with_its_currency_is_a_sum() -> None:
    [row] = read_statement("a;£44.00;EUR 1,50;44.00 GBP;44.00 for Bo 2".encode())

    assert row.sums[:3] == ("44.00", "1,50", "44.00")


def test_a_file_in_the_letters_of_old_programs_is_read() -> None:
    [row] = read_statement("a;Müller ABCD2345;1,00".encode("cp1252"))

    assert row.signs.endswith("ABCD2345100")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n \n", b"PK\x03\x04\0\0", b"a" * (FILE_LIMIT_BYTES + 1),
        b"a;b\n" * (ROWS_LIMIT + 1),
    ],
    ids=["empty", "blank", "spreadsheet", "large", "long"],
)  # fmt: skip
def test_what_is_no_list_of_payments_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_statement(raw)


def test_cells_that_never_end_are_cut() -> None:
    [row] = read_statement(b"x" * 100_000)

    assert len(row.signs) == 1000
