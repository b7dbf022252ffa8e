"""verify-draw: the published vectors, with the file alone and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

FILE = Path(__file__).parents[2] / "docs/draw-v1-vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Where the file lies that is asked about."""
    return tmp_path / "bundle.json"


@pytest.mark.parametrize("kind", ["evening", "contributed", "instant", "ballot", "weighted"])
def test_a_draw_that_holds_is_repeated(run: Run, data_dir: Path, written: Path, kind: str) -> None:
    written.write_text(VECTORS[kind]["bundle"], encoding="utf-8")

    ended = run("verify-draw", written)

    last = VECTORS[kind]["result"][-1]
    assert ended.code == 0
    assert ", ".join(map(str, last if isinstance(last, list) else [last])) in ended.out
    assert "Compare the commitment" in ended.out
    assert not data_dir.exists()  # no box office was needed


def test_the_commitment_is_compared(run: Run, written: Path) -> None:
    written.write_text(VECTORS["evening"]["bundle"], encoding="utf-8")
    commitment = json.loads(VECTORS["evening"]["bundle"])["commitment"]

    same = run("verify-draw", written, "--commitment", commitment)
    groups = " ".join(commitment[at : at + 4] for at in range(0, 64, 4))
    for copied in (groups, f"{groups}.", f" {groups.upper()} . "):
        assert run("verify-draw", written, "--commitment", copied) == same
    other = run("verify-draw", written, "--commitment", "00" * 32)

    assert (same.code, "Compare" in same.out) == (0, False)
    assert (other.code, other.out) == (1, "")
    assert "commitment is not the one that was published" in other.err


def test_one_ticket_is_proved(run: Run, written: Path) -> None:
    written.write_text(VECTORS["tickets"][0], encoding="utf-8")

    ended = run("verify-draw", written)

    assert (ended.code, "ticket 1 of 11: prize tier 2" in ended.out) == (0, True)


def test_any_other_file_is_refused_with_one_sentence(run: Run, written: Path) -> None:
    for vector in VECTORS["must_fail"]:
        written.write_bytes(vector["file"].encode())

        ended = run("verify-draw", written)

        assert (ended.code, ended.out) == (1, ""), vector["name"]
        assert ended.err.startswith("Does not hold: "), vector["name"]
        assert ended.err.count("\n") == 1, vector["name"]


def test_a_file_that_is_not_there_gets_a_sentence(run: Run, written: Path) -> None:
    ended = run("verify-draw", written)

    assert (ended.code, "cannot be read" in ended.err) == (1, True)
