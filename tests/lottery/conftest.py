"""The browser's verifier, ready to be asked, and an event on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lottery.javascript import Ask, verifier
from tests.opened import Show, opened, show_of


@pytest.fixture(scope="module")
def ask_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks the browser's verifier; see calls.js for what."""
    with verifier(tmp_path_factory.mktemp("verifier")) as ask:
        yield ask


@pytest.fixture
def show(tmp_path: Path, database_url: str) -> Iterator[Show]:
    """An event on sale."""
    with opened(tmp_path, database_url) as office:
        yield show_of(office, "gala", 75)
