"""What is typed wrongly is told in one sentence, and starting is quick."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.cli.parser import COMMANDS, _parser
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


def named_functions(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Every command that can be typed and the function that does it."""
    nouns = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    for noun in nouns:
        for below in noun.choices.values():
            yield from named_functions(below)
    if not nouns:
        yield parser.prog, parser.get_default("does")


def test_every_command_names_a_function_that_exists() -> None:
    named = dict(named_functions(_parser()))

    assert {"fullhouse serve", "fullhouse lottery vouchers", "fullhouse ballot end"} <= set(named)
    for typed, does in named.items():
        module, _, function = does.partition(":")
        assert callable(getattr(importlib.import_module(module), function, None)), typed


def test_reading_a_command_loads_nothing_slow() -> None:
    code = (
        "import sys; from app.cli.parser import read_command; read_command(['doctor']);"
        "print([m for m in ('sqlalchemy', 'flask', 'babel', 'cryptography') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert found.stdout.strip() == "[]"
