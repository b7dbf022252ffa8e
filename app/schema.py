"""Giving the database its newest shape at start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import models
from app.config import BadSetting, Settings, sync_folder
from app.db import Database, busy_or
from app.refusals import Busy

HEAD: Final = "0012"
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(db: Database, settings: Settings) -> None:
    """Make an empty database, or apply the revisions that are missing; one query when none is.

    Raises `BadSetting` for data that a newer version has written.
    """
    version = _version(db)
    if version == HEAD:
        return
    if version is None and _is_empty(db):
        _create(db)
    else:
        _upgrade(db)
    sync_folder(settings.data_dir)


def _create(db: Database) -> None:
    """All tables at once: what the revisions come to (tests/test_migrations.py), in megabytes less.

    A first start would keep Alembic in memory for as long as the server runs.
    """
    versions = Table("alembic_version", MetaData(), Column("version_num", String(32)))
    versions.append_constraint(PrimaryKeyConstraint("version_num", name="alembic_version_pkc"))
    with db.writers.begin() as connection:
        models.Table.metadata.create_all(connection, checkfirst=False)
        versions.create(connection)
        connection.execute(versions.insert().values(version_num=HEAD))


def _upgrade(db: Database) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with db.writers.connect() as connection:
        if not db.is_sqlite:  # a revision may take longer than a request
            connection.detach()
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.commit()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise BadSetting(
                "This data was written by a newer Full House: start that version, or restore the"
                " backup that you made before it."
            ) from None


def _is_empty(db: Database) -> bool:
    with db.writers.connect() as connection:
        return not inspect(connection).get_table_names()


def _version(db: Database) -> str | None:
    try:
        with db.writers.connect() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (DBAPIError, PoolTimeout) as error:
        known = Busy() if isinstance(error, PoolTimeout) else busy_or(error)
        raise known from error
