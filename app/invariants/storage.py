"""Whether the database file itself is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection


def storage_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (file_is_whole, references_are_kept)


def file_is_whole(connection: Connection) -> Iterator[str]:
    """SQLite finds no damage in its pages and indexes."""
    if connection.dialect.name != "sqlite":
        return
    for (found,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if found != "ok":
            yield f"The database file is damaged: {found}."


def references_are_kept(connection: Connection) -> Iterator[str]:
    """No row names another one that is not there."""
    if connection.dialect.name != "sqlite":  # PostgreSQL never lets one in
        return
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} names a row of {parent} that does not exist."
