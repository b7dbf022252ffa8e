"""Bringing the database to the newest shape at start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import text

from app.config import Settings, sync_folder
from app.db import Database

HEAD: Final = "0001"
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(db: Database, settings: Settings) -> None:
    """Apply all revisions that are missing; costs one query when there are none."""
    if _version(db) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with db.writers.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    sync_folder(settings.data_dir)


def _version(db: Database) -> str | None:
    with db.writers.connect() as connection:
        if not connection.dialect.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
