"""Letters to the box office from other processes, on PostgreSQL: posted, taken, answered."""

from __future__ import annotations

import time
from typing import Any, Final

from sqlalchemy import delete, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.control import AnswerLost, answer_of, outcome_of
from app.db import Database
from app.loops import Loop
from app.models import PostboxLetter
from app.refusals import Busy
from app.rows import insert_new

DRAIN_SECONDS: Final = 0.1
LETTERS_AT_ONCE: Final = 16
LOCK_SECONDS: Final = 5.0  # how often the database's lock is looked after
STEP_LIMIT_SECONDS: Final = 120.0
STOP_SECONDS: Final = 8.0
LOOK_SECONDS: Final = 0.1
TAKEN_WITHIN_SECONDS: Final = 15.0
ANSWER_SECONDS: Final = 120.0
TAKEN: Final = {"taken": True}


class Postbox:
    """Carries out letters inside the server; each is taken before it is carried out."""

    def __init__(self, office: BoxOffice, _app: object = None) -> None:
        self._office = office
        self._loop = Loop("postbox", self._drain, STEP_LIMIT_SECONDS)
        self._looked_at = time.monotonic()

    def start(self) -> None:
        """Begin; SQLite has one process that writes and needs no letters."""
        if not self._office.db.is_sqlite:
            self._loop.start()

    def stop(self) -> None:
        """End after the letter at hand."""
        if not self._office.db.is_sqlite:
            self._loop.stop(STOP_SECONDS)

    def _drain(self) -> float:
        if self._office.lock is not None and time.monotonic() > self._looked_at + LOCK_SECONDS:
            self._looked_at = time.monotonic()
            self._office.lock.keep()
        with self._office.db.read() as connection:
            waiting = connection.execute(
                select(PostboxLetter.id, PostboxLetter.name, PostboxLetter.words)
                .where(PostboxLetter.done_at.is_(None), PostboxLetter.outcome.is_(None))
                .order_by(PostboxLetter.id)
                .limit(LETTERS_AT_ONCE)
            ).all()
        for letter in waiting:
            if self._take(letter.id):
                self._settle(letter.id, answer_of(self._office, letter.name, letter.words))
        return DRAIN_SECONDS

    def _take(self, letter_id: int) -> bool:
        with self._office.db.write() as connection:
            taken = connection.execute(
                update(PostboxLetter)
                .where(PostboxLetter.id == letter_id, PostboxLetter.outcome.is_(None))
                .values(outcome=TAKEN)
            )
        return taken.rowcount == 1

    def _settle(self, letter_id: int, answer: dict[str, Any]) -> None:
        with self._office.db.write() as connection:
            connection.execute(
                update(PostboxLetter)
                .where(PostboxLetter.id == letter_id)
                .values(outcome=answer, done_at=utc_now())
            )


def post(db: Database, letter_key: str, name: str, words: dict[str, Any]) -> dict[str, Any]:
    """Post a letter and wait for its outcome; the same key is carried out once.

    Raises the refusal that it got, `Busy` when nobody took it (it is then withdrawn), `AnswerLost`.
    """
    _write_letter(db, letter_key, name, words)
    taken_by = time.monotonic() + TAKEN_WITHIN_SECONDS
    done_by = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < done_by:
        answer = _answer_to(db, letter_key)
        if answer is not None and answer != TAKEN:
            return outcome_of(answer)
        if answer is None and time.monotonic() > taken_by and _withdraw(db, letter_key):
            raise Busy("No server took this from the postbox.")
        time.sleep(LOOK_SECONDS)
    raise AnswerLost


def _write_letter(db: Database, letter_key: str, name: str, words: dict[str, Any]) -> None:
    letter = {"letter_key": letter_key, "name": name, "words": words, "posted_at": utc_now()}
    with db.write() as connection:
        connection.execute(insert_new(connection, PostboxLetter), letter)


def _answer_to(db: Database, letter_key: str) -> dict[str, Any] | None:
    with db.read() as connection:
        found: dict[str, Any] | None = connection.scalar(
            select(PostboxLetter.outcome).where(PostboxLetter.letter_key == letter_key)
        )
    return found


def _withdraw(db: Database, letter_key: str) -> bool:
    with db.write() as connection:
        gone = connection.execute(
            delete(PostboxLetter).where(
                PostboxLetter.letter_key == letter_key, PostboxLetter.outcome.is_(None)
            )
        )
    return gone.rowcount == 1
