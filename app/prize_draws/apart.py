"""Long draws in a process of their own: whoever holds a seat meanwhile shares no interpreter.

A million tickets take seconds. In slices between other threads they would make each hold wait for
a few of them, however short. The other process gets what it needs and nothing else, by a pipe,
answers by another, and ends when nobody reads any more. `python -m app.prize_draws.apart` is it.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, Final

from app.long_work import Progress
from app.lottery.draw.drawing import Drawn, Facts, drawing, units
from app.lottery.draw.params import PrizeParams
from app.lottery.draw.prizes import opening
from app.lottery.draw.steps import Steps

APART_COUNT: Final = 50_000  # tickets, or units of work; less is done before a process starts
STEPS_A_WORD: Final = 16  # between two words about how far it is
NICENESS: Final = 5  # buyers come first where there is one processor
COMMAND: Final = (sys.executable, "-m", "app.prize_draws.apart")
KEPT_SETTINGS: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV")
ROOT: Final = Path(__file__).parents[2]

_DONE = Struct(">Q")  # units of work; 0 when the outcome follows

log = logging.getLogger("fullhouse.draws")

Opened = tuple[bytes, bytes, bytes, bytes]  # commitment, root, what proofs are made from, places


class NotApart(Exception):  # noqa: N818
    """The other process did not do it; it can be done here."""


def opened_apart(params: PrizeParams, batch: str, seed: bytes, progress: Progress) -> Opened:
    """An instant batch shuffled and its tree grown; raises `NotApart`."""
    outcome: Opened = _apart("opening", (params, batch, seed), 2 * params.size - 1, progress)
    return outcome


def drawn_apart(facts: Facts, progress: Progress) -> Drawn:
    """What follows from the facts of a draw; raises `NotApart`, also for facts that are refused."""
    outcome: Drawn = _apart("drawing", (facts,), units(facts), progress)
    return outcome


def opening_bare(params: PrizeParams, batch: str, seed: bytes) -> Steps[Opened]:
    """Open in steps, and only what is kept of it."""
    opened = yield from opening(params, batch, seed)
    tree = opened.tree
    return opened.commitment, tree.root, bytes(tree.chunks), bytes(opened.prizes)


def _apart(name: str, given: tuple[Any, ...], most: int, progress: Progress) -> Any:
    kept = {key: os.environ[key] for key in KEPT_SETTINGS if key in os.environ}
    try:
        with subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=kept | {"PYTHONPATH": str(ROOT)},
        ) as child:  # fmt: skip
            try:
                return _asked(child, pickle.dumps((name, given)), most, progress)
            finally:
                child.kill()  # whatever it is doing: nobody reads any more
    except (OSError, EOFError, pickle.PickleError) as fault:
        log.warning("no process for a draw, it is done between others: %r", fault)
        raise NotApart from fault


def _asked(child: subprocess.Popen[bytes], question: bytes, most: int, progress: Progress) -> Any:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(question)
    child.stdin.close()
    while done := _read_done(child.stdout):
        progress(done, most)
    return pickle.load(child.stdout)  # noqa: S301  our own process wrote it


def _read_done(source: Any) -> int:
    raw = source.read(_DONE.size)
    if len(raw) < _DONE.size:
        raise EOFError("the process of a draw has ended early")
    return int(_DONE.unpack(raw)[0])


WORKS: Final[dict[str, Callable[..., Steps[Any]]]] = {"opening": opening_bare, "drawing": drawing}


def work(source: BinaryIO, out: BinaryIO) -> None:
    """Do what is asked for, telling how far it is; the other end of the two pipes."""
    name, given = pickle.load(source)  # noqa: S301  the box office wrote it
    steps, done, count = WORKS[name](*given), 0, 0
    while True:
        try:
            done += next(steps)
        except StopIteration as end:
            out.write(_DONE.pack(0) + pickle.dumps(end.value))
            out.flush()
            return
        count += 1
        if count % STEPS_A_WORD == 0:
            out.write(_DONE.pack(done))
            out.flush()


if __name__ == "__main__":
    os.nice(NICENESS)
    work(sys.stdin.buffer, sys.stdout.buffer)
