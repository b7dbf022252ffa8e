"""The calendar file puts every show at the right time in everybody's calendar."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from dateutil import tz  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.calendar import ENTRIES_PER_FILE, CalendarEntry, calendar_file

URL = "https://tickets.example/o/7KQ2M9/a-secret"
MADE_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SALT_ROAD = CalendarEntry(
    event=7,
    title="The Salt Road",
    starts_at=datetime(2026, 11, 21, 19, 30, tzinfo=UTC),
    ends_at=datetime(2026, 11, 21, 22, 0, tzinfo=UTC),
    time_zone="Europe/London",
    venue="Lantern House",
    address="14 Market Street",
    doors="Doors 19:00, starts 19:30",
    places=("Stalls, row F, seat 12", "Stalls, row F, seat 13"),
)
ZONES = [
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
]
CLOCK_CHANGES = [
    ("Europe/London", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 3, 14, 7, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, 0, tzinfo=UTC)),
]


def test_an_entry_says_what_when_where_and_how_to_get_in() -> None:
    (event,) = _events(_file(SALT_ROAD))

    assert event["SUMMARY"] == "The Salt Road"
    assert event["LOCATION"] == "Lantern House, 14 Market Street"
    assert event["URL"] == URL
    assert str(event["DESCRIPTION"]).split("\n") == [
        "Doors 19:00, starts 19:30",
        "Stalls, row F, seat 12",
        "Stalls, row F, seat 13",
        "",
        f"Your tickets: {URL}",
    ]
    assert event["DTSTAMP"].dt == MADE_AT


def test_times_are_local_with_their_zone() -> None:
    text = _file(SALT_ROAD).decode()

    assert "DTSTART;TZID=Europe/London:20261121T193000\r\n" in text
    assert "DTEND;TZID=Europe/London:20261121T220000\r\n" in text


def test_an_order_over_several_events_has_an_entry_each_and_each_zone_once() -> None:
    second = replace(SALT_ROAD, event=8, title="Matinee")
    abroad = replace(SALT_ROAD, event=9, title="On tour", time_zone="America/New_York")

    document = _file(SALT_ROAD, second, abroad)

    titles = [str(event["SUMMARY"]) for event in _events(document)]
    zones = [str(zone["TZID"]) for zone in _parts(document, "VTIMEZONE")]
    assert titles == ["The Salt Road", "Matinee", "On tour"]
    assert zones == ["America/New_York", "Europe/London"]


def test_the_id_stays_when_everything_else_changes() -> None:
    moved = replace(
        SALT_ROAD,
        title="The Salt Road (new date)",
        starts_at=SALT_ROAD.starts_at + timedelta(days=30),
        ends_at=None,
    )

    (before,), (after,) = _events(_file(SALT_ROAD)), _events(_file(moved, revision=1))

    assert before["UID"] == after["UID"] == "7KQ2M9-7@tickets.example"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_cancelled_event_is_marked_so() -> None:
    (event,) = _events(_file(replace(SALT_ROAD, cancelled=True), revision=2))

    assert event["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(("zone", "change"), CLOCK_CHANGES)
@pytest.mark.parametrize("minutes", [-1440, -61, -60, -30, -1, 0, 1, 29, 30, 59, 60, 61, 119, 1440])
def test_a_show_near_a_clock_change_is_read_at_its_instant(
    zone: str, change: datetime, minutes: int
) -> None:
    starts_at = change + timedelta(minutes=minutes)
    entry = replace(
        SALT_ROAD, time_zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=150)
    )

    assert _read_by_dateutil(_file(entry)) == (entry.starts_at, entry.ends_at)


@pytest.mark.parametrize(("zone", "change"), CLOCK_CHANGES)
def test_the_zone_changes_at_exactly_the_right_second(zone: str, change: datetime) -> None:
    entry = replace(SALT_ROAD, time_zone=zone, starts_at=change + timedelta(days=3), ends_at=None)
    (written,) = _parts(_file(entry), "VTIMEZONE")

    onsets = {
        part["DTSTART"].dt.replace(tzinfo=UTC) - part["TZOFFSETFROM"].td
        for part in written.subcomponents
    }

    assert change in onsets


@given(st.sampled_from(ZONES), st.integers(0, 6 * 365 * 24 * 4), st.integers(1, 200))
def test_any_show_in_any_zone_is_read_at_its_instant(zone: str, quarter: int, length: int) -> None:
    starts_at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
    ends_at = starts_at + timedelta(minutes=15 * length)
    entry = replace(SALT_ROAD, time_zone=zone, starts_at=starts_at, ends_at=ends_at)

    assert _read_by_dateutil(_file(entry)) == (starts_at, ends_at)


def test_a_time_that_comes_twice_is_written_in_utc() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30 in London, for the first time
    second = first + timedelta(hours=1)

    once, again = (_file(replace(SALT_ROAD, starts_at=at, ends_at=None)) for at in (first, second))

    assert b"DTSTART;TZID=Europe/London:20261025T013000" in once
    assert b"DTSTART:20261025T013000Z" in again


def test_an_event_in_utc_needs_no_zone() -> None:
    text = _file(replace(SALT_ROAD, time_zone="UTC")).decode()

    assert "DTSTART:20261121T193000Z" in text
    assert "VTIMEZONE" not in text


def test_lines_are_short_and_end_as_the_standard_wants() -> None:
    lines = _file(replace(SALT_ROAD, title="Zażółć gęślą jaźń Ωμέγα 😀 " * 20)).split(b"\r\n")

    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert all(b"\n" not in line and b"\r" not in line for line in lines)


@pytest.mark.parametrize(
    "words", ["a, b; c\\d", "Zażółć 😀", 'say "hello"', "END:VEVENT", "x:y=z", "\ud800"]
)
def test_words_come_back_as_they_were(words: str) -> None:
    (event,) = _events(_file(replace(SALT_ROAD, title=words, venue=words, address="")))

    expected = words.replace("\ud800", "?")
    assert event["SUMMARY"] == event["LOCATION"] == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x00", "\x85"])
def test_a_line_end_in_a_title_cannot_add_a_line(end: str) -> None:
    evil = f"Show{end}ATTENDEE:mailto:cy@example.org{end}END:VEVENT"

    document = _file(replace(SALT_ROAD, title=evil, venue=evil, doors=evil, places=(evil,)))

    assert not [line for line in document.splitlines() if line.startswith(b"ATTENDEE")]
    assert len(_events(document)) == 1


@pytest.mark.parametrize("field", ["order_code", "order_url", "host"])
def test_an_address_with_a_line_end_is_refused(field: str) -> None:
    given: dict[str, Any] = {"order_code": "7KQ2M9", "order_url": URL, "host": "tickets.example"}

    with pytest.raises(ValueError, match="without spaces"):
        calendar_file(**(given | {field: "x\nATTACH:y"}), entries=[SALT_ROAD], made_at=MADE_AT)


def test_many_places_are_cut_with_an_ellipsis() -> None:
    places = tuple(f"Stalls, row F, seat {number}" for number in range(60))

    (event,) = _events(_file(replace(SALT_ROAD, places=places)))

    assert str(event["DESCRIPTION"]).count("seat") == 40
    assert "seat 39\n…\n\nYour tickets" in str(event["DESCRIPTION"])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("starts_at", datetime(2026, 11, 21), "time zone"),  # noqa: DTZ001
        ("ends_at", datetime(2026, 11, 21), "time zone"),  # noqa: DTZ001
        ("ends_at", SALT_ROAD.starts_at, "end after"),
        ("time_zone", "Mars/Olympus", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd", "no time zone"),
        ("time_zone", "", "no time zone"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(field: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(SALT_ROAD, **{field: value})


@pytest.mark.parametrize("count", [0, ENTRIES_PER_FILE + 1])
def test_a_file_has_a_sensible_number_of_entries(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        _file(*[SALT_ROAD] * count)


def test_the_same_order_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "import sys; from tests.tickets.test_calendar import _several;"
        "sys.stdout.buffer.write(_several())"
    )

    there = [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            timeout=60,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert there == [_several()] * 2


def _several() -> bytes:
    return _file(*(replace(SALT_ROAD, event=n, time_zone=zone) for n, zone in enumerate(ZONES)))


def _file(*entries: CalendarEntry, revision: int = 0) -> bytes:
    return calendar_file(
        "7KQ2M9", URL, "tickets.example", entries, made_at=MADE_AT, revision=revision
    )


def _events(document: bytes) -> list[Any]:
    return _parts(document, "VEVENT")


def _parts(document: bytes, name: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(document).walk(name))


def _read_by_dateutil(document: bytes) -> tuple[datetime, datetime]:
    """The event's instants by the file's own VTIMEZONE, as another program understands it."""
    lines = document.decode().replace("\r\n ", "").split("\r\n")
    text = "\r\n".join(lines)
    zones = text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")]
    zone = tz.tzical(io.StringIO(zones)).get()
    assert zone is not None
    starts, ends = (
        _instant(line.split(":", 1)[1], zone)
        for name in ("DTSTART", "DTEND")
        for line in lines[lines.index("BEGIN:VEVENT") :]
        if line.startswith(name)
    )
    return starts, ends


def _instant(written: str, zone: Any) -> datetime:
    if written.endswith("Z"):
        return datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    return local.astimezone(UTC)
