"""The first answer to a key is kept a day and given again; a refused request may try anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, update

from app import answers
from app.answers import (
    Answers,
    KeptKey,
    KeyAnswered,
    answer_row,
    fingerprint_of,
    keep_answers,
    read_key,
)
from app.clock import utc_now
from app.db import Database
from app.models import KeptAnswer
from app.refusals import BadIdempotencyKey, Busy, IdempotencyInFlight, IdempotencyMismatch
from app.schema import migrate
from tests.opened import settings_of

KEY = KeptKey("a key of sixteen or more", "first")
OTHER = KeptKey(KEY.key, "second")
ANSWER = {"kind": "none", "id": 7}


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    """An empty database of the newest shape."""
    settings = settings_of(tmp_path, database_url)
    opened = Database(settings)
    migrate(opened, settings)
    yield opened
    opened.close()


def fresh(db: Database) -> Answers:
    """What a process knows that has just started."""
    made = Answers(db)
    made.load()
    return made


def carry_out(kept: Answers, key: KeptKey, answer: dict[str, object]) -> dict[str, object]:
    """One request: its first answer if there was one, else this one, durably."""
    with kept.once(key) as turn:
        if turn.kept is None:
            kept.write(key, answer)
            turn.keep(answer)
            return answer
        return turn.kept


def rows(connection: Connection) -> int:
    """How many answers are kept."""
    return int(connection.execute(select(func.count(KeptAnswer.key))).scalar_one())


def test_a_repeat_gets_the_first_answer(db: Database) -> None:
    kept = fresh(db)

    assert carry_out(kept, KEY, ANSWER) == carry_out(kept, KEY, {"id": 8}) == ANSWER


def test_a_repeat_after_a_restart_gets_the_first_answer(db: Database) -> None:
    carry_out(fresh(db), KEY, ANSWER)

    assert carry_out(fresh(db), KEY, {"id": 8}) == ANSWER


def test_another_request_with_the_same_key_is_refused(db: Database) -> None:
    kept = fresh(db)
    carry_out(kept, KEY, ANSWER)

    with pytest.raises(IdempotencyMismatch):
        carry_out(kept, OTHER, {"id": 8})


def test_a_mismatch_changes_nothing_for_the_first_request(db: Database) -> None:
    carry_out(fresh(db), KEY, ANSWER)
    kept = fresh(db)

    for _ in range(2):
        with pytest.raises(IdempotencyMismatch):
            carry_out(kept, OTHER, {"id": 8})

    assert carry_out(kept, KEY, {"id": 9}) == ANSWER


def test_a_key_in_flight_is_refused_for_the_moment(db: Database) -> None:
    kept = fresh(db)

    with kept.once(KEY), pytest.raises(IdempotencyInFlight) as told, kept.once(KEY):
        pass

    assert told.value.retry_after == 1


def test_a_refused_request_is_judged_anew(db: Database) -> None:
    kept = fresh(db)

    def refuse() -> None:
        with kept.once(KEY):
            raise Busy

    with pytest.raises(Busy):
        refuse()

    assert carry_out(kept, KEY, ANSWER) == ANSWER


def test_a_commit_in_doubt_is_looked_up(db: Database) -> None:
    kept = fresh(db)

    def lose_the_answer() -> None:
        with kept.once(KEY):
            kept.write(KEY, ANSWER)
            raise Busy

    with pytest.raises(Busy):
        lose_the_answer()

    assert carry_out(kept, KEY, {"id": 8}) == ANSWER


def test_without_a_key_nothing_is_kept(db: Database) -> None:
    kept = fresh(db)

    with kept.once(None) as turn:
        turn.keep(ANSWER)

    with db.read() as connection:
        assert rows(connection) == 0


def test_an_answer_is_kept_for_a_day(db: Database) -> None:
    carry_out(fresh(db), KEY, ANSWER)
    with db.write() as connection:
        connection.execute(update(KeptAnswer).values(kept_at=utc_now() - timedelta(hours=25)))

    assert carry_out(fresh(db), KEY, {"id": 8}) == {"id": 8}
    assert carry_out(fresh(db), KEY, {"id": 9}) == {"id": 8}


def test_two_answers_to_one_key_hit_a_wall(db: Database) -> None:
    row = answer_row(KEY.key, KEY.fingerprint, ANSWER)
    with db.write() as connection:
        keep_answers(connection, [row])

    with pytest.raises(KeyAnswered), db.write() as connection:
        keep_answers(connection, [row, row | {"key": "another key of sixteen"}])

    with db.read() as connection:
        assert rows(connection) == 1


def test_many_answers_are_kept_at_once(db: Database) -> None:
    many = [answer_row(f"key number {n} of many", "first", ANSWER) for n in range(200)]

    with db.write() as connection:
        keep_answers(connection, many)

    with db.read() as connection:
        assert rows(connection) == 200


def test_a_new_key_is_not_looked_up(db: Database) -> None:
    kept = fresh(db)

    assert not kept.may_know(KEY.key)
    carry_out(kept, KEY, ANSWER)
    assert kept.may_know(KEY.key)


def test_memory_of_answers_has_a_limit(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "REMEMBERED_LIMIT", 2)
    kept = fresh(db)
    keys = [KeptKey(f"key number {n} of many", "first") for n in range(4)]
    for key in keys:
        carry_out(kept, key, ANSWER)

    assert len(kept._remembered) == 2
    assert [carry_out(kept, key, {"id": 8}) for key in keys] == [ANSWER] * 4


def test_memory_of_refused_keys_has_a_limit(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "KNOWN_LIMIT", 3)
    kept = fresh(db)
    carry_out(kept, KEY, ANSWER)
    for n in range(9):
        with kept.once(KeptKey(f"refused number {n}", "first")):
            pass

    assert len(kept._known) <= 3
    assert kept.may_know("never seen at all")
    kept._remembered.clear()
    assert carry_out(kept, KEY, {"id": 8}) == ANSWER


def test_a_start_with_too_many_keys_looks_each_up(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "KNOWN_LIMIT", 2)
    with db.write() as connection:
        for n in range(5):
            row = answer_row(f"key number {n} of many", "first", ANSWER)
            connection.execute(insert(KeptAnswer), row)

    kept = fresh(db)

    assert carry_out(kept, KeptKey("key number 4 of many", "first"), {"id": 8}) == ANSWER


@pytest.mark.parametrize("text", [None, ""])
def test_a_request_without_a_key_has_none(text: str | None) -> None:
    assert read_key(text) is None


@pytest.mark.parametrize("text", ["k" * 16, "k" * 255, "a-key_of/16~signs!"])
def test_a_key_is_printable_ascii(text: str) -> None:
    assert read_key(text) == text


@pytest.mark.parametrize(
    "text", ["k" * 15, "k" * 256, "a key with blanks", "a-key-with-ümlaut", "a-key-with-a\ttab!"]
)
def test_anything_else_is_no_key(text: str) -> None:
    with pytest.raises(BadIdempotencyKey):
        read_key(text)


def test_fingerprints_tell_requests_apart() -> None:
    assert fingerprint_of(b"/a", b"x") == fingerprint_of(b"/a", b"x")
    assert fingerprint_of(b"/a", b"x") != fingerprint_of(b"/a", b"y")
    assert fingerprint_of(b"/a", b"x") != fingerprint_of(b"/b", b"x")


def test_parts_of_a_request_have_keys_of_their_own() -> None:
    assert KEY.part("back") == KeptKey(f"{KEY.key}:back", KEY.fingerprint)
