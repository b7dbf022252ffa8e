"""Every command refuses bad input with one clear sentence, and nothing has changed afterwards."""

from __future__ import annotations

import importlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

BAD: tuple[tuple[list[str], str], ...] = (
    (["create-admin", "ada"], "Type an email address"),
    (["create-admin", "ada@example.org", "--name", "A\x07da"], "cannot be printed"),
    (["create-admin", "ada@example.org", "--name", "A" * 200], "at most 120"),
    (["order", "paid", "NOSUCH12"], "cannot find"),
    (["order", "paid", "\x00"], "cannot find"),
    (["event", "publish", "../etc"], "no event called"),
    (["event", "publish", "\x00"], "no event called"),
    (["event", "pause", "mine", "--because", "a\nb"], "printable characters"),
    (["event", "cancel", "mine", "--because", "x" * 301], "300 printable characters"),
    (["event", "cancel", "mine", "--moved-to", "mine"], "cannot move to itself"),
    (["event", "cancel", "mine", "--moved-to", "none"], "no event called 'none'"),
    (["event", "move", "mine", "0000000000", "B1-A-1"], "No ticket of Rehearsal"),
    (["event", "move", "mine", "short", "B1-A-1"], "A staff code has 10 characters"),
    (["event", "block", "mine", "B1-A-1", "--reason", " "], "Say why"),
    (["event", "block", "mine", "--area", "standing=11", "--reason", "x"], "Not free: standing"),
    (["event", "block", "mine", "--area", "=1", "--reason", "x"], "AREA=COUNT"),
    (["event", "create", "/nonexistent/x.toml"], "cannot be read"),
    (["event", "create", "a\x00b"], "cannot be read"),
    (["lottery", "open", "/nonexistent/x.toml"], "cannot be read"),
    (["lottery", "open", __file__], "This is not TOML"),
    (["lottery", "show", "\x00"], "no draw called"),
    (["lottery", "close", "none", "1"], "no draw called none"),
    (["lottery", "confirm", "none", "1-1", "--by", "Dee"], "no draw called none"),
    (["import-plan", "/nonexistent/x.json"], "cannot be read"),
    (["import-plan", __file__], "This is not JSON"),
    (["demo", "--seats", "5"], "already, and it has"),
    (["demo", "--event", "x"], "--event needs --seats"),
    (["demo", "--seats", "999999999999"], "from 1 to 20,000"),
    (["demo", "--seats", "5", "--event", "", "--json"], "--event takes"),
    (["backup", "/proc/none/x.db"], "There is no folder"),
    (["backup", "/dev/null"], "exists already"),
    (["restore", "/nonexistent"], "is not a copy"),
    (["restore", "/"], "is not a copy"),
    (["work"], "needs REDIS_URL"),
    (["simulate", "A1", "--event", "mine"], "did not run"),
    (["simulate", "A1", "--event", "mine", "--url", "https://example.org"], "did not run"),
)


@pytest.fixture
def kept(run: Run, data_dir: Path) -> Path:
    """A database with two events in it."""
    assert run("demo", "--seats", "6", "--event", "mine").code == 0
    assert run("demo", "--seats", "7").code == 0
    return data_dir / "fullhouse.db"


def facts_of(path: Path) -> list[str]:
    """Everything that a command could have changed."""
    connection = sqlite3.connect(path)
    kept = [
        line for line in connection.iterdump() if "INTO \"actors\"" not in line
        and "INTO \"house_time\"" not in line and "INTO \"event_keys\"" not in line
    ]  # fmt: skip
    connection.close()
    return kept


def test_bad_input_gets_a_sentence_and_changes_nothing(
    run: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "1")  # nobody listens there
    before = facts_of(kept)
    for typed, words in BAD:
        ended = run(*typed)

        said = ended.err + ended.out
        assert ended.code not in (0, 70), typed
        assert words in said, (typed, ended)
        assert "Something broke" not in said, (typed, ended)
        assert len(ended.err.strip().splitlines()) <= 3, (typed, ended)
    assert facts_of(kept) == before


def test_a_simulation_that_did_not_run_says_so_among_the_errors(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "1")
    importlib.import_module("app.simulate")  # loaded before: it must not keep another stream

    for _ in range(2):
        ended = run("simulate", "A1", "--event", "mine")

        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("The simulation did not run: No answer from the server")
