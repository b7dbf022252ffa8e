"""A box office with draws and no network, shared by a file: each test has draws of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice
from tests.opened import opened
from tests.shop.visitor import Visitor


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """An empty house."""
    with opened(tmp_path_factory.mktemp("house")) as office:
        yield office


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    """The application over it."""
    return build_app(office)


@pytest.fixture
def cy(app: Flask) -> Visitor:
    """Cy is a stranger."""
    return Visitor(app)
