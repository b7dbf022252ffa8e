"""The browser's verifier, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lottery.javascript import Ask, verifier


@pytest.fixture(scope="module")
def ask_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks the browser's verifier; see calls.js for what."""
    with verifier(tmp_path_factory.mktemp("verifier")) as ask:
        yield ask
