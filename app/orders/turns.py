"""One at a time for each order: who settles, captures or ends it waits for who does so already."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.patience import patience_left
from app.refusals import Busy

TURN_SECONDS: Final = 2.0

_guard = threading.Lock()
_turns: dict[str, tuple[threading.Lock, int]] = {}  # order -> its turn, how many want it


@contextmanager
def turn_of(order_id: str) -> Iterator[None]:
    """Take the order's turn; raises `Busy` when somebody keeps it too long."""
    with _guard:
        turn, count = _turns.get(order_id, (None, 0))
        turn = turn or threading.Lock()
        _turns[order_id] = turn, count + 1
    try:
        if not turn.acquire(timeout=patience_left(TURN_SECONDS)):
            raise Busy
        try:
            yield
        finally:
            turn.release()
    finally:
        with _guard:
            _, count = _turns[order_id]
            if count == 1:
                del _turns[order_id]
            else:
                _turns[order_id] = turn, count - 1
