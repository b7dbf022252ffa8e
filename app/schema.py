"""Bringing the database to the newest shape at start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.config import BadSetting, Settings, sync_folder
from app.db import Database, busy_or
from app.refusals import Busy

HEAD: Final = "0012"
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(db: Database, settings: Settings) -> None:
    """Apply all revisions that are missing; costs one query when there are none.

    Raises `BadSetting` for data that a newer version has written.
    """
    if _version(db) == HEAD:
        return
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
    sync_folder(settings.data_dir)


def _version(db: Database) -> str | None:
    try:
        with db.writers.connect() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (DBAPIError, PoolTimeout) as error:
        known = Busy() if isinstance(error, PoolTimeout) else busy_or(error)
        raise known from error
