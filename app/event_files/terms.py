"""When and how an event sells: sale times, limits, ways to pay, returns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.event_files.event_file import EventFile, SalesTerms
from app.toml_files.fields import Fields, Problems
from app.toml_files.reading import LINE_LIMIT

CAPACITY_LIMIT: Final = 100_000
ORDER_LIMIT_MOST: Final = 100
BUYER_LIMIT_MOST: Final = 1_000
HOURS_MOST: Final = 24 * 365
DAYS_MOST: Final = 60
HOLDER_LIMIT: Final = 70  # what a transfer form takes (EPC069-12)
IBAN_TYPED_LIMIT: Final = 60
LONGEST_EVENT: Final = timedelta(days=31)

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")


def read_terms(top: Fields, zone: ZoneInfo) -> SalesTerms:
    """What the parts `[sales]`, `[payments]` and `[returns]` say."""
    table = top.table("sales")
    terms = SalesTerms(
        opens_at=table.instant("opens_at", zone),
        closes_at=table.instant("closes_at", zone),
        order_limit=table.whole("order_limit", 1, ORDER_LIMIT_MOST, 10),
        buyer_limit=table.whole("buyer_limit", 1, BUYER_LIMIT_MOST, 20),
        forbid_lone_seats=table.flag("forbid_lone_seats", False),
        returns_close_hours=_returns(top),
        payments=_payments(top.table("payments")),
    )
    table.end()
    return terms


def check_together(read: EventFile, problems: Problems) -> None:
    """Note what contradicts itself in a file that is sound part by part."""
    sales = read.sales
    if read.plan is None and not read.areas:
        problems.refuse("plan", "There are no places: add a [plan] or at least one [[areas]].")
    if read.doors_at and read.doors_at > read.starts_at:
        problems.refuse("event.doors_at", "is after the start.")
    if read.ends_at and not read.starts_at < read.ends_at <= read.starts_at + LONGEST_EVENT:
        problems.refuse("event.ends_at", "must be after the start, by 31 days at most.")
    if sales.opens_at and sales.opens_at >= (sales.closes_at or read.ends_at or read.starts_at):
        problems.refuse("sales.opens_at", "is after sales have closed.")
    if sales.closes_at and sales.closes_at > (read.ends_at or read.starts_at + LONGEST_EVENT):
        problems.refuse("sales.closes_at", "is after the end of the event.")
    if sales.buyer_limit < sales.order_limit:
        problems.refuse("sales.buyer_limit", "must not be less than order_limit.")


def _returns(top: Fields) -> int | None:
    if "returns" not in top:
        return None
    table = top.table("returns")
    hours = table.whole("closes_hours", 0, HOURS_MOST, 24)
    table.end()
    return hours


def _payments(table: Fields) -> dict[str, Any]:
    payments: dict[str, Any] = {}
    for key, read in (("card", _card), ("manual", _manual), ("transfer", _transfer)):
        if key in table:
            part = table.table(key)
            payments[key] = read(part)
            part.end()
    table.end()
    return payments


def _card(table: Fields) -> dict[str, Any]:
    return {
        "offered": table.flag("offered", True),
        "disputes": table.one_of("disputes", ("block", "keep"), "block"),
    }


def _manual(table: Fields) -> dict[str, Any]:
    return {
        "quota": table.whole("quota", 1, CAPACITY_LIMIT, 20),
        "closes_hours": table.whole("closes_hours", 0, HOURS_MOST, 24),
        "words": table.text("words", LINE_LIMIT, ""),
    }


def _transfer(table: Fields) -> dict[str, Any]:
    terms: dict[str, Any] = {
        "quota": table.whole("quota", 1, CAPACITY_LIMIT, 20),
        "days": table.whole("days", 1, DAYS_MOST, 7),
        "closes_hours": table.whole("closes_hours", 0, HOURS_MOST, 72),
        "holder": table.text("holder", HOLDER_LIMIT),
        "iban": "".join(table.text("iban", IBAN_TYPED_LIMIT, "").split()).upper(),
        "account": table.text("account", LINE_LIMIT, ""),
        "words": table.text("words", LINE_LIMIT, ""),
    }
    if terms["iban"] and not is_iban(terms["iban"]):
        table.refuse("iban", "is not an IBAN: look for a slip of the pen.")
    if not terms["iban"] and not terms["account"]:
        table.refuse("account", "is missing: say iban or account, so that money finds its way.")
    return terms


def is_iban(text: str) -> bool:
    """Whether the check digits of an account number are right (ISO 13616: 1 modulo 97)."""
    if not _IBAN.match(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
