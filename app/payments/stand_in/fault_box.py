"""The faults in force: who meets which, and the dice that decide."""

from __future__ import annotations

import fnmatch
import random
import threading
import time
from dataclasses import asdict

from app.payments.stand_in.faults import Break, Faults, changed
from app.payments.stand_in.problems import Json


class FaultBox:
    """The faults in force, and the dice that decide."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.now = faults or Faults()
        self.dice = random.Random(self.now.seed)
        self._guard = threading.Lock()
        self._down_until = time.monotonic() + self.now.down_seconds

    def change(self, wanted: Json) -> None:
        """Change those that are named; `reset` first takes all away."""
        wanted = dict(wanted)
        with self._guard:
            start = Faults() if wanted.pop("reset", False) is True else self.now
            self.now = changed(start, wanted)
            if "seed" in wanted:
                self.dice = random.Random(self.now.seed)
            if "down_seconds" in wanted or self.now.down_seconds == 0:
                self._down_until = time.monotonic() + self.now.down_seconds

    def shape(self) -> Json:
        """All faults as JSON."""
        with self._guard:
            return asdict(self.now)

    @property
    def is_down(self) -> bool:
        """Whether the API answers nobody now."""
        return self.now.down_seconds > 0 and time.monotonic() < self._down_until

    def take_break(self, method: str, path: str) -> Break | None:
        """The fault that this call meets, used up by it."""
        if not self.now.breaks:
            return None
        with self._guard:
            for place, wanted in enumerate(self.now.breaks):
                if wanted.method in ("*", method) and fnmatch.fnmatchcase(path, wanted.path):
                    wanted.count -= 1
                    if wanted.count <= 0:
                        del self.now.breaks[place]
                    return wanted
        return None

    def take_decline(self) -> bool:
        """Whether this payment is declined."""
        with self._guard:
            declines = self.now.decline_next > 0
            self.now.decline_next -= declines
            return declines
