"""Published files of a draw: made once, kept in the data folder, never made for a reader again.

A file's name carries the commitment of its batch, so that another draw's can never be taken for it.
"""

from __future__ import annotations

import gzip
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.box_office import BoxOffice
from app.config import sync_folder
from app.refusals import Busy

FOLDER: Final = "draws"
WAIT_SECONDS: Final = 3  # until whoever asked meanwhile asks again
GZIP_LEVEL: Final = 6
COMMITMENT_DIGITS: Final = 16

log = logging.getLogger("fullhouse.draws")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file that is there, plain and compressed."""

    path: Path

    def read(self) -> bytes:
        """What is in it."""
        return self.path.read_bytes()

    def read_gzipped(self) -> bytes:
        """The same for whoever takes gzip."""
        return _zipped(self.path).read_bytes()

    @property
    def size_bytes(self) -> int:
        """How large it is."""
        return self.path.stat().st_size


def record_path(office: BoxOffice, batch_id: str, commitment: str, ending: str) -> Path:
    """Where a batch's file lies, whether it is there or not."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in batch_id)
    name = f"{safe}-{commitment[:COMMITMENT_DIGITS]}.{ending}"
    return Path(office.settings.data_dir) / FOLDER / name


def kept(path: Path, make: Callable[[], bytes]) -> RecordFile:
    """The file, made now if it is not there; `Busy` while somebody else makes it."""
    if not _zipped(path).exists():
        with _guard:
            making = _making.setdefault(path, threading.Lock())
        if not making.acquire(blocking=False):
            raise Busy(retry_after=WAIT_SECONDS)
        try:
            if not _zipped(path).exists():
                _write(path, make())
        finally:
            making.release()
    return RecordFile(path)


def kept_or_begun(path: Path, make: Callable[[], bytes]) -> RecordFile:
    """The file if it is there; else it is begun in the background and this is `Busy`."""
    if _zipped(path).exists():
        return RecordFile(path)
    threading.Thread(
        target=_make_quietly, args=(path, make), name="draw record", daemon=True
    ).start()
    raise Busy(retry_after=WAIT_SECONDS)


def _make_quietly(path: Path, make: Callable[[], bytes]) -> None:
    try:
        kept(path, make)
    except Busy:  # somebody makes it already
        return
    except Exception:  # whoever asks again begins again
        log.exception("the record %s could not be made", path.name)


def _write(path: Path, content: bytes) -> None:
    """The plain file first: whoever finds the compressed one finds both."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for target, stored in (
        (path, content),
        (_zipped(path), gzip.compress(content, GZIP_LEVEL, mtime=0)),
    ):
        unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
        unfinished.write_bytes(stored)
        unfinished.replace(target)
    sync_folder(path.parent)


def _zipped(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")


_guard: Final = threading.Lock()
_making: Final[dict[Path, threading.Lock]] = {}
