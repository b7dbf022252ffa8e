"""Calls to other people's machines: few at once, none for long, and a rest when they fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from app.refusals import GatewayAway

T = TypeVar("T")

CALLS_LIMIT: Final = 8  # at once: the threads that draw pages are four times as many
TURN_SECONDS: Final = 0.5  # for one of them to come free
FAILURES_LIMIT: Final = 5  # in a row; then nobody is asked for a while
REST_SECONDS: Final = 10.0
RETRY_AFTER_SECONDS: Final = 30


class Calls:
    """Lets calls through, a limited number at once; a breaker after failures in a row.

    While the breaker is open `GatewayAway` is raised at once, so that a service which hangs holds
    up nobody. When its rest is over one caller tries; the others are let through after that.
    """

    def __init__(self, steady_seconds: Callable[[], float] = time.monotonic) -> None:
        self._steady_seconds = steady_seconds
        self._slots = threading.BoundedSemaphore(CALLS_LIMIT)
        self._guard = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether nobody is asked just now."""
        return self._failures >= FAILURES_LIMIT and self._steady_seconds() < self._rests_until

    def make(
        self,
        call: Callable[[], T],
        away: tuple[type[Exception], ...],
        broken: tuple[type[Exception], ...] = (),
    ) -> T:
        """What the call gives; `GatewayAway` for the exceptions that mean nobody was there.

        Those of `broken` mean that it has a fault of its own: they count as well, and are raised.
        """
        with self._slot():
            try:
                answer = call()
            except away as fault:
                self._note_failure()
                raise GatewayAway(retry_after=RETRY_AFTER_SECONDS) from fault
            except broken:
                self._note_failure()
                raise
            except Exception:
                self._note_answer()  # a no is an answer too
                raise
            self._note_answer()
            return answer

    @contextmanager
    def _slot(self) -> Iterator[None]:
        self._refuse_while_resting()
        if not self._slots.acquire(timeout=TURN_SECONDS):
            raise GatewayAway(retry_after=RETRY_AFTER_SECONDS)
        try:
            yield
        finally:
            self._slots.release()

    def _refuse_while_resting(self) -> None:
        with self._guard:
            if self._failures < FAILURES_LIMIT:
                return
            now = self._steady_seconds()
            if now < self._rests_until:
                raise GatewayAway(retry_after=RETRY_AFTER_SECONDS)
            self._rests_until = now + REST_SECONDS  # this caller tries, the others wait on

    def _note_failure(self) -> None:
        with self._guard:
            self._failures += 1
            if self._failures >= FAILURES_LIMIT:
                self._rests_until = self._steady_seconds() + REST_SECONDS

    def _note_answer(self) -> None:
        with self._guard:
            self._failures = 0
