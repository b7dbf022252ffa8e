"""What is typed wrongly is told in one sentence, and starting is quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.cli.parser import COMMANDS, read_command
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([], "Say what to do: serve, work"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["event"], "needs one more word"),
        (["event", "create"], "are required: FILE"),
        (["event", "block", "gala"], "are required: --reason"),
        (["demo", "--seats", "many"], "invalid int value: 'many'"),
        (["simulate", "A1"], "are required: --event"),
        (["demo", "--seat", "5"], "Unrecognized arguments: --seat 5"),
    ],
)
def test_a_slip_of_the_pen_gets_one_sentence(run: Run, typed: list[str], words: str) -> None:
    ended = run(*typed)

    assert ended.code == 2
    assert words in ended.err
    assert ended.err.count("\n") == 1


def test_every_command_explains_itself(run: Run) -> None:
    for command in COMMANDS.split(", "):
        ended = run(command, "--help")
        assert ended.code == 0
        assert ended.out.startswith("usage: ")


def test_every_command_names_a_function_that_exists() -> None:
    import importlib

    for typed in (
        "serve", "work", "demo", "simulate A1 --event x", "event create f", "event publish e",
        "event pause e", "event cancel e", "event list", "event keys",
        "event block e A1 --reason r",
        "event unblock e A1", "event move e c s", "import-plan f", "order paid c",
        "create-admin e", "verify-ticket c", "verify-draw f", "doctor", "backup", "restore f",
    ):  # fmt: skip
        module, _, function = read_command(typed.split()).does.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_reading_a_command_loads_nothing_slow() -> None:
    code = (
        "import sys; from app.cli.parser import read_command; read_command(['doctor']);"
        "print([m for m in ('sqlalchemy', 'flask', 'babel', 'cryptography') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert found.stdout.strip() == "[]"
