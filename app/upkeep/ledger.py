"""What the ledger comes to, day by day, and whether it equals orders, payments and refunds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, func, inspect, select, type_coerce

from app.clock import from_ms
from app.config import Settings
from app.db import Database
from app.invariants.ledger import ledger_rules
from app.invariants.money import money_rules
from app.models import EntryKind, LedgerEntry, Venue
from app.upkeep.sqlite_files import database_file

QUARTER_MS: Final = 15 * 60 * 1000  # every zone's midnight is at one of these

_FIELDS: Final = {
    EntryKind.PAYMENT: "came",
    EntryKind.REFUND: "back",
    EntryKind.REFUND_FAILED: "failed",
    EntryKind.DISPUTE: "taken",
    EntryKind.DISPUTE_WON: "won",
}


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """What moved by one gateway in one currency; on one day, or in all where `day` is None.

    In minor units; `back` is what was asked back, `failed` what of it has stayed here; `taken` is
    what buyers' banks took in disputes, `won` what of it they gave back.
    """

    day: date | None
    gateway: str
    currency: str
    came: int = 0
    back: int = 0
    failed: int = 0
    taken: int = 0
    won: int = 0
    count: int = 0

    @property
    def kept(self) -> int:
        """What the house has of it."""
        return self.came - self.back + self.failed - self.taken + self.won

    def plus(self, other: LedgerSum) -> LedgerSum:
        """Both together."""
        return replace(
            self,
            came=self.came + other.came,
            back=self.back + other.back,
            failed=self.failed + other.failed,
            taken=self.taken + other.taken,
            won=self.won + other.won,
            count=self.count + other.count,
        )


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """Sums by day, gateway and currency, the same in all, and what does not agree."""

    zone: str
    days: tuple[LedgerSum, ...] = ()
    totals: tuple[LedgerSum, ...] = ()
    differences: tuple[str, ...] = ()


def read_ledger(
    settings: Settings, first: date | None = None, last: date | None = None, *, proves: bool = False
) -> LedgerReport:
    """The ledger's sums from the `first` day to the `last`, both included.

    With `proves`, `differences` tells in words whatever does not equal orders, payments and
    refunds, on whichever day. Empty before the first start.
    """
    with _one_moment(settings) as connection:
        if connection is None or not inspect(connection).has_table("ledger_entries"):
            return LedgerReport(UTC.tzname(None))
        zone = _zone_of(connection)
        days = tuple(_days(connection, zone, first, last))
        differences = tuple(_differences(connection)) if proves else ()
    return LedgerReport(zone.key, days, tuple(_totals(days)), differences)


@contextmanager
def _one_moment(settings: Settings) -> Iterator[Connection | None]:
    if settings.is_sqlite and not database_file(settings).exists():
        yield None
        return
    database = Database(settings)
    try:
        with database.read_moment() as connection:
            yield connection
    finally:
        database.close()


def _zone_of(connection: Connection) -> ZoneInfo:
    """The zone of all venues, or UTC where they have several: days must not overlap."""
    zones = connection.execute(select(Venue.time_zone).distinct()).scalars().all()
    return ZoneInfo(zones[0] if len(zones) == 1 else "UTC")


def _days(
    connection: Connection, zone: ZoneInfo, first: date | None, last: date | None
) -> Iterator[LedgerSum]:
    quarter = type_coerce(LedgerEntry.at, BigInteger).op("/")(QUARTER_MS)
    columns = (LedgerEntry.gateway, LedgerEntry.currency, LedgerEntry.kind)
    query = select(
        quarter.label("quarter"), *columns, func.sum(LedgerEntry.cents), func.count(LedgerEntry.id)
    ).group_by("quarter", *columns)
    if first is not None:
        query = query.where(LedgerEntry.at >= _midnight(first, zone))
    if last is not None:
        query = query.where(LedgerEntry.at < _midnight(last + timedelta(days=1), zone))
    found: dict[tuple[date, str, str], LedgerSum] = {}
    for at, gateway, currency, kind, cents, count in connection.execute(query):
        day = from_ms(at * QUARTER_MS).astimezone(zone).date()
        key = (day, gateway, currency)
        more = _sum_of(LedgerSum(*key), kind, int(cents), count)
        found[key] = found.get(key, LedgerSum(*key)).plus(more)
    yield from (found[key] for key in sorted(found))


def _sum_of(empty: LedgerSum, kind: EntryKind, cents: int, count: int) -> LedgerSum:
    changes: dict[str, Any] = {_FIELDS[kind]: abs(cents)}
    return replace(empty, count=count, **changes)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _totals(days: tuple[LedgerSum, ...]) -> Iterator[LedgerSum]:
    found: dict[tuple[str, str], LedgerSum] = {}
    for line in days:
        key = (line.gateway, line.currency)
        found[key] = found.get(key, LedgerSum(None, *key)).plus(line)
    yield from (found[key] for key in sorted(found))


def _differences(connection: Connection) -> Iterator[str]:
    for rule in (*ledger_rules(), *money_rules()):
        yield from rule(connection)
