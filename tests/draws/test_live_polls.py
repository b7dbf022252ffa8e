"""Looks at a draw that find nothing new cost nothing; whatever is new is seen at the next one."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from sqlalchemy import event

from app.box_office import BoxOffice
from tests.draws.made import buy, sells
from tests.server.asking import Browser

PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


def test_nothing_new_is_answered_without_flask_and_database(
    office: BoxOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lottery_id = sells(office, "polled")
    browser = Browser(office, tmp_path)
    try:
        first = browser.ask("GET", "/draw/polled/live", headers=PARTIAL)
        found = re.search(rb"seen=(\w+)", first.body)
        assert found is not None
        query = found[0].decode()
        statements: list[str] = []
        readers = office.db._readers
        event.listen(readers, "before_cursor_execute", lambda *a: statements.append(a[2]))
        with monkeypatch.context() as patched:
            patched.delattr(type(browser.pool), "run")
            again = browser.ask("GET", "/draw/polled/live", query, headers=PARTIAL)
        assert (again.status, again.body, statements) == (204, b"", [])

        buy(office, lottery_id, "polled-p2", 5)
        assert browser.ask("GET", "/draw/polled/live", query, headers=PARTIAL).status == 200
        assert browser.ask("GET", "/draw/polled/live", "seen=", headers=PARTIAL).status == 200
    finally:
        browser.pool.stop()


def test_a_large_record_that_is_not_there_is_made_once_while_its_reader_waits(
    office: BoxOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.prize_draws import drawing, records
    from tests.draws.made import reveals

    sells(office, "large")
    reveals(office, "large")
    file = drawing.kept_bundle(office, "large-1")
    content = file.read()
    for path in file.path.parent.glob(f"{file.path.name}*"):
        path.unlink()
    monkeypatch.setattr(drawing, "AT_ONCE_COUNT", 10)
    browser = Browser(office, tmp_path)
    try:
        address = "/draw/large/batches/1/bundle.json"
        first = browser.ask("GET", address)
        assert (first.status, first.headers["retry-after"]) == (503, str(records.WAIT_SECONDS))
        until = time.monotonic() + 10
        while (answer := browser.ask("GET", address)).status == 503 and time.monotonic() < until:
            time.sleep(0.02)
        assert answer.body == content
    finally:
        browser.pool.stop()
