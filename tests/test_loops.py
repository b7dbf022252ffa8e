"""Threads that take step after step: what wakes them, and what does not."""

from __future__ import annotations

import threading
import time

from app.loops import NAP_SECONDS, Loop

LONG_SECONDS = 30.0


def test_a_long_rest_ends_when_somebody_wants_something_and_a_nap_does_not() -> None:
    wanted, steps = threading.Event(), []

    def step() -> float:
        steps.append(time.monotonic())
        return LONG_SECONDS if len(steps) > 1 else NAP_SECONDS

    loop = Loop("test", step, LONG_SECONDS, wanted=wanted)
    loop.start()
    until = time.monotonic() + LONG_SECONDS
    while len(steps) < 3 and time.monotonic() < until:
        wanted.set()
        time.sleep(0.01)
    assert loop.stop(within_seconds=LONG_SECONDS)

    assert steps[1] - steps[0] >= NAP_SECONDS * 0.9
    assert steps[2] - steps[1] < LONG_SECONDS / 2
