"""Fault points: nothing at all unless a proof asks for trouble with FULLHOUSE_FAULT."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Final

ACTIONS: Final = ("kill", "refuse", "die", "fail", "sleep")
_counts: dict[str, int] = {}
_plans: dict[str, tuple[str, int]] = {}


class ActorDeath(BaseException):
    """Ends an actor's thread from within, for the proof that somebody notices."""


def plan_faults(text: str | None) -> None:
    """Read `point=action@N` or `point=sleep:MS`, comma separated; ValueError when unreadable."""
    _plans.clear()
    _counts.clear()
    for part in filter(None, (text or "").split(",")):
        point, _, wish = part.partition("=")
        action, _, number = wish.replace(":", "@").partition("@")
        if action not in ACTIONS:
            raise ValueError(f"FULLHOUSE_FAULT: {part!r} is not point=action@number")
        _plans[point.strip()] = (action, int(number or 1))


def planned_faults() -> tuple[str, ...]:
    """Which points will misbehave; `doctor` and the banner say so."""
    return tuple(_plans)


def fault_point(name: str, refusal: Callable[[], Exception] | None = None) -> None:
    """Pass a point; what is planned for it happens here."""
    if not _plans or name not in _plans:
        return
    action, number = _plans[name]
    _counts[name] = _counts.get(name, 0) + 1
    if action == "sleep":
        time.sleep(number / 1000)
    elif _counts[name] == number:
        _misbehave(name, action, refusal)


def _misbehave(name: str, action: str, refusal: Callable[[], Exception] | None) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "die":
        raise ActorDeath(name)
    if action == "refuse" and refusal is not None:
        raise refusal()
    if action == "fail":
        raise OSError(f"disk I/O error (planned at {name})")
