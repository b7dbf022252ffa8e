"""The server before Flask: polls from memory, bodies with limits, refusals in the right shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from app import adapter, flask_pool
from app.box_office import BoxOffice
from tests.opened import opened, show_of
from tests.server.asking import Asked, Browser


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    with opened(tmp_path) as office:
        show_of(office)
        yield office


@pytest.fixture
def browser(office: BoxOffice, tmp_path: Path) -> Iterator[Browser]:
    made = Browser(office, tmp_path)
    yield made
    made.pool.stop()


STATE = "/api/v1/events/gala/state"


def test_a_poll_is_answered_without_the_database(browser: Browser, office: BoxOffice) -> None:
    show_of(office)
    office.catalogue.refresh()
    statements: list[str] = []
    event.listen(office.db._readers, "before_cursor_execute", lambda *a: statements.append(a[2]))

    answer = browser.ask("GET", STATE)

    assert answer.status == 200
    assert set(json.loads(answer.body)["seats"]) == {"f"}
    assert statements == []


@pytest.mark.parametrize(
    "since", ["", "1", ".", "1.", "-1.-1", "²•²", "².²", "٣.٤", "1.1.1", "9" * 40 + ".1", "1.99999"]
)
def test_a_version_that_is_none_gets_the_whole(browser: Browser, since: str) -> None:
    answer = browser.ask("GET", STATE, f"since={since}")

    assert answer.status == 200
    assert "seats" in json.loads(answer.body)


def test_an_event_that_does_not_exist_is_not_found(browser: Browser) -> None:
    answer = browser.ask("GET", "/api/v1/events/none/state")

    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not_found")


def test_a_draft_is_not_found(browser: Browser, office: BoxOffice) -> None:
    with office.db.write() as connection:
        connection.exec_driver_sql("UPDATE events SET status = 'draft'")
    office.catalogue.refresh()
    office.catalogue.on_show()

    assert browser.ask("GET", STATE).status == 404


TOO_LONG = b"x" * (adapter.BODY_LIMIT_BYTES + 1)
REFUSED = [(400, "bad_request"), (413, "too_long"), (503, "busy")]


def refuse_body(browser: Browser, path: str, status: int, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The answer to a body that is broken off, too long, or too much beside all the others."""
    if status == 503:
        monkeypatch.setattr(adapter, "BODIES_LIMIT_BYTES", 0)
        return browser.ask("POST", path, body=b"x" * (adapter.SMALL_BODY_BYTES + 1))
    if status == 400:
        return browser.ask("POST", path, is_broken_off=True)
    return browser.ask("POST", path, body=TOO_LONG)


@pytest.mark.parametrize(("status", "code"), REFUSED)
def test_a_refused_body_is_a_problem_for_programs(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    answer = refuse_body(browser, "/api/v1/orders", status, monkeypatch)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-length"] == str(len(answer.body))
    problem = json.loads(answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(("status", "code"), REFUSED)
def test_a_refused_body_has_words_for_people(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    answer = refuse_body(browser, "/checkout", status, monkeypatch)

    assert answer.status == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    happened, safe, next_step = answer.body.decode().split(". ", 2)
    assert happened
    assert safe.startswith("Nothing was changed")
    assert next_step.strip().endswith(".")
    assert f'"{code}"' not in answer.body.decode()
    assert "content-security-policy" in answer.headers
    assert ("retry-after" in answer.headers) == (status == 503)


def broken_down(browser: Browser, path: str, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The answer where something breaks outside Flask."""

    def break_down(*_parts: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(flask_pool, "call_wsgi", break_down)
    return browser.ask("GET", path)


def test_a_fault_outside_flask_tells_a_number_only(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = broken_down(browser, "/", monkeypatch)

    assert answer.status == 500
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"secret words" not in answer.body
    assert re.search(rb"\([A-Z][2-9]-[0-9]{4}\)", answer.body)


def test_a_fault_outside_flask_is_a_problem_for_programs(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = broken_down(browser, "/api/v1/events", monkeypatch)

    assert answer.status == 500
    problem = json.loads(answer.body)
    assert problem["code"] == "fault"
    assert problem["incident"]
    assert "secret words" not in str(problem)


@pytest.mark.parametrize(("path", "kind"), [("/", "text/plain"), ("/api/v1/events", "application")])
def test_a_house_too_busy_for_a_page_says_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.setattr(flask_pool, "WAITING_LIMIT", 0)

    answer = browser.ask("GET", path)

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"].startswith(kind)
    assert b"The box office is very busy right now." in answer.body


def test_head_has_no_body(browser: Browser) -> None:
    answer = browser.ask("HEAD", "/healthz")

    assert answer.body == b""
