"""Periodic work: a row per kind with its next time, claimed by one UPDATE with a lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from app.box_office import BoxOffice
from app.clock import to_ms, utc_now
from app.models import ScheduleRow
from app.outbox import add_effect, heal_times
from app.rows import insert_new

LEASE_SECONDS: Final = 300
POLL_SECONDS: Final = 5.0
HEAL_SECONDS: Final = 60
CLOCK_SLACK_SECONDS: Final = 60

_rows = ScheduleRow.__table__.c


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something that is done every so often: an effect for the outbox, or a call in the server.

    `at_hour` (UTC) makes it daily at about that time; `here` is for what only the server can do.
    """

    name: str
    every_seconds: int
    at_hour: int | None = None
    here: Callable[[BoxOffice], None] | None = None


class Schedule:
    """Does what is due, one after another."""

    def __init__(self, office: BoxOffice, entries: Sequence[Periodic]) -> None:
        self._office = office
        self._db = office.db
        self._entries = {entry.name: entry for entry in entries}
        self._is_written = False
        self._heal_at = 0.0

    def step(self) -> float:
        """Do one thing that is due; how long to rest before looking again, in seconds."""
        now = utc_now()
        if not self._is_written:
            self._write_missing(now)
        self._heal(now)
        entry = self._claim(now)
        if entry is None:
            return POLL_SECONDS
        if entry.here is not None:
            entry.here(self._office)
        self._finish(entry, now)
        return 0.0

    def _write_missing(self, now: datetime) -> None:
        """Rows for what is new, and their first times."""
        with self._db.read() as connection:
            known = set(connection.execute(select(_rows.name)).scalars())
        missing = [entry for entry in self._entries.values() if entry.name not in known]
        if missing:
            with self._db.write() as connection:
                for entry in missing:
                    row = {"name": entry.name, "next_at": next_time(entry, now)}
                    connection.execute(insert_new(connection, ScheduleRow), row)
        self._is_written = True

    def _heal(self, now: datetime) -> None:
        """Undo what a wall clock that was set back has done to the times we wait for."""
        if time.monotonic() < self._heal_at:
            return
        with self._db.write() as connection:
            heal_times(connection, now)
            for entry in self._entries.values():
                latest = next_time(entry, now) + timedelta(seconds=CLOCK_SLACK_SECONDS)
                longest = now + timedelta(seconds=LEASE_SECONDS + CLOCK_SLACK_SECONDS)
                is_late = or_(_rows.next_at > latest, _rows.lease_until > longest)
                connection.execute(
                    update(ScheduleRow)
                    .where(_rows.name == entry.name, is_late)
                    .values(next_at=now, lease_until=None)
                )
        self._heal_at = time.monotonic() + HEAL_SECONDS

    def _claim(self, now: datetime) -> Periodic | None:
        with self._db.read() as connection:
            due = connection.execute(
                select(_rows.name)
                .where(_is_due(now), _rows.name.in_(self._entries))
                .order_by(_rows.next_at)
                .limit(1)
            ).scalar()
        if due is None:
            return None
        with self._db.write() as connection:
            return self._entries[due] if claim(connection, due, now) else None

    def _finish(self, entry: Periodic, now: datetime) -> None:
        """Note that it was done; an effect is written in the same transaction."""
        with self._db.write() as connection:
            if entry.here is None:
                add_effect(connection, entry.name, f"{entry.name}:{to_ms(now)}", {})
            connection.execute(
                update(ScheduleRow)
                .where(_rows.name == entry.name)
                .values(next_at=next_time(entry, now), lease_until=None, last_at=now)
            )


def claim(connection: Connection, name: str, now: datetime) -> bool:
    """Take what is due for ourselves; False when somebody else has."""
    changed = connection.execute(
        update(ScheduleRow)
        .where(_rows.name == name, _is_due(now))
        .values(lease_until=now + timedelta(seconds=LEASE_SECONDS))
    )
    return changed.rowcount == 1


def next_time(entry: Periodic, now: datetime) -> datetime:
    """When it is due after `now`."""
    if entry.at_hour is None:
        return now + timedelta(seconds=entry.every_seconds)
    today = now.replace(hour=entry.at_hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_free = or_(_rows.lease_until.is_(None), _rows.lease_until <= now)
    return and_(_rows.next_at <= now, is_free)
