"""Three shows on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.box_office import BoxOffice
from app.clock import house
from tests.opened import opened
from tests.orders.buying import Tour

Later = Callable[[float], None]


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[BoxOffice]:
    """An open box office."""
    with opened(tmp_path, database_url) as office:
        yield office


@pytest.fixture
def tour(office: BoxOffice) -> Tour:
    """Bo with two seats at each of three shows."""
    made = Tour(office)
    made.hold_all()
    return made


@pytest.fixture
def later() -> Iterator[Later]:
    """Lets so many seconds of house time pass."""
    before = house._offset_ms

    def pass_by(seconds: float) -> None:
        house._offset_ms += round(seconds * 1000)

    yield pass_by
    house._offset_ms = before
