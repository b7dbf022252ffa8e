"""Our own programs, forked from an interpreter that has imported them already.

Importing costs a second of two cores' time at each of hundreds of starts, and proves nothing after
the first. What a fork cannot show (how long a start takes, what a preloaded library does to it) is
tested with programs that start afresh.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

FRESH = {"LD_PRELOAD"}  # what an interpreter that runs already would not notice
PRELOADED = (
    *("app.cli", "app.server", "app.features", "app.background", "app.demo", "app.runner"),
    *(
        "app.control",
        "app.postbox",
        "app.greeting",
        "app.control_requests",
        "app.outbox_dispatcher",
    ),
    *("app.shop", "app.api", "app.accounts", "app.admin", "app.rq_worker", "jobs.duties"),
    *("app.mail.writing", "app.tickets.pdf_sheet", "app.tickets.calendar_zones", "jobs.schedule"),
)


class WarmProcess:
    """One forked program; what `Program` asks of a Popen, it asks of this."""

    def __init__(
        self, arguments: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path | None
    ) -> None:
        self._process = _context().Process(
            target=_run, args=(tuple(arguments), str(log), dict(env), cwd and str(cwd)), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """The same once it has ended; `TimeoutExpired` when that takes too long."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("fullhouse", timeout)
        return code


def can_be_warm(env: Mapping[str, str]) -> bool:
    """Whether a fork behaves in this environment as a fresh start would."""
    return not FRESH & env.keys()


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *PRELOADED])
    return context


def _run(arguments: tuple[str, ...], log: str, env: dict[str, str], cwd: str | None) -> None:
    """In the child: take its place, streams and environment, then do as `fullhouse` does."""
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, out)):
        os.dup2(source, number)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", 1, closefd=False)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd or "/")
    time.tzset()
    if arguments[0] == "-c":
        exec(arguments[1], {"__name__": "__main__"})  # noqa: S102  the test's own words
        return
    sys.argv = ["fullhouse", *arguments]
    from app.cli import main

    sys.exit(main(arguments))
