"""Periodic work: due once, claimed once, back in time after a crash or a wrong clock."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now
from app.config import read_settings
from app.deletions import DELETIONS
from app.models import OutboxRow, ScheduleRow
from app.schedule import LEASE_SECONDS, POLL_SECONDS, Periodic, Schedule, claim, next_time
from jobs.schedule import SCHEDULE

HOURLY = Periodic("delete.kept_answers", 3600)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[BoxOffice]:
    """An open box office."""
    env = {"DATABASE_URL": database_url, "FULLHOUSE_DATA_DIR": str(tmp_path / "data")}
    opened = open_box_office(read_settings(env))
    yield opened
    opened.close()


def rows(office: BoxOffice, table: Any) -> list[Any]:
    """Every row of a table."""
    with office.db.read() as connection:
        return list(connection.execute(select(table.__table__)))


def make_due(office: BoxOffice, **values: Any) -> None:
    """Let everything be due."""
    with office.db.write() as connection:
        past = utc_now() - timedelta(seconds=1)
        connection.execute(update(ScheduleRow).values(**{"next_at": past, **values}))


def test_nothing_is_due_when_a_house_opens(office: BoxOffice) -> None:
    assert Schedule(office, SCHEDULE).step() == POLL_SECONDS

    assert {row.name for row in rows(office, ScheduleRow)} == {entry.name for entry in SCHEDULE}
    assert rows(office, OutboxRow) == []


def test_what_is_due_becomes_an_effect_once(office: BoxOffice) -> None:
    schedule = Schedule(office, [HOURLY])
    schedule.step()
    make_due(office)
    assert schedule.step() == 0.0
    assert schedule.step() == POLL_SECONDS

    [effect] = rows(office, OutboxRow)
    [row] = rows(office, ScheduleRow)
    assert effect.kind == "delete.kept_answers"
    assert row.lease_until is None
    assert row.next_at - row.last_at == timedelta(hours=1)


def test_what_only_the_server_can_do_is_called_here(office: BoxOffice) -> None:
    called: list[BoxOffice] = []
    schedule = Schedule(office, [Periodic("truncate.log", 3600, here=called.append)])
    schedule.step()
    make_due(office)
    schedule.step()

    assert called == [office]
    assert rows(office, OutboxRow) == []


def test_what_failed_is_done_again_after_its_lease(office: BoxOffice) -> None:
    def fail(office: BoxOffice) -> None:
        raise RuntimeError("the disk is on fire")

    schedule = Schedule(office, [Periodic("truncate.log", 3600, here=fail)])
    schedule.step()
    make_due(office)
    with pytest.raises(RuntimeError):
        schedule.step()
    assert schedule.step() == POLL_SECONDS, "its lease still runs"
    make_due(office, lease_until=utc_now() - timedelta(seconds=1))
    with pytest.raises(RuntimeError):
        schedule.step()


def test_of_several_at_once_one_gets_it(office: BoxOffice) -> None:
    Schedule(office, [HOURLY]).step()
    make_due(office)
    won: list[bool] = []
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        with office.db.write() as connection:
            won.append(claim(connection, HOURLY.name, utc_now()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(won) == [False, False, False, True]


def test_a_clock_set_back_holds_nothing_up(office: BoxOffice) -> None:
    Schedule(office, [HOURLY]).step()
    ahead = utc_now() + timedelta(hours=5)
    make_due(office, next_at=ahead, lease_until=ahead)

    assert Schedule(office, [HOURLY]).step() == 0.0
    assert len(rows(office, OutboxRow)) == 1


def test_what_another_version_left_is_passed_over(office: BoxOffice) -> None:
    with office.db.write() as connection:
        connection.execute(
            insert(ScheduleRow), {"name": "older.work", "next_at": utc_now() - timedelta(days=9)}
        )
    schedule = Schedule(office, [HOURLY])
    schedule.step()
    make_due(office)

    assert schedule.step() == 0.0
    assert [row.kind for row in rows(office, OutboxRow)] == ["delete.kept_answers"]


def test_daily_work_keeps_its_hour() -> None:
    entry = Periodic("truncate.log", 24 * 3600, at_hour=4)
    evening = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)

    assert next_time(entry, evening) == datetime(2026, 11, 22, 4, tzinfo=UTC)
    assert next_time(entry, evening.replace(hour=3)) == datetime(2026, 11, 21, 4, tzinfo=UTC)


def test_every_deletion_is_on_the_schedule() -> None:
    planned = {entry.name for entry in SCHEDULE}

    assert {deletion.kind for deletion in DELETIONS} <= planned
    assert len(planned) == len(SCHEDULE)
    effects = [entry for entry in SCHEDULE if entry.here is None]
    assert all(entry.every_seconds > LEASE_SECONDS for entry in effects)
