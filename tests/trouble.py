"""Trouble with a database, made on purpose: locked by others, cut off, slow to commit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, event

from app.db import Database, sqlite
from app.faults import plan_faults


@contextmanager
def locked(db: Database) -> Iterator[None]:
    """Another program keeps everybody from writing."""
    url = db.writers.url
    if db.is_sqlite:
        other = sqlite.connect(str(url.database), isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(plain_url(db))
        other.execute("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def lost_commits(db: Database, count: int = 1000, *, commits: bool = True) -> Iterator[None]:
    """So many times PostgreSQL commits (or not), and the connection breaks before it can say so."""
    left = count

    def commit_and_break(connection: Connection) -> None:
        nonlocal left
        if left == 0:
            return
        left -= 1
        raw: Any = connection.connection.driver_connection
        if commits:
            raw.execute("COMMIT")
            raw.execute("SELECT 1")  # so that there is something left to commit
        end_connections(db)

    event.listen(db.writers, "commit", commit_and_break)
    try:
        yield
    finally:
        event.remove(db.writers, "commit", commit_and_break)


def end_connections(db: Database) -> None:
    """Break every connection to this database but our own."""
    with psycopg.connect(plain_url(db), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def plain_url(db: Database) -> str:
    """The database's address for another program."""
    url = db.writers.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@contextmanager
def slow_commits(db: Database, seconds: float) -> Iterator[None]:
    """Every COMMIT takes so long."""

    def take_long(connection: Connection) -> None:
        time.sleep(seconds)

    event.listen(db.writers, "commit", take_long)
    try:
        yield
    finally:
        event.remove(db.writers, "commit", take_long)


@contextmanager
def faults(text: str) -> Iterator[None]:
    """Fault points misbehave as planned, in this process."""
    plan_faults(text)
    try:
        yield
    finally:
        plan_faults(None)
