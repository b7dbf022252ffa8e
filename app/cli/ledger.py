"""ledger: what came in, what went back, and the proof that nothing is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from app.config import Settings
from app.money import sum_words
from app.refusals import Refusal

if TYPE_CHECKING:
    from app.upkeep.ledger import LedgerReport, LedgerSum

HEADINGS: Final = ("Day", "Way of paying", "Came", "Went back", "Disputed", "Kept")
FIRST_SUM: Final = 2  # the columns from here on are sums, which end below each other


class BadDay(Refusal):
    """What was typed is no day of the calendar."""

    code, status = "bad_day", 422


def ledger(settings: Settings, words: dict[str, Any]) -> int:
    """Print the sums; with --check, 1 and a sentence for each difference."""
    from app.upkeep.ledger import read_ledger

    proves = bool(words["check"])
    report = read_ledger(settings, _day(words["first"]), _day(words["last"]), proves=proves)
    if words["json"]:
        print(json.dumps(_as_data(report, proves)))
    else:
        _print(report, proves)
    return int(bool(report.differences))


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadDay(f"“{typed}” is no day; write it like 2030-12-31.") from None


def _print(report: LedgerReport, proves: bool) -> None:
    if not report.days:
        print("No money has moved in these days.")
    else:
        lines = [_cells(line) for line in (*report.days, *report.totals)]
        _print_table([HEADINGS, *lines], last_day=len(report.days))
        print(f"Days are days in {report.zone}.")
    for difference in report.differences:
        print(f"BAD   {difference}")
    if proves and not report.differences:
        print("To the cent: the ledger equals all orders, payments and refunds.")


def _cells(line: LedgerSum) -> tuple[str, ...]:
    day = "All" if line.day is None else line.day.isoformat()
    sums = (line.came, line.back - line.failed, line.taken - line.won, line.kept)
    return (day, line.gateway, *(sum_words(cents, line.currency) for cents in sums))


def _print_table(rows: Sequence[tuple[str, ...]], last_day: int) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    for number, row in enumerate(rows):
        cells = [
            cell.rjust(width) if at >= FIRST_SUM else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
        if number in (0, last_day):
            print("  ".join("-" * width for width in widths))


def _as_data(report: LedgerReport, proves: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "time_zone": report.zone,
        "days": [{"day": str(line.day), **_sums(line)} for line in report.days],
        "totals": [_sums(line) for line in report.totals],
    }
    return data | ({"differences": list(report.differences)} if proves else {})


def _sums(line: LedgerSum) -> dict[str, Any]:
    return {
        "gateway": line.gateway,
        "currency": line.currency,
        "payments_cents": line.came,
        "refunds_cents": line.back,
        "refunds_failed_cents": line.failed,
        "disputes_cents": line.taken,
        "disputes_won_cents": line.won,
        "kept_cents": line.kept,
        "entry_count": line.count,
    }
