"""Writing rows the same way on both databases."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import Insert


def fresh_row(dialect: str, table: Any) -> Any:
    """An INSERT that can say what happens on conflict, of a database known by name."""
    return _known(dialect).insert(table)


@cache
def _known(dialect: str) -> Any:
    """What SQLAlchemy knows of a database; of the other one nothing is loaded: it is 2 MB."""
    return import_module(f"sqlalchemy.dialects.{dialect}")


def insert_new(connection: Connection, table: Any) -> Insert:
    """An INSERT that passes over rows whose key exists already."""
    return new_rows(connection.dialect.name, table)


def new_rows(dialect: str, table: Any) -> Insert:
    """The same for a database that is only known by name."""
    insert: Insert = fresh_row(dialect, table).on_conflict_do_nothing()
    return insert


def upsert(connection: Connection, table: Any, keys: list[str], columns: list[str]) -> Insert:
    """An INSERT that replaces `columns` of a row whose `keys` exist already."""
    fresh = fresh_row(connection.dialect.name, table)
    insert: Insert = fresh.on_conflict_do_update(
        index_elements=keys, set_={name: fresh.excluded[name] for name in columns}
    )
    return insert
