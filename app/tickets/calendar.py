"""The calendar file of an order: one entry per event, right over clock changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from icalendar import Calendar, Event

ENTRIES_PER_FILE = 100
PLACES_PER_ENTRY = 40

_MAKER = "-//Full House//Box office//EN"
_PLAIN = re.compile(r"[\x21-\x7e]+")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_UTC_NAMES = {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu"}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event of an order, in words already written for the buyer; times are aware.

    Raises ValueError for naive times, an end that is not after the start, an unknown time zone.
    """

    event: int
    title: str
    starts_at: datetime
    ends_at: datetime | None
    time_zone: str
    venue: str
    address: str = ""
    doors: str = ""
    places: tuple[str, ...] = ()
    cancelled: bool = False

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or (self.ends_at and self.ends_at.tzinfo is None):
            raise ValueError("a calendar entry needs times with a time zone")
        if self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a calendar entry must end after it starts")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise ValueError(f"no time zone is called {self.time_zone!r}") from None


def calendar_file(
    order_code: str,
    order_url: str,
    host: str,
    entries: Sequence[CalendarEntry],
    *,
    made_at: datetime,
    revision: int = 0,
    link_words: str = "Your tickets",
) -> bytes:
    """An iCalendar file (RFC 5545, UTF-8, METHOD:PUBLISH) with one VEVENT per entry.

    The UID comes from order, event and `host`, so that a later file with a higher `revision`
    replaces the entry in people's calendars instead of doubling it. The same arguments give the
    same bytes. Raises ValueError for no entries, more than 100, or spaces in a code or address.
    """
    from icalendar import Calendar

    if not 1 <= len(entries) <= ENTRIES_PER_FILE:
        raise ValueError(f"a calendar file holds 1 to {ENTRIES_PER_FILE} entries")
    if not all(_PLAIN.fullmatch(part) for part in (order_code, order_url, host)):
        raise ValueError("order code, address and host must be plain characters without spaces")
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", _MAKER)
    calendar.add("METHOD", "PUBLISH")
    _add_time_zones(calendar, entries)
    for entry in entries:
        event = _event(entry, link=f"{_line(link_words)}: {order_url}")
        event.add("UID", f"{order_code}-{entry.event}@{host}")
        event.add("URL", order_url)
        event.add("DTSTAMP", made_at.astimezone(UTC))
        event.add("SEQUENCE", revision)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _add_time_zones(calendar: Calendar, entries: Sequence[CalendarEntry]) -> None:
    from app.tickets.calendar_zones import time_zone_component

    for name in sorted({entry.time_zone for entry in entries} - _UTC_NAMES):
        times = [
            at
            for entry in entries
            for at in (entry.starts_at, entry.ends_at)
            if at and entry.time_zone == name
        ]
        calendar.add_component(time_zone_component(name, min(times), max(times)))


def _event(entry: CalendarEntry, link: str) -> Event:
    from icalendar import Event

    event = Event()
    event.add("SUMMARY", _line(entry.title))
    event.add("LOCATION", ", ".join(filter(None, map(_line, (entry.venue, entry.address)))))
    event.add("DESCRIPTION", _description(entry, link))
    event.add("CLASS", "PRIVATE")
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    starts_at, ends_at = _written_times(entry)
    event.add("DTSTART", starts_at)
    if ends_at:
        event.add("DTEND", ends_at)
    return event


def _description(entry: CalendarEntry, link: str) -> str:
    places = entry.places[:PLACES_PER_ENTRY]
    more = ["…"] if len(entry.places) > PLACES_PER_ENTRY else []
    facts = [line for line in map(_line, (entry.doors, *places)) if line]
    return "\n".join([*facts, *more, "", link]).strip()


def _written_times(entry: CalendarEntry) -> tuple[datetime, datetime | None]:
    """Local time with its zone; in UTC when the local time names the second of two instants."""
    zone = UTC if entry.time_zone in _UTC_NAMES else ZoneInfo(entry.time_zone)
    times = entry.starts_at.astimezone(zone), entry.ends_at and entry.ends_at.astimezone(zone)
    if any(at and at.fold for at in times):
        return times[0].astimezone(UTC), times[1] and times[1].astimezone(UTC)
    return times


def _line(text: str) -> str:
    """One line that every encoder takes: halves of characters become "?"."""
    return _BLANKS.sub(" ", text).strip().encode(errors="replace").decode()
