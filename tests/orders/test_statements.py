"""Files that banks make, and files that are none: sums, columns, separators, letters, limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.orders.statement_files import (
    FILE_LIMIT_BYTES,
    ROWS_LIMIT,
    StatementRow,
    read_money,
    read_statement,
)
from app.refusals import Invalid


def rows(*lines: str, column: str = "") -> tuple[StatementRow, ...]:
    return read_statement("\n".join(lines).encode(), column).rows


def amounts(*lines: str, column: str = "") -> list[str | None]:
    """The money of every row."""
    return [None if r.money is None else str(r.money.amount) for r in rows(*lines, column=column)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("44.00", "44.00"), ("44,00", "44.00"), ("+44,00", "44.00"), ("-44.00", "-44.00"),
        ("44", "44.0"), ("14.4", "14.4"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"), ("1'234.56", "1234.56"), ("1,234", "1234.0"), ("0,05", "0.05"),
        ("1.234.567,89", "1234567.89"), ("£44.00", "44.00"), ("EUR 1,50", "1.50"),
        ("44.00 GBP", "44.00"),
    ],
)  # fmt: skip
def test_sums_are_read_as_banks_and_spreadsheets_write_them(text: str, amount: str) -> None:
    money = read_money(text)

    assert money is not None
    assert money.amount == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "x", "12.2026", "01.12.24", "01.12.2026", "--1", "1.2.3", "1,23,456.00", "44.00 for Bo",
     "1.2345", "ABCD2345"],
)  # fmt: skip
def test_what_is_no_sum_is_none(text: str) -> None:
    assert read_money(text) is None


def test_the_sign_of_a_currency_is_its_code() -> None:
    money = [read_money(text) for text in ("£1.00", "1.00 €", "JPY 144")]

    assert [one.currency for one in money if one is not None] == ["GBP", "EUR", "JPY"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_cells_are_separated_as_they_come(separator: str) -> None:
    cell = '"44,00"' if separator == "," else "44,00"
    lines = [separator.join(("Day", "What", "Sum")), separator.join(("1", "ABCD 2345", cell))]

    [row] = read_statement("\r\n".join(lines).encode()).rows

    assert (row.number, str(row.money and row.money.amount)) == (2, "44.00")
    assert "ABCD2345" in row.signs


def test_text_that_the_payer_writes_is_no_sum() -> None:
    head = "Day;Purpose;Reference;Amount"

    assert amounts(head, "1;ABCD2345;144,00;0,01", "2;rent;for May;500,00") == ["0.01", "500.00"]


def test_running_numbers_years_and_accounts_are_no_money() -> None:
    head = "No;Day;Account;Amount"

    assert amounts(head, "144;01.12.24;55555555;1,00", "145;02.12.24;55555555;2,00") == [
        "1.00", "2.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head",
    ["Day;Balance;Amount", "Tag;Saldo;Betrag", "Date;Solde;Montant", "Day;Debit;Credit",
     "Day;Paid out;Paid in"],
)  # fmt: skip
def test_of_several_columns_the_headings_decide(head: str) -> None:
    assert amounts(head, "1;144,00;100,00", "2;150,00;6,00") == ["100.00", "6.00"]


def test_lines_about_the_account_above_the_headings_are_passed_over() -> None:
    lines = ("Account;Marsh Hall Trust", "Balance;144,00", "", "Day;What;Amount")

    assert amounts(*lines, "1;ABCD2345;44,00", "2;rent;-500,00") == ["44.00", "-500.00"]


def test_where_they_do_not_a_person_has_to_say() -> None:
    lines = ("Day;Wert A;Wert B", "1;144,00;100,00")
    statement = read_statement("\n".join(lines).encode())

    assert statement.columns == ("Wert A", "Wert B")
    assert [row.money for row in statement.rows] == [None]
    assert amounts(*lines, column="wert b") == ["100.00"]
    with pytest.raises(Invalid) as refused:
        rows(*lines, column="Day")
    assert "Wert A, Wert B" in refused.value.fields["column"]


def test_currencies_are_noted_wherever_they_stand() -> None:
    [row] = rows("Day;Amount;Currency", "1;144,00;JPY")

    assert row.currencies == {"JPY"}


def test_a_file_in_the_letters_of_old_programs_is_read() -> None:
    [row] = read_statement("Day;Who;Sum\n1;Müller ABCD2345;1,00".encode("cp1252")).rows

    assert row.signs.endswith("ABCD2345100")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n \n", b"only headings;here", b"PK\x03\x04\0\0", b"a" * (FILE_LIMIT_BYTES + 1),
        b"a;b\n" * (ROWS_LIMIT + 1), b'a;b;c\n1;"open;2,00\n2;next;3,00\n',
        b'a;b;c\n1;"open\nquote";2,00\n' + b"1;x;2,00\n" * 9,
    ],
    ids=["empty", "blank", "head", "spreadsheet", "large", "long", "quote", "lines"],
)  # fmt: skip
def test_what_is_no_list_of_payments_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_statement(raw)


def test_cells_that_never_end_are_cut() -> None:
    [row] = read_statement(b"a;b\n" + b"x" * 100_000).rows

    assert len(row.signs) == 1000
