"""Letters on PostgreSQL: carried out once, withdrawn when nobody takes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import control_requests, postbox
from app.box_office import BoxOffice, SecondServer, open_box_office
from app.config import Settings, read_settings
from app.control import ToldRefusal
from app.control_requests.asked import Words
from app.db import Database
from app.models import PostboxLetter
from app.postbox import Postbox, post
from app.refusals import Busy
from app.tokens import new_id


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    return read_settings(
        {"FULLHOUSE_DATA_DIR": str(tmp_path / "here"), "DATABASE_URL": postgres_url}
    )


@pytest.fixture
def office(settings: Settings) -> Iterator[BoxOffice]:
    """The server's side."""
    opened = open_box_office(settings)
    yield opened
    opened.close()


@pytest.fixture
def far(settings: Settings, office: BoxOffice) -> Iterator[Database]:
    """A command's side, on another machine."""
    database = Database(settings)
    yield database
    database.close()


@pytest.fixture
def drained(office: BoxOffice) -> Iterator[Postbox]:
    """A postbox that somebody empties."""
    box = Postbox(office)
    box.start()
    yield box
    box.stop()


def test_a_letter_is_answered(far: Database, drained: Postbox) -> None:
    assert post(far, new_id(), "ping", {})["port"] == 8000


def test_a_refusal_comes_back(far: Database, drained: Postbox) -> None:
    with pytest.raises(ToldRefusal, match="no event called 'none'"):
        post(far, new_id(), "event.publish", {"event": "none"})


def test_the_same_key_is_carried_out_once(
    far: Database, drained: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Words] = []

    def count(office: BoxOffice, words: Words) -> Words:
        calls.append(words)
        return {"call": len(calls)}

    monkeypatch.setitem(control_requests.REQUESTS, "ping", count)
    key, answers = new_id(), []
    threads = [
        threading.Thread(target=lambda: answers.append(post(far, key, "ping", {"n": 1})))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert answers == [{"call": 1}] * 4
    assert post(far, key, "ping", {"n": 2}) == {"call": 1}
    assert len(calls) == 1


def test_a_letter_that_nobody_takes_is_withdrawn(
    far: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postbox, "TAKEN_WITHIN_SECONDS", 0.2)

    with pytest.raises(Busy, match="No server took this"):
        post(far, new_id(), "ping", {})

    with far.read() as connection:
        assert connection.execute(select(PostboxLetter.id)).all() == []


def test_a_command_elsewhere_finds_out_that_a_server_is_there(
    settings: Settings, office: BoxOffice, tmp_path: Path, postgres_url: str
) -> None:
    elsewhere = read_settings(
        {"FULLHOUSE_DATA_DIR": str(tmp_path / "there"), "DATABASE_URL": postgres_url}
    )

    with pytest.raises(SecondServer, match="runs on this PostgreSQL"):
        open_box_office(elsewhere, takes_over=False, wait_seconds=0.1)

    office.close()
    open_box_office(elsewhere, takes_over=False, wait_seconds=0.1).close()


def test_the_lock_is_taken_again_after_its_connection_broke(
    office: BoxOffice, tmp_path: Path, postgres_url: str
) -> None:
    assert office.lock is not None
    connection = office.lock._connection
    assert connection is not None
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.close()

    office.lock.keep()

    elsewhere = read_settings(
        {"FULLHOUSE_DATA_DIR": str(tmp_path / "there"), "DATABASE_URL": postgres_url}
    )
    with pytest.raises(SecondServer):
        open_box_office(elsewhere, takes_over=False, wait_seconds=0.1)
