"""The revisions: they make what the models say, by themselves, and all or nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Index, MetaData, inspect, select
from sqlalchemy.engine import Inspector
from sqlalchemy.exc import DBAPIError

from app import schema
from app.db import Database
from app.invariants.ledger import ledger_rules
from app.models import Table
from app.schema import MIGRATIONS, migrate
from tests.opened import settings_of
from tests.services.environment import clean_env
from tests.services.postgres import Postgres
from tests.source import Source, imports, is_below, parse, python_files

Facts = dict[str, set[str]]

FIRST_START = """
import sys
from app.box_office import open_box_office
from app.config import read_settings

open_box_office(read_settings()).close()
print(", ".join(name for name in sys.modules if name.startswith("alembic")) or "none")
"""
BROKEN_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "LAST", None, None

def upgrade():
    op.create_table("posters", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("venues", sa.Column("poster_id", sa.Integer()))
    op.create_index("ix_venues_poster", "venues", ["poster_id"])
    op.execute("UPDATE venues SET name = 'changed'")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two databases of one kind in which there is nothing at all."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.database() as one, server.database() as two:
        yield one, two


@pytest.fixture
def db(empty_urls: tuple[str, str], tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = Database(settings_of(tmp_path, empty_urls[0]))
    yield opened
    opened.close()


@pytest.fixture
def other_db(empty_urls: tuple[str, str], tmp_path: Path) -> Iterator[Database]:
    """A second one, to compare with."""
    opened = Database(settings_of(tmp_path, empty_urls[1]))
    yield opened
    opened.close()


# ---- the same as the models ---------------------------------------------------------------------


def test_alembic_finds_nothing_that_the_revisions_left_out(db: Database) -> None:
    _go(db, "head")

    with db.writers.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Table.metadata) == []


def test_a_first_start_makes_what_the_revisions_make(
    db: Database, other_db: Database, tmp_path: Path
) -> None:
    _go(db, "head")
    migrate(other_db, settings_of(tmp_path))

    assert _everything(db) == _everything(other_db)
    assert _versions(db) == _versions(other_db)
    assert not _has_rows(db)
    assert not _has_rows(other_db)


def test_a_first_start_leaves_alembic_out_of_memory(tmp_path: Path) -> None:
    settings = {"FULLHOUSE_DATA_DIR": str(tmp_path), "DATABASE_URL": "", "SMTP_URL": ""}

    ran = subprocess.run(
        [sys.executable, "-c", FIRST_START], env=clean_env() | settings,
        cwd=MIGRATIONS.parents[1], check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, ran.stdout) == (0, "none\n"), ran.stderr


def test_the_comparison_sees_every_check_index_and_unique_key(db: Database) -> None:
    _create(db, Table.metadata)

    text = "\n".join(sorted(fact for facts in _facts(db).values() for fact in facts))
    tables = Table.metadata.tables.values()
    named = {str(part.name) for table in tables for part in table.constraints}
    named |= {str(part.name) for table in tables for part in table.indexes}
    assert len(named) > 100
    assert [name for name in sorted(named) if f"'{name}'" not in text] == []
    assert "state = 'issued'" in text, "what a partial index is limited to"


def _lose_a_check(metadata: MetaData) -> None:
    areas = metadata.tables["areas"]
    areas.constraints -= {part for part in areas.constraints if part.name == "ck_areas_taken"}


def _widen_a_partial_index(metadata: MetaData) -> None:
    tickets = metadata.tables["tickets"]
    tickets.indexes -= {part for part in tickets.indexes if part.name == "uq_tickets_live_seat"}
    Index("uq_tickets_live_seat", tickets.c.event_id, tickets.c.seat_id, unique=True)


def _allow_nothing_in_a_column(metadata: MetaData) -> None:
    metadata.tables["orders"].c.email.nullable = True


def _lose_a_trigger(metadata: MetaData) -> None:
    metadata.tables["ledger_entries"].dispatch.after_create.clear()


@pytest.mark.parametrize(
    "change",
    [_lose_a_check, _widen_a_partial_index, _allow_nothing_in_a_column, _lose_a_trigger],
)
def test_the_comparison_notices(
    change: Callable[[MetaData], None], db: Database, other_db: Database
) -> None:
    changed = MetaData()
    for table in Table.metadata.tables.values():
        table.to_metadata(changed)
    change(changed)
    _create(db, Table.metadata)
    _create(other_db, changed)

    assert _facts(db) != _facts(other_db)


# ---- by themselves ------------------------------------------------------------------------------


def test_revisions_import_nothing_that_changes() -> None:
    revisions = [source for source in python_files("app") if _is_revision(source)]

    assert {source.path.name for source in revisions} >= {"0001_first.py", "orders.py"}
    assert [words for source in revisions for words in _living_imports(source)] == []


@pytest.mark.parametrize(
    "text", ["from app.models import Table", "from app import models", "import app.models.base"]
)
def test_an_import_of_the_models_is_noticed(text: str) -> None:
    assert _living_imports(parse("app.migrations.versions.9999_next", text))


# ---- what was there before ----------------------------------------------------------------------

MOVED_BEFORE = (
    "INSERT INTO orders (id, basket_id, status, gateway, name, email, email_key, locale, currency,"
    " total_cents, open_events, is_demo, created_at)"
    " VALUES ('O1', 'b', 'refunded', 'demo', 'Bo', 'e', 'k', 'en', 'GBP', 900, 1, 0, 1)",
    "INSERT INTO payments (id, order_id, gateway, reference, state, amount_cents, currency,"
    " settled, captured_at) VALUES ('p1', 'O1', 'demo', 'r', 'returned', 900, 'GBP', 1, 5)",
    "INSERT INTO refunds (id, payment_id, order_id, amount_cents, reason, state, requested_at,"
    " ended_at) VALUES ('f1', 'p1', 'O1', 600, 'ill', 'failed', 7, 9)",
    "INSERT INTO refunds (id, payment_id, order_id, amount_cents, reason, state, requested_at)"
    " VALUES ('f2', 'p1', 'O1', 300, 'ill', 'submitted', 8)",
)


def test_the_ledger_begins_with_all_money_that_has_moved_before(
    db: Database, tmp_path: Path
) -> None:
    _go(db, "0002")
    with db.writers.begin() as connection:
        for statement in MOVED_BEFORE:
            connection.exec_driver_sql(statement)

    migrate(db, settings_of(tmp_path))

    with db.read() as connection:
        query = "SELECT at, kind, refund_id, cents, payment_id FROM ledger_entries ORDER BY id"
        entries = [tuple(row) for row in connection.exec_driver_sql(query)]
        broken = [words for rule in ledger_rules() for words in rule(connection)]
    assert entries == [
        (5, "payment", None, 900, "p1"),
        (7, "refund", "f1", -600, "p1"),
        (8, "refund", "f2", -300, "p1"),
        (9, "refund_failed", "f1", 600, "p1"),
    ]
    assert broken == []


# ---- all or nothing -----------------------------------------------------------------------------


def test_a_failed_revision_changes_nothing(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    migrate(db, settings)
    before = _everything(db)
    _add_broken_revision(tmp_path / "migrations", monkeypatch)

    with pytest.raises(DBAPIError):
        migrate(db, settings)

    assert _everything(db) == before


def test_revisions_that_fail_leave_an_empty_database_empty(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add_broken_revision(tmp_path / "migrations", monkeypatch)

    with pytest.raises(DBAPIError):
        _go(db, "head")

    with db.read() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_first_start_that_fails_leaves_an_empty_database(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(schema, "HEAD", object())  # the last that is written
        with pytest.raises(DBAPIError):
            migrate(db, settings_of(tmp_path))
        with db.read() as connection:
            assert inspect(connection).get_table_names() == []

    migrate(db, settings_of(tmp_path))

    assert _everything(db)[1] == schema.HEAD


def test_a_database_that_has_something_else_in_it_is_not_taken_for_ours(
    db: Database, tmp_path: Path
) -> None:
    with db.writers.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")

    with pytest.raises(DBAPIError):
        migrate(db, settings_of(tmp_path))

    with db.read() as connection:
        assert inspect(connection).get_table_names() == ["orders"]


def test_a_start_after_a_failed_one_carries_on(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _go(db, "0002")
    with monkeypatch.context() as broken:
        _add_broken_revision(tmp_path / "migrations", broken)
        with pytest.raises(DBAPIError):
            migrate(db, settings_of(tmp_path))
    assert _everything(db)[1] == "0002"

    migrate(db, settings_of(tmp_path))

    assert _everything(db)[1] == schema.HEAD


@pytest.mark.parametrize("is_made_by_revisions", [True, False])
def test_the_way_back_takes_everything_away(
    db: Database, tmp_path: Path, is_made_by_revisions: bool
) -> None:
    if is_made_by_revisions:
        _go(db, "head")
    migrate(db, settings_of(tmp_path))

    _go(db, "base", command.downgrade)

    assert _everything(db) == ({}, None)


# -------------------------------------------------------------------------------------------------


def _go(db: Database, revision: str, how: Callable[[Config, str], None] = command.upgrade) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with db.writers.connect() as connection:
        config.attributes["connection"] = connection
        how(config, revision)


def _versions(db: Database) -> list[Any]:
    """The table in which Alembic writes the version."""
    with db.read() as connection:
        seen, name = inspect(connection), "alembic_version"
        parts = [*seen.get_columns(name), seen.get_pk_constraint(name)]
    return [_words(part) for part in parts]


def _has_rows(db: Database) -> bool:
    with db.read() as connection:
        return any(
            connection.execute(select(table).limit(1)).first() is not None
            for table in Table.metadata.tables.values()
        )


def _create(db: Database, metadata: MetaData) -> None:
    with db.writers.begin() as connection:
        metadata.create_all(connection)


def _everything(db: Database) -> tuple[Facts, str | None]:
    """All facts and the version."""
    with db.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return _facts(db), None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return _facts(db), found


def _facts(db: Database) -> Facts:
    """What the database itself says of each table; the order of columns does not count."""
    with db.read() as connection:
        seen = inspect(connection)
        names = set(seen.get_table_names()) - {"alembic_version"}
        return {name: _table_facts(connection, seen, name) for name in names}


def _table_facts(connection: Connection, seen: Inspector, name: str) -> set[str]:
    parts: list[Any] = [
        *seen.get_columns(name),
        *seen.get_check_constraints(name),
        *seen.get_indexes(name),
        *seen.get_unique_constraints(name),
        *seen.get_foreign_keys(name),
        seen.get_pk_constraint(name),
    ]
    if connection.dialect.name == "sqlite":
        asked = f"SELECT strict, wr FROM pragma_table_list WHERE name = '{name}'"
        parts += [dict(row) for row in connection.exec_driver_sql(asked).mappings()]
    parts += [
        {"trigger": sql}
        for sql in connection.exec_driver_sql(_triggers(connection, name)).scalars()
    ]
    return {_words(part) for part in parts}


def _triggers(connection: Connection, table: str) -> str:
    """The query for what a table's triggers and their functions say."""
    if connection.dialect.name == "sqlite":
        return f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
    return (
        "SELECT pg_get_triggerdef(pg_trigger.oid) || prosrc FROM pg_trigger"
        " JOIN pg_proc ON pg_proc.oid = tgfoid"
        f" WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
    )


def _words(fact: Any) -> str:
    if isinstance(fact, dict):
        return str({key: _words(fact[key]) for key in sorted(fact)}).replace('"', "")
    return str(fact)


def _is_revision(source: Source) -> bool:
    return is_below(source.module, ("app.migrations",)) and source.path.name != "env.py"


def _living_imports(source: Source) -> list[str]:
    """What a revision uses of the product, other than what was frozen with it."""
    return [
        f"{source.module} imports {name}"
        for name in imports(source)
        if is_below(name, ("app",)) and not is_below(name, ("app.migrations",))
    ]


def _add_broken_revision(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    broken = BROKEN_REVISION.replace("LAST", schema.HEAD)
    (folder / "versions" / "9999_broken.py").write_text(broken)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    monkeypatch.setattr(schema, "HEAD", "9999")
