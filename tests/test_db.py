"""The two doors: readers cannot write, writers take turns, and every no is a clean one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import patience
from app.clock import utc_now
from app.db import READERS_LIMIT, Database
from app.models import JournalEntry, KeptAnswer, Table
from app.refusals import Busy, InDoubt
from tests.opened import settings_of
from tests.trouble import end_connections, locked, lost_commits

NO_WITHIN_SECONDS = 3.5


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    """A database with all its tables."""
    opened = Database(settings_of(tmp_path, database_url))
    with opened.writers.begin() as connection:
        Table.metadata.create_all(connection)
    yield opened
    opened.close()


@pytest.fixture
def postgres_db(tmp_path: Path, postgres_url: str) -> Iterator[Database]:
    """The same on PostgreSQL only."""
    opened = Database(settings_of(tmp_path, postgres_url))
    with opened.writers.begin() as connection:
        Table.metadata.create_all(connection)
    yield opened
    opened.close()


def note(connection: Connection, kind: str = "noted") -> None:
    """Write one line into the journal."""
    connection.execute(insert(JournalEntry), {"at": utc_now(), "kind": kind, "facts": {}})


def noted(db: Database) -> list[str]:
    """What the journal says, as a reader sees it."""
    with db.read() as connection:
        return list(connection.execute(select(JournalEntry.kind)).scalars())


def test_what_was_written_can_be_read(db: Database) -> None:
    with db.write() as connection:
        note(connection)

    assert noted(db) == ["noted"]


def test_the_database_refuses_a_reader_that_writes(db: Database) -> None:
    with pytest.raises((DBAPIError, Busy)), db.read() as connection:
        note(connection)


def test_a_change_that_fails_leaves_nothing(db: Database) -> None:
    def fail() -> None:
        with db.write() as connection:
            note(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert noted(db) == []


def test_a_reader_does_not_see_what_is_not_committed(db: Database) -> None:
    with db.write() as connection:
        note(connection)

        assert noted(db) == []


def test_a_locked_database_is_a_no_in_time(db: Database) -> None:
    with locked(db):
        began_at = time.monotonic()
        with pytest.raises(Busy), db.write() as connection:
            note(connection)

    assert time.monotonic() - began_at < NO_WITHIN_SECONDS
    with db.write() as connection:
        note(connection)


def test_readers_go_on_while_the_database_is_locked(tmp_path: Path) -> None:
    db = Database(settings_of(tmp_path))
    with db.writers.begin() as connection:
        Table.metadata.create_all(connection)

    with locked(db):
        assert noted(db) == []
    db.close()


def test_a_request_without_patience_does_not_wait(db: Database) -> None:
    patience.begin(time.monotonic() - patience.REQUEST_SECONDS)
    try:
        with pytest.raises(Busy), db.write() as connection:
            note(connection)
    finally:
        patience.end()

    assert noted(db) == []


def test_a_writer_that_waits_too_long_for_its_turn_is_told_no(tmp_path: Path) -> None:
    db = Database(settings_of(tmp_path))
    entered, leave = threading.Event(), threading.Event()

    def keep() -> None:
        with db.write():
            entered.set()
            leave.wait(10)

    keeper = threading.Thread(target=keep)
    keeper.start()
    entered.wait(10)
    with pytest.raises(Busy), db.write():
        pass

    leave.set()
    keeper.join(10)
    db.close()


def test_readers_have_a_limit(db: Database) -> None:
    with ExitStack() as readers:
        for _ in range(READERS_LIMIT):
            readers.enter_context(db.read()).execute(text("SELECT 1"))

        with pytest.raises(Busy), db.read() as one_more:
            one_more.execute(text("SELECT 1"))


def test_a_fault_tells_no_names(db: Database) -> None:
    row = {"key": "k" * 20, "fingerprint": "bo@example.org", "outcome": {}, "kept_at": utc_now()}

    with pytest.raises(IntegrityError) as fault, db.write() as connection:
        connection.execute(insert(KeptAnswer), [row, row])

    assert "bo@example.org" not in str(fault.value)


def test_words_that_people_typed_are_not_taken_for_a_lock(db: Database) -> None:
    row = {"key": "a locked connection", "fingerprint": "", "outcome": {}, "kept_at": utc_now()}

    with pytest.raises(IntegrityError), db.write() as connection:
        connection.execute(insert(KeptAnswer), [row, row])


def test_sqlite_syncs_every_commit_and_watches_references(tmp_path: Path) -> None:
    db = Database(settings_of(tmp_path))

    with db.write() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }

    assert asked == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0,
    }  # fmt: skip
    db.close()


def test_only_the_writer_of_sqlite_moves_its_log(tmp_path: Path) -> None:
    db = Database(settings_of(tmp_path))

    with db.read() as connection:
        asked = connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar()

    assert asked == 0
    db.close()


def test_moving_the_log_gives_way_to_whoever_has_the_lock(tmp_path: Path) -> None:
    db = Database(settings_of(tmp_path))
    with db.writers.begin() as connection:
        Table.metadata.create_all(connection)

    with locked(db):
        db.checkpoint("TRUNCATE")

    assert noted(db) == []
    db.close()


def test_postgresql_waits_for_its_disk(postgres_db: Database) -> None:
    with postgres_db.write() as connection:
        asked = connection.exec_driver_sql("SHOW synchronous_commit").scalar()

    assert asked == "on"


def test_a_connection_that_broke_is_a_clean_no(postgres_db: Database) -> None:
    def break_off() -> None:
        with postgres_db.write() as connection:
            note(connection)
            end_connections(postgres_db)
            note(connection)

    with pytest.raises(Busy) as told:
        break_off()

    assert not isinstance(told.value, InDoubt)
    assert noted(postgres_db) == []


def test_a_commit_without_an_answer_is_in_doubt(postgres_db: Database) -> None:
    with lost_commits(postgres_db), pytest.raises(InDoubt), postgres_db.write() as connection:
        note(connection)

    assert noted(postgres_db) == ["noted"]
