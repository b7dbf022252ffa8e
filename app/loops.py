"""A thread that takes one step after another, survives what goes wrong, and says how it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from app.refusals import Busy

FAULT_REST_SECONDS: Final = 2.0
BUSY_REST_SECONDS: Final = 0.5
NAP_SECONDS: Final = 0.3  # a rest as short as this is for others' sake: nobody is woken from it

log = logging.getLogger("fullhouse.loop")


class Loop:
    """Calls `step` until stopped; a step gives the seconds to rest before the next one.

    A step that takes longer than `step_limit_seconds` counts as stuck; the first one may wait.
    `wanted` ends a long rest at once.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], float],
        step_limit_seconds: float,
        first_rest_seconds: float = 0.0,
        wanted: threading.Event | None = None,
    ) -> None:
        self._step = step
        self._wanted = wanted
        self._step_limit_seconds = step_limit_seconds
        self._first_rest_seconds = first_rest_seconds
        self._ended = threading.Event()
        self._beat_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._beat_at = time.monotonic()
        self._thread.start()

    def stop(self, within_seconds: float) -> bool:
        """Finish the step that runs and end; False when that takes longer."""
        self._ended.set()
        if self._wanted is not None:
            self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(timeout=within_seconds)
        return not self._thread.is_alive()

    @property
    def is_well(self) -> bool:
        """Whether the thread runs and is not stuck in a step."""
        quiet_seconds = time.monotonic() - self._beat_at
        return self._thread.is_alive() and quiet_seconds < self._step_limit_seconds

    def _run(self) -> None:
        if self._first_rest_seconds:
            self._ended.wait(self._first_rest_seconds)
        while not self._ended.is_set():
            if self._wanted is not None:
                self._wanted.clear()
            rest_seconds = self._take_step()
            self._beat_at = time.monotonic()
            self._rest(rest_seconds)

    def _rest(self, seconds: float) -> None:
        if self._wanted is not None and seconds > NAP_SECONDS:
            if not self._ended.is_set():
                self._wanted.wait(seconds)
        elif seconds > 0:
            self._ended.wait(seconds)

    def _take_step(self) -> float:
        try:
            return self._step()
        except Busy:
            return BUSY_REST_SECONDS
        except Exception:  # a loop outlives a faulty step
            log.exception("a step of %s failed", self._thread.name)
            return FAULT_REST_SECONDS
