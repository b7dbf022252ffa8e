"""A show on both databases, with an actor that a test can settle by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actor.acting import Desk
from tests.opened import Show, opened, show_of


@pytest.fixture
def show(tmp_path: Path, database_url: str) -> Iterator[Show]:
    """An event of twenty seats in an open box office."""
    with opened(tmp_path, database_url) as office:
        yield show_of(office)


@pytest.fixture
def desk(show: Show) -> Iterator[Desk]:
    """The same, its actor the test's own."""
    made = Desk(show)
    yield made
    made.actor.stop()
