"""The fullhouse command: reads what was typed, and says everything else in sentences."""

from __future__ import annotations

import importlib
import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.parser import Wanted, read_command

if TYPE_CHECKING:
    from app.refusals import Refusal

EXIT_OK: Final = 0
EXIT_REFUSED: Final = 1
EXIT_CONFIG: Final = 78  # starting again would not help
EXIT_INTERRUPTED: Final = 130
FAULTS_FILE: Final = "command-faults.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit code."""
    try:
        try:
            return _carry_out(read_command(sys.argv[1:] if arguments is None else arguments))
        finally:
            sys.stdout.flush()  # a reader who has gone is noticed here, not when Python ends
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        _say_nothing_more()
        return EXIT_OK
    except OSError as error:
        _say_nothing_more()
        print(f"What the command had to say could not be written: {error.strerror}. Make room, then"
              " look how things stand before you ask again.", file=sys.stderr)  # fmt: skip
        return EXIT_REFUSED


def _carry_out(wanted: Wanted) -> int:
    from app.config import BadSetting, read_settings
    from app.refusals import Refusal

    module, _, function = wanted.does.partition(":")
    data_dir: Path | None = None
    try:
        if not wanted.needs_settings:
            return int(getattr(importlib.import_module(module), function)(wanted.words))
        settings = read_settings()
        data_dir = settings.data_dir
        return int(getattr(importlib.import_module(module), function)(settings, wanted.words))
    except BadSetting as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    except Refusal as refusal:
        print("\n".join(_lines_of(refusal)), file=sys.stderr)
        return EXIT_REFUSED
    except Exception as fault:  # a person gets a sentence, the file gets the rest
        if isinstance(fault, BrokenPipeError) and _has_reader_gone():
            raise
        print(_fault_words(fault, data_dir), file=sys.stderr)
        return EXIT_REFUSED


def _has_reader_gone() -> bool:
    """Whether it was the output that broke, and no pipe or connection of our own."""
    try:
        output = select.poll()
        output.register(sys.stdout.fileno(), 0)
    except OSError:  # it is no file
        return False
    return bool(output.poll(0))


def _say_nothing_more() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _lines_of(refusal: Refusal) -> list[str]:
    """The refusal's words; a list of problems stands one below the other."""
    problems = refusal.details.get("problems")
    if isinstance(problems, list) and problems:
        happened = " ".join(part for part in (refusal.happened, refusal.safe) if part)
        return [happened, *(f"  {problem}" for problem in problems)]
    if getattr(refusal, "told_code", refusal.code) == "invalid":  # its first words are of forms
        return [" ".join(part for part in (refusal.next_step, refusal.safe) if part)]
    return [refusal.words]


def _fault_words(fault: Exception, data_dir: Path | None) -> str:
    import traceback

    words = f"Something broke inside Full House ({type(fault).__name__})."
    if data_dir is None:
        return f"{words} Please report this: {traceback.format_exc().splitlines()[-1]}"
    path = data_dir / FAULTS_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, f"{traceback.format_exc()}\n".encode())
        os.close(handle)
    except OSError:
        return f"{words} It could not be written down either: is the disk full?"
    return f"{words} What exactly is written down in {path}; ./run doctor helps to find out more."
