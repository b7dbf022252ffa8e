"""The server before Flask: polls from memory, bodies with limits, refusals in the right shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app import adapter, build_app
from app.adapter import FlaskPool
from app.box_office import BoxOffice
from app.logs import AccessLog
from app.server import Site
from tests.opened import opened, show_of


class Asked:
    """One answer of the site."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = messages[1]["body"]


class Browser:
    """Asks a site without a network."""

    def __init__(self, office: BoxOffice, folder: Path) -> None:
        self.pool = FlaskPool(build_app(office).wsgi_app, threads=2)
        self.site = Site(office, self.pool, AccessLog(folder / "logs"))

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"") -> Asked:
        """One request, its answer."""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"content-type", b"application/json"), (b"host", b"127.0.0.1")],
            "http_version": "1.1",
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.site(scope, receive, send))
        return Asked(sent)


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


def test_a_body_too_long_is_a_problem_for_programs(browser: Browser) -> None:
    body = b"x" * (adapter.BODY_LIMIT_BYTES + 1)

    answer = browser.ask("POST", "/api/v1/orders", body=body)

    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.body)["code"] == "too_long"


def test_a_body_too_long_has_words_for_people(browser: Browser) -> None:
    answer = browser.ask("POST", "/checkout", body=b"x" * (adapter.BODY_LIMIT_BYTES + 1))

    assert answer.status == 413
    assert b"Nothing was changed" in answer.body
    assert "content-security-policy" in answer.headers


def test_a_fault_outside_flask_tells_a_number_only(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_parts: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(adapter, "call_wsgi", break_down)

    answer = browser.ask("GET", "/")

    assert answer.status == 500
    assert b"secret words" not in answer.body
    assert json.loads(answer.body)["incident"]


def test_head_has_no_body(browser: Browser) -> None:
    answer = browser.ask("HEAD", "/healthz")

    assert answer.body == b""
