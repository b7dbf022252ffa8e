"""How far long work is, on the terminal: one line that changes, or a line for every quarter."""

from __future__ import annotations

import contextlib
import sys
import time
from types import TracebackType
from typing import Final

QUARTER: Final = 25
TOLD_AFTER_SECONDS: Final = 0.5  # what is done by then says nothing


class Shown:
    """Tells of long work on the error output, so that what it comes to can be piped."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began_at = time.monotonic()
        self._told = -1
        self._is_screen = sys.stderr.isatty()

    def __enter__(self) -> Shown:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._told >= 0 and self._is_screen:
            print(file=sys.stderr)

    def tell(self, done: int, most: int) -> None:
        """So much of so much is done."""
        if time.monotonic() < self._began_at + TOLD_AFTER_SECONDS:
            return
        percent = 100 * done // most if most else 0
        if not self._is_screen:
            percent -= percent % QUARTER
        if percent == self._told:
            return
        self._told = percent
        end = "" if self._is_screen else "\n"
        start = "\r" if self._is_screen else ""
        with contextlib.suppress(BrokenPipeError):  # the work goes on, also if nobody looks
            print(f"{start}{self._what}: {percent} %", end=end, file=sys.stderr, flush=True)
