"""How long the request at hand may still wait, over all its steps together."""

from __future__ import annotations

import threading
import time
from typing import Final

from app.refusals import Busy

REQUEST_SECONDS: Final = 5.25  # from its arrival; then a clean no, well within six

_own = threading.local()


def begin(arrived_at: float | None = None) -> None:
    """This thread now works for a request that arrived then (monotonic seconds)."""
    _own.until = (time.monotonic() if arrived_at is None else arrived_at) + REQUEST_SECONDS


def end() -> None:
    """The request has its answer."""
    _own.until = None


def left_seconds(most: float, reserve: float = 0.0) -> float:
    """How long one step may wait: `most`, or less when the request has waited already.

    `reserve` is what the step itself takes at worst afterwards. Raises `Busy` when nothing is
    left. Threads that work for no request have all the patience they ask for.
    """
    until: float | None = getattr(_own, "until", None)
    if until is None:
        return most
    left = min(most, until - reserve - time.monotonic())
    if left <= 0:
        raise Busy(retry_after=3)
    return left


def patience_left(most: float) -> float:
    """The same for a wait that cannot be refused any more: 0 when nothing is left."""
    until: float | None = getattr(_own, "until", None)
    return most if until is None else max(0.0, min(most, until - time.monotonic()))
