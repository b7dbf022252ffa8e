"""Writing rows the same way on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert


def insert_new(connection: Connection, table: Any) -> Insert:
    """An INSERT that passes over rows whose key exists already."""
    return new_rows(connection.dialect.name, table)


def new_rows(dialect: str, table: Any) -> Insert:
    """The same for a database that is only known by name."""
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Any, keys: list[str], columns: list[str]) -> Insert:
    """An INSERT that replaces `columns` of a row whose `keys` exist already."""
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table)
        return lite.on_conflict_do_update(
            index_elements=keys, set_={name: lite.excluded[name] for name in columns}
        )
    post = postgresql.insert(table)
    return post.on_conflict_do_update(
        index_elements=keys, set_={name: post.excluded[name] for name in columns}
    )
