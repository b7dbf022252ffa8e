"""Draining the outbox inside the server: what happens where there is no Redis."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from app.carrying import carry_out, write_outcome, writes_more
from app.clock import utc_now
from app.db import Database
from app.effects import Duties, Effect, Failed, Outcome, from_plain
from app.outbox import ClaimLost, Share, claim, find_claimed, find_due, find_left, put_back
from app.outbox_runs import Results, Runs
from app.refusals import Busy

POLL_SECONDS: Final = 0.5
REST_LIMIT_SECONDS: Final = 0.25
BUSY_SHARE: Final = 0.25  # of the runner's own processor time, taken by others meanwhile
PAUSE_FIRST_SECONDS: Final = 1.0
PAUSE_LIMIT_SECONDS: Final = 30.0
LEFT_LIMIT: Final = 1000

log = logging.getLogger("fullhouse.outbox")


class MailPause:
    """Leaves a mail server alone that fails, a little longer each time, until it answers again."""

    def __init__(self) -> None:
        self._until = 0.0
        self._seconds = 0.0

    @property
    def is_on(self) -> bool:
        """Whether letters wait now."""
        return time.monotonic() < self._until

    def note(self, outcome: Outcome) -> None:
        """Learn from how a letter went."""
        if isinstance(outcome, Failed) and outcome.is_mail_server:
            longer = self._seconds * 2 or PAUSE_FIRST_SECONDS
            self._seconds = min(longer, PAUSE_LIMIT_SECONDS)
            self._until = time.monotonic() + self._seconds
        else:
            self._seconds = self._until = 0.0


def _rest_seconds(own: float, all_threads: float) -> float:
    """Rest as long as the work took while somebody else in the server wants the processor.

    So letters never take more than half of it from the people who are buying.
    """
    is_busy = all_threads - own > own * BUSY_SHARE
    return min(REST_LIMIT_SECONDS, own) if is_busy else 0.0


class OutboxRunner:
    """Claims, carries out and settles one effect after another, all of one share.

    With a runner for each share, neither a mail server that hangs nor a thousand refunds hold up
    whoever watches their draw tickets come.
    """

    def __init__(
        self,
        share: Share,
        db: Database,
        duties: Duties,
        runs: Runs,
        results: Results,
        on_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._share = share
        self._db = db
        self._duties = duties
        self._runs = runs
        self._results = results
        self._on_idle = on_idle
        self._pause = MailPause()
        self._has_recovered = False
        self._next: Effect | None = None
        self._carried: tuple[Effect, Outcome] | None = None

    def step(self) -> float:
        """Carry out what is due; how long to rest before the next step, in seconds."""
        if not self._has_recovered:
            self._recover()
        if self._next is None:
            self._turn_over()
        if self._next is None:
            self._on_idle()
            return POLL_SECONDS
        effect, self._next = self._next, None
        began = time.thread_time(), time.process_time()
        outcome = carry_out(self._duties, effect)
        if effect.is_mail:
            self._pause.note(outcome)
        self._carried = effect, outcome
        self._turn_over()
        return _rest_seconds(time.thread_time() - began[0], time.process_time() - began[1])

    def close(self) -> None:
        """Settle what was carried out and put back what was not begun; after the last step."""
        self._on_idle()
        with self._db.write() as connection:
            if self._carried is not None:
                write_outcome(connection, self._duties, *self._carried, utc_now())
            if self._next is not None:
                put_back(connection, self._next, utc_now())
        self._carried = self._next = None

    def _turn_over(self) -> None:
        """Settle what was carried out and claim what is next, with one commit."""
        next_id = self._find()
        if self._carried is None and next_id is None:
            return
        now = utc_now()
        try:
            with self._db.write() as connection:
                if self._carried is not None:
                    write_outcome(connection, self._duties, *self._carried, now)
                following = None if next_id is None else claim(connection, next_id, now)
        except ClaimLost:
            log.warning("an effect was settled by somebody else meanwhile")
            self._carried = None
            return
        except Busy:
            raise
        except Exception as fault:
            self._give_up(fault)
            raise
        self._carried, self._next = None, following

    def _give_up(self, fault: Exception) -> None:
        """When only what follows cannot be written, the try has failed; else settle it again."""
        if self._carried is not None and writes_more(self._duties, self._carried[0]):
            words = f"It could not be written down. {type(fault).__name__}: {fault}"
            self._carried = self._carried[0], Failed(words)

    def _find(self) -> int | None:
        now = utc_now()
        with self._db.read() as connection:
            found = [] if self._pause.is_on else find_due(connection, self._share, now)
            found = found or find_left(connection, self._share, now)
        return found[0] if found else None

    def _recover(self) -> None:
        """Settle what the last server or its workers left in the middle."""
        with self._db.read() as connection:
            left = find_claimed(connection, LEFT_LIMIT, [self._share])
        running = self._runs.running(effect.id for effect, _ in left)
        for effect, _ in left:
            if effect.id not in running:
                self._settle_left(effect)
        self._has_recovered = True

    def _settle_left(self, effect: Effect) -> None:
        plain = self._results.find(effect.id, effect.claim)
        outcome = Failed("The box office stopped in the middle of it.")
        with self._db.write() as connection:
            write_outcome(
                connection, self._duties, effect, from_plain(plain) if plain else outcome, utc_now()
            )
        self._results.forget(effect.id)
