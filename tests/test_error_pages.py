"""What people see when something is not there, not allowed or broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app import build_app
from app.box_office import open_box_office
from app.config import read_settings
from app.refusals import Busy

INCIDENT = re.compile(r"\b[A-Z][2-9]-\d{4}\b")
SECRET = "the secret plan of bo@example.org"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = {"FULLHOUSE_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    office = open_box_office(read_settings(settings))
    app = build_app(office)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError(SECRET)

    @app.get("/busy")
    def busy() -> str:
        raise Busy(retry_after=4)

    yield app
    office.close()


def test_a_page_that_is_not_there_says_so_and_shows_ways_on(app: Flask) -> None:
    answer = app.test_client().get("/nowhere")

    assert answer.status_code == 404
    assert "There is no page here" in answer.text
    assert 'href="/"' in answer.text


def test_a_fault_shows_its_number_and_nothing_else(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = app.test_client().get("/broken")

    assert answer.status_code == 500
    found = INCIDENT.search(answer.text)
    assert found is not None
    assert found[0] in caplog.text
    assert "Seats in your basket are kept" in answer.text
    for inner in (SECRET, "bo@example.org", "Traceback", "RuntimeError", ".py"):
        assert inner not in answer.text


def test_a_fault_in_a_fragment_shows_its_number_too(app: Flask) -> None:
    answer = app.test_client().get("/broken", headers={"HX-Request": "true"})

    assert answer.status_code == 500
    assert "<html" not in answer.text
    assert SECRET not in answer.text


def test_a_busy_house_says_when_it_goes_on(app: Flask) -> None:
    answer = app.test_client().get("/busy")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "4")
    assert "More people than we can serve at once" in answer.text


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_a_method_that_no_page_takes_is_refused(app: Flask, method: str) -> None:
    answer = app.test_client().open("/", method=method)

    assert answer.status_code in (403, 405)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/broken", "/busy", "/"])
def test_every_page_carries_the_policy_and_personal_ones_are_not_kept(
    app: Flask, path: str
) -> None:
    answer = app.test_client().get(path)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_page_that_fails_itself_is_plain_and_has_a_number(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OSError("templates are gone")

    monkeypatch.setattr("app.htmx.show_plate", fail)
    answer = app.test_client().get("/nowhere")

    assert answer.status_code == 500
    assert INCIDENT.search(answer.text)
    assert "templates are gone" not in answer.text
