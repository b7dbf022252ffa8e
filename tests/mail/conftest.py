"""A house that keeps its letters, because it has no mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite without a mail server."""
    made = House(tmp_path, f"sqlite:///{tmp_path / 'fullhouse.db'}", smtp_url="")
    try:
        yield made
    finally:
        made.end()
