"""Bringing a copy back: only while no server runs, never silently over other data, and proven."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, text

from app.clock import utc_now
from app.config import SECRET_FILE, Settings, sync_folder
from app.control import NoServer, ask_server
from app.db import Database
from app.invariants import check
from app.keys import events_with_lost_keys
from app.models import Event, Order, OrderStatus, Ticket, TicketState
from app.refusals import Refusal
from app.schema import HEAD, migrate
from app.upkeep.sqlite_files import (
    URL_START,
    NotADatabase,
    copy_database,
    database_file,
    is_database,
    reading,
)
from app.vault import Vault

PING_SECONDS: Final = 5.0


class NotRestored(Refusal):
    """The copy was not brought back."""

    code = "not_restored"
    safe = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back; `aside` is where the former data lies; `sealed` events lack a key."""

    path: Path
    event_count: int
    order_count: int
    ticket_count: int
    aside: Path | None
    sealed_event_count: int

    def lost_words(self, settings: Settings) -> str:
        """What is lost without the secret of the copy; empty when nothing is."""
        if not self.sealed_event_count:
            return ""
        return (
            f"The secret here is not the one of this copy. Without it, links in letters that were"
            f" sent before do not open, and the codes of tickets already sold for"
            f" {self.sealed_event_count} events cannot be shown or printed again. Not lost: who"
            " has bought what, the money, codes that people already hold, and the ten characters"
            f" under them. If you have kept the secret, put it into"
            f" {Path(settings.data_dir) / SECRET_FILE} before you start the box office."
        )


def restore(settings: Settings, source: Path, *, over_existing: bool = False) -> Restored:
    """Put a copy in the place of the database. Raises `NotRestored`, `NotADatabase`."""
    if not settings.is_sqlite:
        raise NotRestored(
            "The data is in PostgreSQL, which brings its own tool.",
            next_step="Stop the box office, then use pg_restore --clean with your DATABASE_URL.",
        )
    if not is_database(source):
        raise NotADatabase(f"{source} is not a copy of a box office.")
    target = database_file(settings)
    with _no_server(settings):
        if target.exists() and not over_existing:
            raise NotRestored(
                f"There is data in {target.parent} already.",
                next_step="Add --replace to bring the copy back; the present data is kept beside.",
            )
        new = target.with_name(f".restored-{os.getpid()}.db")
        try:
            copy_database(source, new)
            facts = _prove(settings, new)
            aside = _move_in(new, target)
        finally:
            new.unlink(missing_ok=True)
    return replace(facts, path=target, aside=aside)


@contextmanager
def _no_server(settings: Settings) -> Iterator[None]:
    """Hold the lock that a server would need."""
    data_dir = Path(settings.data_dir)
    try:
        ask_server(data_dir, "ping", {}, PING_SECONDS)
    except NoServer:
        pass
    except Refusal:
        raise _running("unknown") from None
    with (data_dir / "actor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise _running(lock.read().strip() or "unknown") from None
        yield


def _running(process: str) -> NotRestored:
    return NotRestored(
        f"A box office is open on this data (process {process}).",
        next_step="Stop it first, then bring the copy back.",
    )


def _prove(settings: Settings, path: Path) -> Restored:
    """Bring the copy to today's shape and check every rule in it."""
    with reading(path) as connection:
        version = _version(connection)
    if version is None:
        raise NotADatabase(f"{path.name} holds something else than a box office.")
    if version > HEAD:
        raise NotRestored(
            f"The copy was made by a newer Full House ({version}, this one knows {HEAD}).",
            next_step="Install the newer version first.",
        )
    if version != HEAD:
        database = Database(replace(settings, database_url=f"{URL_START}{path}"))
        migrate(database, settings)
        database.close()
    with reading(path) as connection:
        broken = check(connection)
        if broken:
            raise NotRestored(
                f"The copy is not sound: {broken[0]}"
                + (f" There are {len(broken) - 1} more faults." if len(broken) > 1 else ""),
                next_step="Take an older copy.",
            )
        return _facts(connection, settings, path)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _facts(connection: Connection, settings: Settings, path: Path) -> Restored:
    def count(column: object, *where: object) -> int:
        return int(connection.scalar(select(func.count(column)).where(*where)) or 0)  # type: ignore[arg-type]

    lost = events_with_lost_keys(connection, Vault(settings.secret_key))
    return Restored(
        path,
        count(Event.id),
        count(Order.id, Order.status == OrderStatus.PAID),
        count(Ticket.id, Ticket.state == TicketState.ISSUED),
        None,
        len(lost),
    )


def _move_in(new: Path, target: Path) -> Path | None:
    """Swap the files in one step; the former database stays beside under another name."""
    aside = None
    if target.exists():
        aside = target.with_name(f"{target.stem}-before-{utc_now():%Y%m%d-%H%M%S}.db")
        copy_database(target, aside)  # with what only its log has
        for companion in ("-wal", "-shm"):
            Path(f"{target}{companion}").unlink(missing_ok=True)
    new.replace(target)
    sync_folder(target.parent)
    return aside
