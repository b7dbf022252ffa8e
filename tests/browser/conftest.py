"""A box office with its sample house, for visitors in a real Chromium."""

from collections.abc import Iterator

import pytest

from tests.services.box_office import BoxOffice, box_office


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """Lantern House on a free port, one for each module: its tests use seats of their own."""
    with box_office(tmp_path_factory.mktemp("house")) as running:
        yield running
