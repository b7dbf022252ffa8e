"""VTIMEZONE components with the exact changes around an order's events.

icalendar can make these too, but 7.3 writes the change to summer time one hour late (it walks
local time and so steps over the missing hour), which shifts shows in that night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

MARGIN_DAYS = 370
SPAN_DAYS_MAX = 3660


def time_zone_component(name: str, first: datetime, last: datetime) -> Timezone:
    """The VTIMEZONE of an IANA zone, right from about a year before `first` to one after `last`.

    One STANDARD or DAYLIGHT part per change, without rules to interpret: every calendar program
    reads these. A span above ten years is cut at its end.
    """
    zone = ZoneInfo(name)
    begin = first.astimezone(UTC).replace(microsecond=0) - timedelta(days=MARGIN_DAYS)
    end = min(last.astimezone(UTC), first.astimezone(UTC) + timedelta(days=SPAN_DAYS_MAX))
    component = Timezone()
    component.add("TZID", name)
    component.add_component(_part(zone, begin, begin))
    for before, after in _changes(zone, begin, end + timedelta(days=MARGIN_DAYS)):
        component.add_component(_part(zone, before, after))
    return component


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every change of offset as (last second before, first second after), in UTC."""
    day = begin
    while day < end:
        next_day = day + timedelta(days=1)
        if _state(zone, day) != _state(zone, next_day):
            yield _change_within(zone, day, next_day)
        day = next_day


def _change_within(zone: ZoneInfo, before: datetime, after: datetime) -> tuple[datetime, datetime]:
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _state(zone, middle) == _state(zone, before):
            before = middle
        else:
            after = middle
    return before, after


def _state(zone: ZoneInfo, at: datetime) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _part(zone: ZoneInfo, before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    """What holds from `after` on; it begins at the local time by the offset held before."""
    old, new = before.astimezone(zone), after.astimezone(zone)
    old_offset = old.utcoffset() or timedelta()
    part = TimezoneDaylight() if new.dst() else TimezoneStandard()
    part.add("DTSTART", (after + old_offset).replace(tzinfo=None))
    part.add("TZOFFSETFROM", old_offset)
    part.add("TZOFFSETTO", new.utcoffset() or timedelta())
    part.add("TZNAME", new.tzname() or zone.key)
    return part
