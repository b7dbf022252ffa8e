"""Only one process runs the actors of a house: a lock in its folder, and one in PostgreSQL.

The lock in PostgreSQL tells commands on other machines that a server is there. A server may start
without it, or nobody could take over from one that hangs: the actors' epochs fence that one off.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.config import Settings
from app.db import Database, busy_or

LOCK_FILE: Final = "actor.lock"
LOCK_WAIT_SECONDS: Final = 8.0
LOOK_SECONDS: Final = 0.1
DATABASE_LOCK: Final = 0x46756C6C486F7573  # "FullHous", the same for every version

log = logging.getLogger("fullhouse.lock")


class SecondServer(Exception):  # noqa: N818  one sentence for whoever starts it
    """Another process runs the actors of this data already."""


class HouseLock:
    """Held while this process runs the actors; a machine that dies lets go of both halves."""

    def __init__(self, settings: Settings, wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._file = _lock_file(Path(settings.data_dir), wait_seconds)
        self._database: Database | None = None
        self._connection: Connection | None = None

    def take_database(self, database: Database, *, takes_over: bool) -> None:
        """The half that other machines see; SQLite has none.

        Raises `SecondServer` when another process has it and this one does not take over.
        """
        if database.is_sqlite:
            return
        self._database = database
        if takes_over:
            self._try_database()
        elif not _within(self._wait_seconds, self._try_database):
            raise SecondServer(
                "Another box office, perhaps on another machine, already runs on this PostgreSQL"
                " database: stop it first, or set DATABASE_URL to another one."
            )

    def keep(self) -> None:
        """Take the database's half when it is free or its connection broke; call it often."""
        if self._database is None:
            return
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return
        except SQLAlchemyError:
            self._let_go()
        self._try_database()

    def close(self) -> None:
        """Let go of both halves."""
        self._let_go()
        self._file.close()

    def _try_database(self) -> bool:
        assert self._database is not None
        connection: Connection | None = None
        try:
            connection = self._database.writers.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
            connection.detach()  # it is no longer the pool's: nobody else gets it
            query = text("SELECT pg_try_advisory_lock(:key)")
            if connection.execute(query, {"key": DATABASE_LOCK}).scalar():
                self._connection = connection
                return True
        except OperationalError as error:
            raise busy_or(error) from error
        connection.close()
        return False

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                log.warning("the connection that held the lock was broken already")


def _lock_file(data_dir: Path, wait_seconds: float) -> IO[str]:
    lock = (data_dir / LOCK_FILE).open("a+")
    if not _within(wait_seconds, lambda: _try_file(lock)):
        lock.seek(0)
        other = lock.read().strip() or "unknown"
        lock.close()
        raise SecondServer(
            f"Another box office (process {other}) already runs on {data_dir}:"
            " stop it first, or set FULLHOUSE_DATA_DIR to another folder."
        )
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _try_file(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _within(seconds: float, succeeds: Callable[[], bool]) -> bool:
    """Try until it succeeds or the time is over; a server that is just ending lets go soon."""
    deadline = time.monotonic() + seconds
    while not succeeds():
        if time.monotonic() >= deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True
