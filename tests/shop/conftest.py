"""A box office with its sample house and no network: real database, real actors, every page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice, open_box_office
from app.config import read_settings
from app.demo.sized import open_sized_event
from tests.services.box_office import copy_sample_house
from tests.shop.visitor import Visitor

SEAT_COUNT = 40
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """Lantern House; the tests of one file share it, each with seats of its own."""
    folder = tmp_path_factory.mktemp("data")
    copy_sample_house(folder)
    opened = open_box_office(
        read_settings({"FULLHOUSE_DATA_DIR": str(folder), "FULLHOUSE_RATE_LIMITS": "off"})
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    """The application over it."""
    return build_app(office)


@pytest.fixture
def bo(app: Flask) -> Visitor:
    """Bo buys."""
    return Visitor(app)


@pytest.fixture
def cy(app: Flask) -> Visitor:
    """Cy is a stranger."""
    return Visitor(app)


@pytest.fixture
def make_event(office: BoxOffice) -> Callable[[], str]:
    """Makes an event with forty free seats each time it is asked; its slug."""

    def make() -> str:
        slug = f"gala-{next(_numbers)}"
        open_sized_event(office, slug, SEAT_COUNT)
        return slug

    return make
