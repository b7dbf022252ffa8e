"""What works in the server after an answer was given, and the way to work beside it."""

from __future__ import annotations

import logging
import time
from typing import Final, Protocol

from app.box_office import BoxOffice
from app.config import BadSetting, Settings
from app.loops import Loop
from app.mail.post import Post
from app.outbox import Share, wanted
from app.outbox_runner import OutboxRunner
from app.outbox_runs import Results, open_runs
from app.refusals import Busy
from app.schedule import Schedule

STEP_LIMIT_SECONDS: Final = 240.0  # a letter to a mail server that hangs takes long
STOP_SECONDS: Final = 6.0
FIRST_REST_SECONDS: Final = 0.3  # whoever waited at the door comes before letters
WOKEN: Final = "outbox"  # the loop that is woken when somebody watches

log = logging.getLogger("fullhouse.work")


class OutboxWorker(Protocol):
    """Drains the outbox step by step."""

    def step(self) -> float:
        """Do something; how long to rest afterwards, in seconds."""

    def close(self) -> None:
        """Let go; called after the last step."""


class Runner:
    """Drains the outbox and does periodic work; with REDIS_URL by way of RQ."""

    def __init__(self, office: BoxOffice, app: object = None) -> None:
        from jobs.schedule import SCHEDULE

        self._workers = _outbox_workers(office)
        self._loops = {
            name: Loop(
                name, worker.step, STEP_LIMIT_SECONDS, FIRST_REST_SECONDS,
                wanted if name == WOKEN else None,
            )
            for name, worker in self._workers.items()
        }  # fmt: skip
        self._loops["schedule"] = Loop(
            "schedule", Schedule(office, SCHEDULE).step, STEP_LIMIT_SECONDS, FIRST_REST_SECONDS
        )

    def start(self) -> None:
        """Begin to work."""
        for loop in self._loops.values():
            loop.start()

    def stop(self, within_seconds: float = STOP_SECONDS) -> None:
        """Finish what has begun; what takes longer is carried out again after the next start."""
        deadline = time.monotonic() + within_seconds
        ended = {
            name: loop.stop(max(0.0, deadline - time.monotonic()))
            for name, loop in self._loops.items()
        }
        try:
            for name, worker in self._workers.items():
                if ended[name]:
                    worker.close()
        except Busy:
            log.warning("the database was busy; the next start settles what is left")

    @property
    def is_well(self) -> bool:
        """Whether every loop runs; a mail server or a Redis that is away does not count."""
        return all(loop.is_well for loop in self._loops.values())


def work(settings: Settings) -> None:
    """Work beside the server until told to stop; `BadSetting` without REDIS_URL."""
    if not settings.redis_url:
        raise BadSetting(
            "fullhouse work needs REDIS_URL; without it the server itself sends letters"
            " and cleans up, and nothing more is needed."
        )
    from app.rq_worker import work_until_stopped

    work_until_stopped(settings, settings.redis_url)


def _outbox_workers(office: BoxOffice) -> dict[str, OutboxWorker]:
    from jobs.duties import duties_of

    settings, db, post = office.settings, office.db, Post(office.settings)
    duties, runs, results = duties_of(office, post), open_runs(settings, db), Results(settings)
    if not settings.redis_url:
        return {
            WOKEN: OutboxRunner(Share.WATCHED, db, duties, runs, results),
            "work": OutboxRunner(Share.WORK, db, duties, runs, results),
            "letters": OutboxRunner(Share.LETTERS, db, duties, runs, results, post.hang_up),
        }
    from app.outbox_dispatcher import Dispatcher

    return {WOKEN: Dispatcher(settings.redis_url, db, duties, runs, results)}
