"""SQLite database files outside the server: opened for reading, copied whole, checked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, text

from app.config import Settings, sync_folder
from app.db import sqlite
from app.refusals import Refusal

SQLITE_SIGN: Final = b"SQLite format 3\0"
URL_START: Final = "sqlite:///"
WAIT_SECONDS: Final = 10.0


class NotADatabase(Refusal):
    """The file is something else, or damaged beyond reading."""

    code, status = "not_a_database", 422
    safe = "Nothing was changed."
    next_step = "Take a file that ./run backup has made."


def database_file(settings: Settings) -> Path:
    """Where the SQLite database of these settings lies."""
    return Path(settings.database_url.removeprefix(URL_START))


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, in use or not, into one new file (0600) without companions; synced.

    The source's own log of unfinished writes is included. Raises `NotADatabase`.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            contextlib.closing(_open(source)) as here,
            contextlib.closing(sqlite.connect(str(target), timeout=WAIT_SECONDS)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite.DatabaseError as error:
        target.unlink()
        raise NotADatabase(f"{source} cannot be read as a database ({error}).") from None
    _sync(target)


def is_database(path: Path) -> bool:
    """Whether the file begins like an SQLite database."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_SIGN)) == SQLITE_SIGN
    except OSError:
        return False


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """One read transaction on a database file that nobody writes to."""
    engine = create_engine(f"{URL_START}{path}", module=sqlite)
    try:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA query_only=ON"))
            yield connection
    finally:
        engine.dispose()


def _open(path: Path) -> Any:
    has_log = Path(f"{path}-wal").exists()
    # Without a log nobody else has it open, and a copy on a read-only disk can be read too.
    address = f"{path.absolute().as_uri()}?mode={'rw' if has_log else 'ro&immutable=1'}"
    return sqlite.connect(address, uri=True, timeout=WAIT_SECONDS)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
