"""A box office with its pages, asked without a network; people fill in its real forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import build_app
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from tests.services.copies import DATABASE, copy_migrated

PASSWORD = "four calm herons waiting"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Visitor:
    """Somebody with a browser that keeps cookies and sends forms as they are drawn."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def send(self, path: str, fields: dict[str, str], *, at: str | None = None) -> TestResponse:
        """Open the page `at` (the path itself) and send its form."""
        found = _CSRF.search(self.client.get(at or path).text)
        assert found is not None, f"no form at {at or path}"
        return self.client.post(path, data=fields | {"csrf": found.group(1)})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """An open box office with nothing in it."""
    copy_migrated(tmp_path / "data" / DATABASE)
    settings = read_settings({"FULLHOUSE_DATA_DIR": str(tmp_path / "data")})
    opened = open_box_office(settings)
    yield opened
    opened.close()


@pytest.fixture
def app(office: BoxOffice) -> Flask:
    """All its pages."""
    return build_app(office)


@pytest.fixture
def ada(app: Flask) -> Visitor:
    """Ada, who organizes."""
    return Visitor(app.test_client())


@pytest.fixture
def cy(app: Flask) -> Visitor:
    """Cy, a stranger."""
    return Visitor(app.test_client())
