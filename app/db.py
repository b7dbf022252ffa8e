"""Two doors to the database: a reader that it refuses to write with, and one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.config import Settings
from app.patience import left_seconds
from app.refusals import Busy, InDoubt

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this machine: `doctor` warns when the system's is too old
    import sqlite3 as sqlite

__all__ = ["SAFE_SQLITE", "Database", "busy_or", "sqlite", "sqlite_version"]

WRITER_WAIT_SECONDS: Final = 1.0
LOCK_WAIT_MS: Final = 1500  # for a lock that another program has
READERS_LIMIT: Final = 16
SAFE_SQLITE: Final = (3, 51, 3)  # first with the WAL-reset fault mended
WAL_SIZE_LIMIT_BYTES: Final = 64 * 1024 * 1024

_COMMON_PRAGMAS: Final = (
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={LOCK_WAIT_MS}",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA journal_size_limit={WAL_SIZE_LIMIT_BYTES}",
)
_READER_PRAGMAS: Final = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")
# What databases say when they cannot just now: locked, full, away, or overtaken by another lock.
_PASSING: Final = (
    *("locked", "locking protocol", "busy", "disk is full", "disk i/o", "no space"),
    *("readonly database", "read-only transaction", "unable to open", "timeout", "deadlock"),
    *("connection", "server closed", "consuming input", "terminat", "too many clients"),
    *("starting up", "shutting down", "recovery mode"),
)


class Database:
    """Reader and writer connections of one installation."""

    def __init__(self, settings: Settings) -> None:
        self.is_sqlite = settings.is_sqlite
        if self.is_sqlite:
            self._writers = _sqlite_engine(settings.database_url, _WRITER_PRAGMAS, pool_size=1)
            self._readers = _sqlite_engine(
                settings.database_url, _READER_PRAGMAS, pool_size=READERS_LIMIT
            )
        else:
            self._writers = _postgres_engine(settings.database_url, read_only=False)
            self._readers = _postgres_engine(settings.database_url, read_only=True)
        self._write_turn = threading.Lock()

    @property
    def writers(self) -> Engine:
        """The engine that may write; for migrations and start-up only."""
        return self._writers

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that cannot write; sees committed facts only. Raises `Busy`."""
        try:
            with self._readers.connect() as connection:
                yield connection
        except PoolTimeout as error:
            raise Busy from error
        except DBAPIError as error:
            _raise_busy_or(error)

    @contextmanager
    def read_moment(self) -> Iterator[Connection]:
        """The same, seeing one moment however much is asked and written meanwhile."""
        with self.read() as connection:
            if not self.is_sqlite:  # where every transaction that reads sees one moment
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The same door for ORM reading."""
        with self.read() as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that commits at the end, or leaves nothing. Raises `Busy`.

        Raises `InDoubt` when the connection broke while PostgreSQL was committing. With SQLite
        there is one writer; turns are taken in the process, so that waiting costs no file locks.
        Keep the body to 10 ms.
        """
        self._take_turn()
        is_committing = False
        try:
            with self._writers.begin() as connection:
                yield connection
                is_committing = True
        except PoolTimeout as error:
            raise Busy from error
        except DBAPIError as error:
            if is_committing and error.connection_invalidated:
                raise InDoubt(retry_after=5) from error
            _raise_busy_or(error)
        finally:
            if self.is_sqlite:
                self._write_turn.release()

    def checkpoint(self, how: str = "PASSIVE") -> None:
        """Move what is in the SQLite write-ahead log into the database file."""
        if not self.is_sqlite or not self._write_turn.acquire(blocking=False):
            return
        try:
            with self._writers.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.execute(f"PRAGMA wal_checkpoint({how})")
        except (OperationalError, sqlite.OperationalError):
            return
        finally:
            self._write_turn.release()

    def close(self) -> None:
        """Let go of all connections."""
        self._readers.dispose()
        self._writers.dispose()

    def _take_turn(self) -> None:
        if not self.is_sqlite:
            left_seconds(WRITER_WAIT_SECONDS, LOCK_WAIT_MS / 1000)
        elif not self._write_turn.acquire(
            timeout=left_seconds(WRITER_WAIT_SECONDS, LOCK_WAIT_MS / 1000)
        ):
            raise Busy


def busy_or(error: DBAPIError) -> Exception:
    """`Busy` for a locked, full or absent database; the error itself for anything else."""
    if error.connection_invalidated:
        return Busy(retry_after=5)
    if not isinstance(error, OperationalError | InternalError | InterfaceError):
        return error  # its words may quote what people typed
    words = str(error.orig).lower()
    return Busy(retry_after=5) if any(sign in words for sign in _PASSING) else error


def _raise_busy_or(error: DBAPIError) -> NoReturn:
    known = busy_or(error)
    if known is error:
        raise error
    raise known from error


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite in use."""
    return tuple(int(part) for part in sqlite.sqlite_version.split("."))


def _sqlite_engine(url: str, pragmas: tuple[str, ...], pool_size: int) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=WRITER_WAIT_SECONDS,
        hide_parameters=True,  # names and addresses of buyers stay out of logs
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "timeout": LOCK_WAIT_MS / 1000,
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in (*_COMMON_PRAGMAS, *pragmas):
            connection.execute(pragma)

    begin = "BEGIN IMMEDIATE" if pragmas is _WRITER_PRAGMAS else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str, read_only: bool) -> Engine:
    options = "-c synchronous_commit=on -c idle_in_transaction_session_timeout=10000"
    options += f" -c lock_timeout={LOCK_WAIT_MS} -c statement_timeout=4000"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        pool_size=READERS_LIMIT if read_only else 4,
        max_overflow=0,
        pool_timeout=WRITER_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 2},
    )
