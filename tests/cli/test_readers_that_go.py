"""A reader of the output who has gone is no fault, and a pipe that breaks inside is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import FAULTS_FILE
from tests.cli.conftest import Run

MAIN = "import sys; from app.cli import main; sys.exit(main())"


@pytest.mark.parametrize("command", ["lottery list", "doctor", "ballot list", "event --help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_whoever_has_seen_enough_is_told_of_no_fault(
    data_dir: Path, command: str, unbuffered: str
) -> None:
    gone, output = os.pipe()
    os.close(gone)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", MAIN, *command.split()],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    finally:
        os.close(output)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert not (data_dir / FAULTS_FILE).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_answer_for_which_there_is_no_room_gets_a_sentence(data_dir: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", MAIN, "lottery", "list"], stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False, env=os.environ | {"PYTHONUNBUFFERED": ""},
        )  # fmt: skip

    assert ended.returncode == 1
    assert "could not be written: No space left" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_pipe_that_breaks_inside_is_a_fault(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_words: object) -> int:
        raise BrokenPipeError

    data_dir.mkdir()
    monkeypatch.setattr("app.cli.lotteries.list_", breaks)

    ended = run("lottery", "list")

    assert ended.code == 1
    assert "Something broke" in ended.err
    assert "BrokenPipeError" in (data_dir / FAULTS_FILE).read_text()
