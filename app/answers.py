"""Idempotency: the first answer to a key is kept a day and given again to its repeats."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, text

from app.clock import utc_now
from app.db import Database
from app.frozen import frozen
from app.models import KeptAnswer, Order
from app.prepared import Prepared
from app.refusals import BadIdempotencyKey, IdempotencyInFlight, IdempotencyMismatch
from app.rows import fresh_row

KEY_LEAST, KEY_MOST = 16, 255
KEPT_HOURS: Final = 24
REMEMBERED_LIMIT: Final = 10_000  # answers held in memory; older ones are read again
KNOWN_LIMIT: Final = 500_000  # keys known to exist; past that every key is looked up


@frozen
class KeptKey:
    """A key and what its request was, so that a changed repeat is noticed."""

    key: str
    fingerprint: str

    def part(self, name: str) -> KeptKey:
        """The key of one part of a request that asks for several things."""
        return KeptKey(f"{self.key}:{name}", self.fingerprint)


@dataclass(slots=True)
class Turn:
    """One request's turn with its key: `kept` is the first answer, if there was one."""

    key: KeptKey | None
    kept: dict[str, Any] | None = None
    outcome: dict[str, Any] | None = None

    def keep(self, outcome: dict[str, Any]) -> None:
        """Remember what was durably answered: ids and numbers, never tokens or codes."""
        self.outcome = outcome


def read_key(text: str | None) -> str | None:
    """The key of a request, None without one; `BadIdempotencyKey` when it cannot be one."""
    if text is None or text == "":
        return None
    plain = text.isascii() and text.isprintable() and " " not in text
    if not plain or not KEY_LEAST <= len(text) <= KEY_MOST:
        raise BadIdempotencyKey
    return text


def fingerprint_of(*parts: bytes) -> str:
    """What a request was: method, path, body and whoever it is for."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def answer_row(key: str, fingerprint: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """The row that keeps an answer for repeats of its request."""
    return {"key": key, "fingerprint": fingerprint, "outcome": outcome, "kept_at": utc_now()}


def keep_answers(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep answers in the caller's transaction; raises `KeyAnswered` for a key that has one."""
    if _KEEP.run(connection, rows) != len(rows):
        raise KeyAnswered


class KeyAnswered(Exception):  # noqa: N818  a wall: two requests with one key were carried out
    """A key was to be answered twice within the day that it is kept."""


class Answers:
    """The kept answers of one process; the only writer of a database knows all its keys."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._guard = threading.Lock()
        self._in_flight: set[str] = set()
        self._remembered: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        self._known: set[int] = set()
        self._know_all = True

    def load(self) -> None:
        """Learn which keys the last server answered."""
        oldest = utc_now() - timedelta(hours=KEPT_HOURS)
        with self._db.read() as connection:
            for (key,) in connection.execute(
                select(KeptAnswer.key).where(KeptAnswer.kept_at >= oldest).limit(KNOWN_LIMIT + 1)
            ):
                self._learn(key)
            for (ordered,) in connection.execute(
                select(Order.idempotency_key).where(
                    Order.idempotency_key.is_not(None), Order.created_at >= oldest
                )
            ):
                self._learn(str(ordered))

    def may_know(self, key: str) -> bool:
        """Whether a key may have been seen before; False spares a look into the database."""
        return not self._know_all or hash(key) in self._known

    @contextmanager
    def once(self, kept_key: KeptKey | None) -> Iterator[Turn]:
        """Take the turn of a key; raises when it is in flight or was another request."""
        turn = Turn(kept_key, self.begin(kept_key))
        if turn.kept is not None:
            yield turn
            return
        try:
            yield turn
        finally:
            self.end(kept_key, turn.outcome)

    def end(self, kept_key: KeptKey | None, outcome: dict[str, Any] | None) -> None:
        """End a turn with what was durably answered; None after a no."""
        if kept_key is not None:
            answer = None if outcome is None else (kept_key.fingerprint, outcome)
            self._end(kept_key.key, answer)

    def write(self, kept_key: KeptKey, outcome: dict[str, Any]) -> None:
        """Keep an answer whose change was no actor's; the first one stays."""
        row = answer_row(kept_key.key, kept_key.fingerprint, outcome)
        with self._db.write() as connection:
            _KEEP.run(connection, [row])

    def begin(self, kept_key: KeptKey | None) -> dict[str, Any] | None:
        """Take the turn of a key, which `end` ends; or its first answer, and there is no turn.

        Raises when it is in flight or was another request.
        """
        if kept_key is None:
            return None
        key = kept_key.key
        with self._guard:
            if key in self._in_flight:
                raise IdempotencyInFlight
            found = self._remembered.get(key)
            look = found is None and (not self._know_all or hash(key) in self._known)
            if found is None:
                self._in_flight.add(key)
        if look:
            found = self._look_up(key)
        if found is None:
            return None
        if found[0] != kept_key.fingerprint:
            raise IdempotencyMismatch
        return found[1]

    def _look_up(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """What the database knows; a key without an answer stays in flight."""
        oldest = utc_now() - timedelta(hours=KEPT_HOURS)
        query = select(KeptAnswer.fingerprint, KeptAnswer.outcome)
        found = None
        try:
            with self._db.read() as connection:
                row = connection.execute(
                    query.where(KeptAnswer.key == key, KeptAnswer.kept_at >= oldest)
                ).first()
            found = None if row is None else (str(row.fingerprint), dict(row.outcome))
        except BaseException:
            self._end(key, None)
            raise
        if found is not None:
            self._end(key, found)
        return found

    def _end(self, key: str, answer: tuple[str, dict[str, Any]] | None) -> None:
        with self._guard:
            self._in_flight.discard(key)
            self._learn(key)  # after a no, too: its commit may be in doubt
            if answer is None:
                return
            self._remembered[key] = answer
            if len(self._remembered) > REMEMBERED_LIMIT:
                self._remembered.popitem(last=False)

    def _learn(self, key: str) -> None:
        if self._know_all:
            self._known.add(hash(key))
            if len(self._known) > KNOWN_LIMIT:
                self._know_all = False
                self._known.clear()


def _keeping(dialect: str) -> Any:
    """Keep an answer, or put it in the place of one that is older than a day."""
    fresh = fresh_row(dialect, KeptAnswer)
    columns = ("fingerprint", "outcome", "kept_at")
    return fresh.on_conflict_do_update(
        index_elements=["key"],
        set_={name: fresh.excluded[name] for name in columns},
        where=text(f"kept_answers.kept_at < excluded.kept_at - {KEPT_HOURS * 3_600_000}"),
    )


_KEEP: Final = Prepared(_keeping)
