"""`fullhouse work`: an RQ worker that outlives a Redis going away."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import redis
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from app.config import Settings
from app.faults import plan_faults
from app.mail.warm_up import warm_up
from app.outbox_dispatcher import QUEUE_NAME, RESULT_TTL_SECONDS

SILENCE_LIMIT_SECONDS: Final = 45  # how long a worker may be silent towards Redis
BEAT_SECONDS: Final = 5
REST_SECONDS: Final = 2.0

log = logging.getLogger("fullhouse.work")


def work_until_stopped(settings: Settings, redis_url: str) -> None:
    """Carry out jobs, one process per job, until SIGTERM or SIGINT."""
    from jobs.work import use_settings

    plan_faults(settings.fault)
    use_settings(settings)
    warm_up()  # once, not after every fork
    while not _OurWorker.is_ending:
        try:
            _new_worker(redis_url).work(logging_level="WARNING")
        except redis.RedisError as fault:
            log.warning("Redis is away: %s", fault)
        except StopRequested:
            return
        if not _OurWorker.is_ending:
            time.sleep(REST_SECONDS)


class _OurWorker(Worker):
    """Looks for a Redis that went away more often than RQ does by itself."""

    is_ending = False
    max_connection_wait_time = 5.0

    def request_stop(self, signum: int, frame: Any) -> None:
        """The first signal ends it after the job at hand, the second at once."""
        _OurWorker.is_ending = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def _new_worker(redis_url: str) -> Worker:
    connection = redis.Redis.from_url(redis_url)
    return _OurWorker(
        [Queue(QUEUE_NAME, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        default_result_ttl=RESULT_TTL_SECONDS,
        job_monitoring_interval=BEAT_SECONDS,
        worker_ttl=SILENCE_LIMIT_SECONDS,
    )
