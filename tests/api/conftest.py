"""A box office without a network: real database, real actors, the whole application."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now
from app.config import read_settings
from app.demo.sized import open_sized_event, plan_of_size
from app.event_files.adding import add_event, keep_plan
from app.event_files.drawing import drawing_of
from app.event_files.event_file import PlanChoice
from app.event_files.reading import read_event_file
from app.models import EventStatus
from app.toml_files.houses import keep_house
from tests.api.client import Program

SEAT_COUNT = 60
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Gala:
    """An event of sixty seats and six standing places."""

    slug: str
    seats: tuple[str, ...]

    def path(self, rest: str) -> str:
        """An address below the event's."""
        return f"/events/{self.slug}/{rest}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BoxOffice]:
    """An open box office; the tests of one file share it, each with its own events."""
    settings = {
        "FULLHOUSE_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "FULLHOUSE_RATE_LIMITS": "off",
    }
    if request.param == "postgresql":
        with request.getfixturevalue("postgres_server").database() as url:
            yield from _open({**settings, "DATABASE_URL": url})
    else:
        yield from _open(settings)


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    """The application over it."""
    return build_app(office)


@pytest.fixture
def bo(app: Flask) -> Program:
    """Bo's program."""
    return Program(app)


@pytest.fixture
def cy(app: Flask) -> Program:
    """Cy's program."""
    return Program(app)


@pytest.fixture
def make_gala(office: BoxOffice) -> Callable[[], Gala]:
    """Makes an event of its own each time it is asked."""
    return lambda: _gala(office)


@pytest.fixture
def gala(office: BoxOffice) -> Gala:
    """An event of this test's own."""
    return _gala(office)


def open_event(
    office: BoxOffice,
    more: str = "",
    *,
    seats: int = 20,
    price: str = "24.00",
    starts_at: str = "2040-12-12 19:30",
    status: EventStatus = EventStatus.PUBLISHED,
) -> Gala:
    """An event from an event file of Ada's; `more` is added to the file."""
    slug = f"concert-{next(_numbers)}"
    text = f"""
        house = {{ name = "Marsh Hall", email = "tickets@marshhall.example" }}
        venue = {{ name = "Marsh Hall", time_zone = "Europe/London" }}
        event = {{ slug = "{slug}", title = "Tea", starts_at = "{starts_at}", currency = "GBP" }}
        ticket_types = [{{ name = "Adult" }}, {{ name = "Child" }}]
        price_categories = [{{ name = "Front", prices = {{ adult = {price}, child = 0 }} }}]
        plan = {{ file = "plan.json" }}
        {more}
    """
    read, now = read_event_file(text.encode()), utc_now()
    drawing = drawing_of(plan_of_size(seats), PlanChoice())
    with office.db.write() as connection:
        organizer_id = keep_house(connection, read.house, now, is_demo=False)
        plan_id = keep_plan(connection, organizer_id, drawing, now)
        event_id = add_event(connection, read, plan_id, now, status=status)
    office.catalogue.refresh()
    offer = office.inventory_of(event_id).offer
    return Gala(slug, tuple(seat.id for seat in offer.seats))


def _gala(office: BoxOffice) -> Gala:
    made: dict[str, Any] = open_sized_event(office, f"gala-{next(_numbers)}", SEAT_COUNT)
    return Gala(made["event"], tuple(seat["id"] for seat in made["seats"]))


def _open(settings: dict[str, str]) -> Iterator[BoxOffice]:
    office = open_box_office(read_settings(settings))
    yield office
    office.close()
