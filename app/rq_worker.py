"""`fullhouse work`: an RQ worker that outlives a Redis going away."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from app.config import Settings
from app.faults import plan_faults
from app.outbox_dispatcher import JOB_TIMEOUT_SECONDS, QUEUE_NAME, RESULT_TTL_SECONDS

SILENCE_LIMIT_SECONDS: Final = 45  # how long a worker may be silent towards Redis
BEAT_SECONDS: Final = JOB_TIMEOUT_SECONDS  # no beat while a job runs: RQ must not give it up
REST_SECONDS: Final = 2.0

log = logging.getLogger("fullhouse.work")


def work_until_stopped(settings: Settings, redis_url: str) -> None:
    """Carry out jobs, one after another, until SIGTERM or SIGINT."""
    from jobs.work import use_settings

    plan_faults(settings.fault)
    use_settings(settings)
    while not _OurWorker.is_ending:
        try:
            _new_worker(redis_url).work(logging_level="WARNING")
        except redis.RedisError as fault:
            log.warning("Redis is away: %s", fault)
        except StopRequested:
            return
        if not _OurWorker.is_ending:
            time.sleep(REST_SECONDS)


class _OurWorker(SimpleWorker):
    """Works in this process, and looks for a Redis that went away sooner than RQ does by itself.

    A process for each job would cost three times as much: every letter would compile statements
    and open connections anew.
    """

    is_ending = False
    max_connection_wait_time = 5.0

    def request_stop(self, signum: int, frame: Any) -> None:
        """The first signal ends it after the job at hand, the second at once."""
        _OurWorker.is_ending = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def _new_worker(redis_url: str) -> SimpleWorker:
    connection = redis.Redis.from_url(redis_url)
    return _OurWorker(
        [Queue(QUEUE_NAME, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        default_result_ttl=RESULT_TTL_SECONDS,
        job_monitoring_interval=BEAT_SECONDS,
        worker_ttl=SILENCE_LIMIT_SECONDS,
    )
