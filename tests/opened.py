"""A box office opened in the test's own process: real database, real actors, no network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.box_office import BoxOffice, open_box_office
from app.clock import house
from app.config import Settings, read_settings
from app.demo.sized import open_sized_event
from app.inventories import Inventory
from app.inventory.commands import HoldSeats, SeatChoice
from app.inventory.views import HoldView
from app.tokens import new_id
from tests.services.copies import DATABASE, copy_migrated

SECRET = "a secret of the tests, forty letters long"


@dataclass(frozen=True)
class Show:
    """An event of some seats, and a tenth as many standing places."""

    office: BoxOffice
    id: int
    slug: str
    seats: tuple[str, ...]
    area: str

    @property
    def inventory(self) -> Inventory:
        """Its places."""
        return self.office.inventory_of(self.id)

    def hold(self, basket: str, *numbers: int) -> HoldView:
        """A basket holds the seats with these numbers, counted from 0."""
        choices = tuple(SeatChoice(self.seats[number]) for number in numbers)
        return self.inventory.ask(HoldSeats(basket, f"{self.id}-{new_id()}", choices))

    def letters(self, *numbers: int) -> str:
        """What everybody sees of these seats."""
        published = self.inventory.published
        index = published.offer.seat_index
        return "".join(chr(published.letters[index[self.seats[number]]]) for number in numbers)


def settings_of(folder: Path, database_url: str = "", **more: str) -> Settings:
    """Settings for a house in this folder; `more` are names of the environment in small letters."""
    env = {"FULLHOUSE_DATA_DIR": str(folder / "data"), "FULLHOUSE_RATE_LIMITS": "off"}
    env["SECRET_KEY"] = SECRET
    if database_url:
        env["DATABASE_URL"] = database_url
    return read_settings(env | {name.upper(): text for name, text in more.items()})


@contextmanager
def opened(folder: Path, database_url: str = "", **more: str) -> Iterator[BoxOffice]:
    """An open box office; house time is as it was before when it is closed."""
    offset_ms = house._offset_ms
    if not database_url:
        copy_migrated(folder / "data" / DATABASE)
    office = open_box_office(settings_of(folder, database_url, **more))
    try:
        yield office
    finally:
        office.close()
        house._offset_ms = offset_ms


def show_of(office: BoxOffice, slug: str = "gala", seat_count: int = 20) -> Show:
    """An event on sale, made when it is not there yet."""
    made = open_sized_event(office, slug, seat_count)
    event_id = office.catalogue.by_slug(slug).id
    seats = tuple(seat["id"] for seat in made["seats"])
    areas = tuple(area["id"] for area in made["areas"])
    return Show(office, event_id, slug, seats, areas[0] if areas else "")
