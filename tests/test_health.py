"""/healthz says yes only when a hold would work, and otherwise which part is broken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import build_app, health
from app.background import Background
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.demo.sized import open_sized_event


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path)})
    office = open_box_office(settings)
    yield office
    office.close()


@pytest.fixture
def app(office: BoxOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.0)
    app = build_app(office)
    background = Background(office, app)
    background.start()
    yield app
    background.stop()


def ask(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/healthz")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (answer.status_code == 503)
    assert answer.json is not None
    return answer.status_code, answer.json


def test_a_working_house_is_well_in_every_part(app: Flask, office: BoxOffice) -> None:
    open_sized_event(office, "gala", 20)

    assert ask(app) == (
        200,
        {"status": "ok", "actors": "ok", "database": "ok", "runner": "ok", "disk": "ok"},
    )


def test_a_dead_actor_is_told(app: Flask, office: BoxOffice) -> None:
    open_sized_event(office, "gala", 20)
    office.inventories.running()[0].actor.stop()

    status, found = ask(app)
    assert (status, found["status"]) == (503, "bad")
    assert "has died" in found["actors"]
    assert found["database"] == "ok"


def test_a_database_that_cannot_be_written_is_told(app: Flask, office: BoxOffice) -> None:
    taken, done = threading.Event(), threading.Event()

    def keep_writing() -> None:
        with office.db.write():
            taken.set()
            done.wait(10)

    busy = threading.Thread(target=keep_writing)
    busy.start()
    try:
        taken.wait(10)
        status, found = ask(app)
    finally:
        done.set()
        busy.join()

    assert status == 503
    assert "cannot be written" in found["database"]
    assert ask(app)[0] == 200


def test_a_full_disk_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "DISK_LEAST_BYTES", 2**62)

    status, found = ask(app)
    assert status == 503
    assert "kB are free" in found["disk"]


def test_a_runner_that_does_not_run_is_told(app: Flask) -> None:
    app.extensions["fullhouse.background"].stop()

    status, found = ask(app)
    assert status == 503
    assert "runner" in found["runner"]


def test_a_house_without_a_runner_is_not_well(office: BoxOffice) -> None:
    status, found = ask(build_app(office))

    assert status == 503
    assert "has not been started" in found["runner"]


def test_asking_often_looks_once() -> None:
    looks: list[float] = []

    def look() -> dict[str, str]:
        looks.append(time.monotonic())
        return {"actors": "ok"}

    kept = health.Looks(look)
    for _ in range(50):
        kept.latest()

    assert len(looks) == 1
