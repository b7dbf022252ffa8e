"""Who is carrying out an effect this very moment, in whatever process; ends with that process.

With SQLite, where jobs in other processes may not write the database, also the place where they
leave their result, so that a queue that is lost with it takes nothing along.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Engine, text

from app.config import Settings, write_synced
from app.db import Database

RUNS_FOLDER: Final = "outbox"
RUNS_FILE: Final = "runs"
ADVISORY_CLASS: Final = 0x4648  # "FH": our own corner among PostgreSQL's advisory keys
NUMBERS: Final = 2**31  # PostgreSQL's advisory keys are two signed 32-bit numbers
RESULT_BYTES_LIMIT: Final = 32 * 1024 * 1024


class Runs(Protocol):
    """Marks effects as running."""

    def run(self, row_id: int) -> AbstractContextManager[bool]:
        """A context that is given True when nobody else runs the effect, else False."""

    def running(self, row_ids: Iterable[int]) -> set[int]:
        """Which of these effects any process runs now."""


class FileRuns:
    """Marks on one byte of a file per effect (POSIX record marks: they die with the process)."""

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / RUNS_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(folder / RUNS_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Give up every mark."""
        os.close(self._file)

    @contextmanager
    def run(self, row_id: int) -> Iterator[bool]:
        """Mark the effect as running meanwhile."""
        is_ours = self._mark(row_id)
        try:
            yield is_ours
        finally:
            if is_ours:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, row_id)

    def running(self, row_ids: Iterable[int]) -> set[int]:
        """Which of these another process has marked; never our own."""
        return {row_id for row_id in row_ids if self._is_marked(row_id)}

    def _is_marked(self, row_id: int) -> bool:
        if not self._mark(row_id):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, row_id)
        return False

    def _mark(self, row_id: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, row_id)
        except (BlockingIOError, PermissionError):
            return False
        return True


class PostgresRuns:
    """The same with PostgreSQL's advisory marks, which end with the session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def run(self, row_id: int) -> Iterator[bool]:
        """Mark the effect as running meanwhile."""
        keys = _keys(row_id)
        with self._engine.connect() as connection:
            is_ours = bool(connection.execute(_TAKE, keys).scalar())
            try:
                yield is_ours
            finally:
                if is_ours:
                    connection.execute(_GIVE_BACK, keys)

    def running(self, row_ids: Iterable[int]) -> set[int]:
        """Which of these any session has marked."""
        wanted = {row_id % NUMBERS: row_id for row_id in row_ids}
        if not wanted:
            return set()
        with self._engine.connect() as connection:
            marked = connection.execute(_LOOK, {"corner": ADVISORY_CLASS}).scalars()
            return {wanted[number] for number in marked if number in wanted}


class Results:
    """Results that jobs leave in the data folder, each on disk before the job ends."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / RUNS_FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def leave(self, row_id: int, claim: int, plain: dict[str, Any]) -> None:
        """Keep the result of a try, synced; OSError when the disk is full."""
        write_synced(self._path(row_id, claim), json.dumps(plain).encode())

    def find(self, row_id: int, claim: int) -> dict[str, Any] | None:
        """The result of a try; None when none was left."""
        path = self._path(row_id, claim)
        try:
            if path.stat().st_size > RESULT_BYTES_LIMIT:
                return None
            plain = json.loads(path.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return plain if isinstance(plain, dict) else None

    def forget(self, row_id: int) -> None:
        """Remove what any try of this effect has left."""
        for path in self._folder.glob(f"{row_id}-*.json"):
            path.unlink(missing_ok=True)

    def _path(self, row_id: int, claim: int) -> Path:
        return self._folder / f"{row_id}-{claim}.json"


def open_runs(settings: Settings, db: Database) -> Runs:
    """The marks that every process on this database sees."""
    return FileRuns(settings.data_dir) if db.is_sqlite else PostgresRuns(db.writers)


def _keys(row_id: int) -> dict[str, int]:
    return {"corner": ADVISORY_CLASS, "number": row_id % NUMBERS}


_TAKE = text("SELECT pg_try_advisory_lock(:corner, :number)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:corner, :number)")
_LOOK = text(
    "SELECT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    " AND classid = CAST(:corner AS oid)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
