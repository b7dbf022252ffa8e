"""House time: steady whatever the wall does, and the same after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app import clock
from app.clock import HouseClock, boot_id, from_ms, house, rfc3339, to_ms, utc_now, wall_ms
from app.models import HouseTime
from tests.opened import opened

HOUR_MS = 3_600_000
SLACK_MS = 30_000  # for a busy machine


class Wall:
    """The hands of the clock on the wall."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moved_ms = 0
        true = wall_ms
        monkeypatch.setattr(clock, "wall_ms", lambda: true() + self.moved_ms)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    before = house._offset_ms
    yield Wall(monkeypatch)
    house._offset_ms = before


def test_house_time_begins_near_the_walls() -> None:
    assert abs(HouseClock().now_ms() - wall_ms()) < 1000


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS])
def test_setting_the_wall_moves_no_deadline(wall: Wall, jump_ms: int) -> None:
    clock_here = HouseClock()
    before = clock_here.now_ms()

    wall.moved_ms = jump_ms

    assert 0 <= clock_here.now_ms() - before < SLACK_MS
    assert abs(clock_here.drift_ms() - jump_ms) < SLACK_MS


def test_a_deadline_is_told_as_the_wall_shows_it(wall: Wall) -> None:
    clock_here = HouseClock()
    wall.moved_ms = HOUR_MS

    told = clock_here.wall_at(clock_here.now_ms())

    assert abs(to_ms(told) - wall_ms() - HOUR_MS) < SLACK_MS


def test_house_time_never_goes_back_over_a_restart(wall: Wall) -> None:
    clock_here = HouseClock()
    last_ms = clock_here.now_ms() + HOUR_MS

    clock_here.anchor(last_ms, 0)

    assert clock_here.now_ms() >= last_ms


def test_the_drift_that_was_seen_is_taken_off_the_wall(wall: Wall) -> None:
    clock_here = HouseClock()
    before = clock_here.now_ms()
    wall.moved_ms = HOUR_MS

    clock_here.anchor(before, HOUR_MS)

    assert 0 <= clock_here.now_ms() - before < SLACK_MS


def test_an_offset_that_would_go_back_is_not_carried_on() -> None:
    clock_here = HouseClock()
    offset_ms = clock_here.offset_ms

    assert not clock_here.carry_on(clock_here.now_ms() + HOUR_MS, offset_ms)
    assert clock_here.offset_ms == offset_ms


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS])
def test_a_jump_that_nobody_saw_does_not_outlive_a_restart(
    tmp_path: Path, database_url: str, wall: Wall, jump_ms: int
) -> None:
    with opened(tmp_path, database_url):
        before = house.now_ms()
    wall.moved_ms = jump_ms  # while no server runs, or just before one is killed

    house._offset_ms = HouseClock().offset_ms  # as a new process begins
    with opened(tmp_path, database_url):
        assert 0 <= house.now_ms() - before < SLACK_MS


def test_after_the_machine_was_started_again_the_wall_counts(
    tmp_path: Path, database_url: str, wall: Wall
) -> None:
    with opened(tmp_path, database_url) as office:
        before = house.now_ms()
        with office.db.write() as connection:
            connection.execute(update(HouseTime).values(boot_id="another boot", offset_ms=1))
    wall.moved_ms = HOUR_MS

    with opened(tmp_path, database_url):
        assert abs(house.now_ms() - before - HOUR_MS) < SLACK_MS


def test_each_start_leaves_behind_what_the_next_one_needs(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as office:
        with office.db.read() as connection:
            left = connection.execute(select(HouseTime.__table__)).one()

        assert (left.boot_id, left.offset_ms) == (boot_id(), house.offset_ms)


def test_drift_is_noted_when_it_has_moved(tmp_path: Path, wall: Wall) -> None:
    with opened(tmp_path) as office:
        wall.moved_ms = HOUR_MS
        office.note_drift()

        with office.db.read() as connection:
            drift_ms = connection.scalar(select(HouseTime.drift_ms))
    assert drift_ms is not None
    assert abs(drift_ms - HOUR_MS) < SLACK_MS


def test_a_machine_without_a_boot_id_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "BOOT_ID_FILE", tmp_path / "none")

    assert boot_id() == ""


def test_moments_go_there_and_back() -> None:
    at = datetime(2026, 11, 21, 19, 30, 0, 123_000, tzinfo=UTC)

    assert from_ms(to_ms(at)) == at
    assert rfc3339(at) == "2026-11-21T19:30:00Z"
    assert utc_now().tzinfo is UTC
