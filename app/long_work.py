"""Work of seconds, in a thread of its own: whoever asks for it hears how far it is, and asks again.

So nothing that others wait for (a connection, an actor, a job's turn) is occupied meanwhile.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from app.refusals import Busy

Words = dict[str, Any]
Progress = Callable[[int, int], None]
Do = Callable[[Progress], Words]

QUICK_SECONDS: Final = 0.2  # what is done by then needs no second question
WORKS_LIMIT: Final = 8
KEPT_SECONDS: Final = 300  # for an outcome that nobody has asked for
FAULT_KEPT_SECONDS: Final = 10  # for a refusal: whoever waits asks again at once, others try anew
STOP_SECONDS: Final = 3.0
TURN_SECONDS: Final = (
    0.001  # how long others wait for the interpreter while it counts; usually 5 ms
)

_turns = threading.Lock()
_running_count = 0
_usual_seconds = 0.0


class LongWork:
    """One piece of work: begun when it is made, `done` of `most` steps by now."""

    def __init__(self, name: str, do: Do, token: str) -> None:
        self.token = token
        self.done, self.most = 0, 0
        self.ended_at = 0.0
        self._do = do
        self._outcome: Words = {}
        self._fault: Exception | None = None
        self._is_stopped = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"work {name}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self._ended.is_set()

    def is_old(self, now: float) -> bool:
        """Whether nobody waits any more for how it ended."""
        kept_seconds = KEPT_SECONDS if self._fault is None else FAULT_KEPT_SECONDS
        return self.is_over and self.ended_at < now - kept_seconds

    def wait(self, seconds: float) -> bool:
        """Whether it is over within so many seconds."""
        return self._ended.wait(seconds)

    def outcome(self) -> Words:
        """What it came to; raises its refusal or fault."""
        if self._fault is not None:
            raise self._fault
        return self._outcome

    def stop(self) -> None:
        """Have it end at its next step; nothing of it is lost that cannot be done again."""
        self._is_stopped = True

    def _run(self) -> None:
        try:
            with _short_turns():
                self._outcome = self._do(self._note)
        except Exception as fault:  # noqa: BLE001  whoever asks is told
            self._fault = fault
        self.ended_at = time.monotonic()
        self._ended.set()

    def _note(self, done: int, most: int) -> None:
        if self._is_stopped:
            raise Busy
        self.done, self.most = done, most


class LongWorks:
    """All of it in one process, by name."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._works: dict[str, LongWork] = {}

    def ask(self, name: str, do: Do, token: str = "") -> Words:
        """Begin it unless it runs; how far it is, or its outcome with `is_done`, once.

        Raises its refusal, and `Busy` while too much other work runs, or the same for other facts:
        `token` tells those apart.
        """
        with self._guard:
            self._drop_old()
            work = self._works.get(name)
            if work is None:
                if sum(not other.is_over for other in self._works.values()) >= WORKS_LIMIT:
                    raise Busy
                work = self._works[name] = LongWork(name, do, token)
            elif work.token != token and not work.is_over:
                raise Busy
            elif work.token != token:  # nobody asked any more how that one ended
                work = self._works[name] = LongWork(name, do, token)
        if not work.wait(QUICK_SECONDS):
            return {"is_done": False, "done": work.done, "of": work.most}
        with self._guard:
            if self._works.get(name) is work:
                del self._works[name]
        return {"is_done": True, **work.outcome()}

    def stop(self) -> None:
        """End everything at its next step."""
        with self._guard:
            works = list(self._works.values())
        for work in works:
            work.stop()
        until = time.monotonic() + STOP_SECONDS
        for work in works:
            work.wait(max(0.0, until - time.monotonic()))

    def _drop_old(self) -> None:
        now = time.monotonic()
        for name, work in list(self._works.items()):
            if work.is_old(now):
                del self._works[name]


@contextmanager
def _short_turns() -> Iterator[None]:
    """A hold changes threads several times: each of those waits for a turn of the interpreter."""
    _count_running(+1)
    try:
        yield
    finally:
        _count_running(-1)


def _count_running(more: int) -> None:
    global _running_count, _usual_seconds
    with _turns:
        if _running_count == 0:
            _usual_seconds = sys.getswitchinterval()
            sys.setswitchinterval(TURN_SECONDS)
        _running_count += more
        if _running_count == 0:
            sys.setswitchinterval(_usual_seconds)
