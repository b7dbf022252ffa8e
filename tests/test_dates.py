"""Days in words: with their year where they would be taken for one in another year."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.words import day_words, moment_words, short_day_words, short_moment_words

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day in November."""
    monkeypatch.setattr("app.words.utc_now", lambda: NOW)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 12, 12, 20, tzinfo=UTC), "Saturday 12 December, 20:00"),
        (datetime(2027, 9, 1, 20, tzinfo=UTC), "Wednesday 1 September, 20:00"),
        (datetime(2027, 11, 26, 20, tzinfo=UTC), "Friday 26 November 2027, 20:00"),
        (datetime(2030, 12, 12, 20, tzinfo=UTC), "Thursday 12 December 2030, 20:00"),
        (datetime(2026, 1, 2, 20, tzinfo=UTC), "Friday 2 January, 20:00"),
        (datetime(2025, 12, 30, 20, tzinfo=UTC), "Tuesday 30 December 2025, 20:00"),
        (datetime(2030, 12, 12, 20), "Thursday 12 December 2030, 20:00"),  # noqa: DTZ001
    ],
)
def test_a_year_is_said_where_it_is_not_plain(at: datetime, words: str) -> None:
    assert moment_words(at) == words


def test_all_ways_to_say_a_day_have_the_year() -> None:
    at = datetime(2030, 12, 12, 20, tzinfo=UTC)

    assert short_day_words(at) == "12 December 2030"
    assert short_moment_words(at) == "Thu 12 Dec 2030, 20:00"
    assert day_words(at) == "Thursday 12 December 2030"


def test_one_moment_reads_differently_in_two_zones() -> None:
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert short_moment_words(at) == "Thu 31 Dec, 23:30"
    assert short_moment_words(at.astimezone(ZoneInfo("Europe/Berlin"))) == "Fri 1 Jan, 00:30"


def test_the_year_goes_as_the_day_comes_near(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2028, 1, 15, tzinfo=UTC)
    assert short_day_words(at) == "15 January 2028"
    monkeypatch.setattr("app.words.utc_now", lambda: datetime(2027, 12, 30, tzinfo=UTC))

    assert short_day_words(at) == "15 January"
