"""The database's shape: made at the first start, left alone afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, inspect

from app.config import BadSetting, Settings
from app.db import LOCK_WAIT_MS, Database
from app.models import Table
from app.refusals import Busy
from app.schema import HEAD, migrate
from tests.opened import settings_of
from tests.trouble import locked


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_of(tmp_path, database_url)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    opened = Database(settings)
    yield opened
    opened.close()


def test_the_first_start_makes_every_table(db: Database, settings: Settings) -> None:
    migrate(db, settings)

    with db.read() as connection:
        assert set(inspect(connection).get_table_names()) == {
            *Table.metadata.tables,
            "alembic_version",
        }


def test_a_second_start_changes_nothing(db: Database, settings: Settings) -> None:
    migrate(db, settings)
    statements: list[str] = []
    event.listen(db.writers, "before_cursor_execute", lambda *asked: statements.append(asked[2]))

    migrate(db, settings)

    assert not [words for words in statements if words.startswith(("CREATE", "ALTER", "UPDATE"))]


def test_data_of_a_newer_version_stops_the_start_with_a_sentence(
    db: Database, settings: Settings
) -> None:
    migrate(db, settings)
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(BadSetting, match="newer Full House"):
        migrate(db, settings)


def test_the_version_is_written_down(db: Database, settings: Settings) -> None:
    migrate(db, settings)

    with db.read() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == HEAD


def test_a_slow_revision_is_not_cut_off(tmp_path: Path, postgres_url: str) -> None:
    settings = settings_of(tmp_path, postgres_url)
    db = Database(settings)
    migrate(db, settings)

    with db.write() as connection:
        asked = connection.exec_driver_sql("SHOW statement_timeout").scalar()
    assert asked == "4s", "requests keep their limit"
    db.close()


def test_a_database_that_is_away_is_busy_not_broken(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
    db = Database(settings)

    with pytest.raises(Busy):
        migrate(db, settings)
    db.close()


def test_a_start_waits_for_no_lock_for_ever(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    db = Database(settings)
    migrate(db, settings)

    with locked(db):
        began_at = time.monotonic()
        with pytest.raises(Busy):
            migrate(db, settings)
        assert time.monotonic() - began_at < LOCK_WAIT_MS / 1000 + 2
    db.close()
