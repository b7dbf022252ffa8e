"""The rows behind one actor: whose they are, how they stand, one transaction for each batch."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, bindparam, select, update

from app.answers import keep_answers
from app.db import Database
from app.faults import fault_point
from app.inventory.records import Record
from app.models import ActorRow
from app.prepared import Prepared
from app.refusals import Busy, InDoubt
from app.rows import insert_new
from app.stale import StaleMemory, StaleOwner

S = TypeVar("S")

DOUBT_SECONDS: Final = 0.5  # how long a commit without an answer is asked about
DOUBT_PAUSE_SECONDS: Final = 0.1


class ActorStore(ABC, Generic[S]):
    """Owner's epoch, version and commits of one key; what lies behind it is for each kind.

    Two walls against a second writer: the epoch of the owner, and the version that it has seen.
    """

    def __init__(self, key: str, db: Database) -> None:
        self.key = key
        self.epoch = 0
        self.version = 0
        self._db = db

    def take_over(self) -> S:
        """Become the owner and read everything; `NotFound` where there is nothing to own."""
        with self._db.write() as connection:
            self._refuse_unknown(connection)
            self.epoch = _next_epoch(connection, self.key)
        return self._taken_over()

    def read(self) -> S:
        """Everything again; `StaleOwner` if it is not ours."""
        with self._db.read() as connection:
            row = connection.execute(
                select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
            ).one()
            if row.epoch != self.epoch:
                raise StaleOwner(self.key)
            state = self._read_state(connection)
        self.version = row.version
        return state

    def write(
        self,
        state: S,
        facts: Iterable[Record],
        answers: list[dict[str, Any]],
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a batch durable, or leave nothing of it.

        Raises `StaleOwner`, `StaleMemory` when the database disagrees with memory, `Busy`,
        `InDoubt`, the database's own error, or whatever `before_commit` raises.
        """
        try:
            with self._db.write() as connection:
                self._raise_version(connection)
                self._write_records(connection, state, facts)
                keep_answers(connection, answers)
                fault_point("store.commit")
                before_commit()
        except InDoubt:
            self._look_whether_written()
        self.version += 1

    def _taken_over(self) -> S:
        return self.read()

    @abstractmethod
    def _refuse_unknown(self, connection: Connection) -> None:
        """Raise `NotFound` where there is nothing behind the key."""

    @abstractmethod
    def _read_state(self, connection: Connection) -> S:
        """What the database says."""

    @abstractmethod
    def _write_records(self, connection: Connection, state: S, facts: Iterable[Record]) -> None:
        """Make records rows; `StaleMemory` when a row is not what memory says."""

    def _raise_version(self, connection: Connection) -> None:
        mine = {"of_key": self.key, "of_epoch": self.epoch, "of_version": self.version}
        if _RAISE_VERSION.run(connection, [mine]) == 1:
            return
        epoch = connection.scalar(select(ActorRow.epoch).where(ActorRow.key == self.key))
        if epoch != self.epoch:
            raise StaleOwner(self.key)
        raise StaleMemory("another version is in the database")

    def _look_whether_written(self) -> None:
        """Ask the database about a commit that it did not answer. Raises `Busy` for a no.

        The row is locked for that: a commit that still runs somewhere has it.
        """
        until = time.monotonic() + DOUBT_SECONDS
        query = select(ActorRow.epoch, ActorRow.version).where(ActorRow.key == self.key)
        while True:
            try:
                with self._db.write() as connection:
                    row = connection.execute(query.with_for_update()).one()
                break
            except Busy:
                if time.monotonic() > until:
                    raise InDoubt(retry_after=5) from None
                time.sleep(DOUBT_PAUSE_SECONDS)
        if row.epoch != self.epoch:
            raise StaleOwner(self.key)
        if row.version == self.version:
            raise Busy(retry_after=5)


_RAISE_VERSION = Prepared(
    update(ActorRow)
    .where(
        ActorRow.key == bindparam("of_key"),
        ActorRow.epoch == bindparam("of_epoch"),
        ActorRow.version == bindparam("of_version"),
    )
    .values(version=ActorRow.version + 1)
)


def _next_epoch(connection: Connection, key: str) -> int:
    """Count the owner up in the database itself: of two that start at once, one is stale."""
    connection.execute(insert_new(connection, ActorRow), {"key": key, "epoch": 0, "version": 0})
    raised = update(ActorRow).where(ActorRow.key == key).values(epoch=ActorRow.epoch + 1)
    return int(connection.execute(raised.returning(ActorRow.epoch)).scalar_one())
