"""A start that cannot succeed ends with one sentence, and says whether trying again helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.server import EXIT_BUSY, EXIT_CONFIG
from tests.services.box_office import run_command
from tests.services.ports import free_port


def start(folder: Path, **settings: str) -> tuple[int, str]:
    """Exit code and words of a server that cannot start."""
    env = {"PORT": str(free_port()), "FULLHOUSE_DATA_DIR": str(folder / "data")}
    return run_command(["serve"], folder=folder, settings=env | settings, within_seconds=60)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("PORT", "none"),
        ("FULLHOUSE_HOST", "nowhere"),
        ("FULLHOUSE_HOST", "192.0.2.7"),  # an address of documents, of no computer
        ("DATABASE_URL", "mysql://x"),
        ("FULLHOUSE_FAULT", "nonsense"),
    ],
)
def test_a_bad_setting_ends_it_for_good(tmp_path: Path, name: str, given: str) -> None:
    code, words = start(tmp_path, **{name: given})

    assert code == EXIT_CONFIG
    assert name in words
    assert "Traceback" not in words


def test_a_database_that_is_away_may_come_back(tmp_path: Path) -> None:
    url = f"postgresql://ada:hidden@127.0.0.1:{free_port()}/house"

    code, words = start(tmp_path, DATABASE_URL=url)

    assert code == EXIT_BUSY
    assert "The database cannot be used just now" in words
    assert "Traceback" not in words
    assert "hidden" not in words


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fullhouse.db").write_bytes(b"this is no database at all" * 1000)

    code, words = start(tmp_path)

    assert code != 0
    assert "Traceback" not in words
