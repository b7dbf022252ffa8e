"""A copy of everything that was sold, made while the box office is open."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.clock import utc_now
from app.config import SECRET_FILE, Settings, sync_folder
from app.invariants import check
from app.refusals import Refusal
from app.upkeep.sqlite_files import copy_database, database_file, reading

FOLDER: Final = "backups"
SPARE_BYTES: Final = 16 * 1024 * 1024


class NoBackup(Refusal):
    """A copy cannot be made here."""

    code = "no_backup"
    safe = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy; `broken` are rules that do not hold in it."""

    path: Path
    size_bytes: int
    secret_words: str
    broken: list[str]


def back_up(settings: Settings, target: Path | None = None) -> Copy:
    """Copy the database into a new file, prove the copy and say which secret belongs to it."""
    if not settings.is_sqlite:
        raise NoBackup(
            "The data is in PostgreSQL, which brings its own tool.",
            next_step="Use pg_dump --format=custom --file=fullhouse.dump with your DATABASE_URL."
            f" {_secret_words(settings)}",
        )
    source = database_file(settings)
    if not source.exists():
        raise NoBackup(
            f"There is no database at {source} yet.",
            next_step="Start the box office once, or set FULLHOUSE_DATA_DIR to its folder.",
        )
    path = _place(settings, target)
    _check_room(source, path.parent)
    unfinished = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    try:
        copy_database(source, unfinished)
        with reading(unfinished) as connection:
            broken = check(connection)
        os.link(unfinished, path)  # never over another copy
    except FileExistsError:
        raise NoBackup(f"{path} exists already.", next_step="Give the copy another name.") from None
    except OSError as error:
        raise NoBackup(
            f"The copy cannot be written to {path.parent} ({error.strerror}).",
            next_step="Name a file in a folder that you may write to.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
    return Copy(path, path.stat().st_size, _secret_words(settings), broken)


def _place(settings: Settings, target: Path | None) -> Path:
    name = f"fullhouse-{utc_now():%Y%m%d-%H%M%S}.db"
    try:
        if target is None:
            folder = Path(settings.data_dir) / FOLDER
            folder.mkdir(mode=0o700, exist_ok=True)
            return folder / name
        path = target / name if target.is_dir() else target
        if not path.parent.is_dir():
            raise NoBackup(
                f"There is no folder {path.parent}.", next_step="Make it, or name another one."
            )
    except OSError as error:
        raise NoBackup(
            f"The folder for copies cannot be used ({error.strerror}).",
            next_step="Name a file in a folder that you may write to.",
        ) from None
    return path


def _check_room(source: Path, folder: Path) -> None:
    log = Path(f"{source}-wal")
    needed = source.stat().st_size + (log.stat().st_size if log.exists() else 0) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoBackup(
            f"{folder} has {free // 1024 // 1024} MB free, and the copy needs"
            f" {needed // 1024 // 1024} MB.",
            next_step="Make room there, or name another folder.",
        )


def _secret_words(settings: Settings) -> str:
    secret = Path(settings.data_dir) / SECRET_FILE
    if secret.exists() and secret.read_bytes().strip() == settings.secret_key:
        where = f"the file {secret}"
    else:
        where = "the SECRET_KEY that this box office is started with"
    return (
        f"Keep {where} apart from the copy, in a safe place: links in letters and the codes of"
        " tickets cannot be made again without it."
    )
