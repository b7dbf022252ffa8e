"""Passing effects on to RQ and collecting what became of them.

Runs in the server beside Redis. The outbox row stays the only truth: a queue that is flushed is
filled again, a job that comes twice finds its row settled or running.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from app.carrying import write_outcome
from app.clock import utc_now
from app.db import Database
from app.effects import Duties, Effect, Failed, Outcome, from_plain
from app.outbox import ClaimLost, Share, claim, find_claimed, find_due, renew
from app.outbox_runs import Results, Runs

QUEUE_NAME: Final = "fullhouse"
JOB_PATH: Final = "jobs.work.carry_out"
JOB_TIMEOUT_SECONDS: Final = 150  # shorter than the outbox's lease
RESULT_TTL_SECONDS: Final = 300  # a lost result is no loss: the row is looked after
REDIS_TIMEOUT_SECONDS: Final = 2.0
IN_FLIGHT_LIMIT: Final = 100
CLAIMS_AT_ONCE_LIMIT: Final = 20
DISPATCH_LEASE_SECONDS: Final = 20  # after this a job that Redis has forgotten is sent again
DOUBT_SECONDS: Final = 10.0  # a job that seems to run but does not: its worker is dead
POLL_SECONDS: Final = 0.25
IDLE_POLL_SECONDS: Final = 0.5
AWAY_REST_SECONDS: Final = 2.0

_ALIVE = {JobStatus.QUEUED, JobStatus.STARTED, JobStatus.DEFERRED, JobStatus.SCHEDULED}

log = logging.getLogger("fullhouse.outbox")


def connect(redis_url: str) -> redis.Redis:
    """A client that gives up soon: a Redis that hangs may hold up nothing but its own thread."""
    return redis.Redis.from_url(
        redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class Dispatcher:
    """Keeps RQ supplied with due effects and settles those whose jobs have ended."""

    def __init__(
        self, redis_url: str, db: Database, duties: Duties, runs: Runs, results: Results
    ) -> None:
        self._redis = connect(redis_url)
        self._queue = Queue(QUEUE_NAME, connection=self._redis, serializer=JSONSerializer)
        self._db = db
        self._duties = duties
        self._runs = runs
        self._results = results
        self._doubtful: dict[int, float] = {}
        self._running: set[int] = set()
        self._waiting: set[str] = set()
        self._is_away = False

    def step(self) -> float:
        """One round; how long to rest before the next, in seconds."""
        try:
            in_flight = self._collect()
            sent_count = self._dispatch(IN_FLIGHT_LIMIT - in_flight)
        except (redis.RedisError, OSError) as fault:
            if not self._is_away:
                log.warning("Redis is away, letters and other effects wait: %s", fault)
            self._is_away = True
            return AWAY_REST_SECONDS
        if self._is_away:
            log.info("Redis is back")
        self._is_away = False
        return POLL_SECONDS if in_flight or sent_count else IDLE_POLL_SECONDS

    def close(self) -> None:
        """Let go of Redis."""
        self._redis.close()

    # ---- collecting ------------------------------------------------------------------------------

    def _collect(self) -> int:
        """Look after every claimed row; how many are still on their way."""
        with self._db.read() as connection:
            claimed = find_claimed(connection, IN_FLIGHT_LIMIT * 2)
        open_rows = [row for row in claimed if not self._settle_left(row[0])]
        ids = [effect.id for effect, _ in open_rows]
        jobs = self._jobs(ids)
        self._running = self._runs.running(ids)
        self._waiting = set(self._queue.job_ids) if any(jobs) else set()
        self._doubtful = {row: since for row, since in self._doubtful.items() if row in set(ids)}
        left = [row for row, job in zip(open_rows, jobs, strict=True) if self._look_at(row[0], job)]
        self._renew(left)
        return len(left)

    def _settle_left(self, effect: Effect) -> bool:
        """Settle a row whose result a job has left in the data folder, whatever Redis says."""
        plain = self._results.find(effect.id, effect.claim)
        if plain is not None:
            self._settle(effect, from_plain(plain))
        return plain is not None

    def _jobs(self, ids: list[int]) -> list[Job | None]:
        if not ids:
            self._redis.ping()
            return []
        return _fetch([job_id(row_id) for row_id in ids], self._redis)

    def _look_at(self, effect: Effect, job: Job | None) -> bool:
        """Settle a claimed row whose try has ended; whether it is still on its way."""
        if effect.id in self._running:
            self._doubtful.pop(effect.id, None)
            return True
        if job is not None and job.meta.get("claim") != effect.claim:
            job.delete()  # of an earlier try, and in the way of this one
            job = None
        outcome = None if job is None else self._outcome_of(effect, job)
        if outcome is not None:
            self._settle(effect, outcome)
        return outcome is None

    def _outcome_of(self, effect: Effect, job: Job) -> Outcome | None:
        """How the try ended; None when it has not, or when nobody can tell."""
        status = job.get_status(refresh=False)
        if status is JobStatus.FINISHED:
            plain = job.return_value()
            if plain is None:  # it found the row running elsewhere
                job.delete()
            return None if plain is None else from_plain(plain)
        if status not in _ALIVE or self._has_lost_its_worker(effect, job):
            return Failed("The worker stopped in the middle of it.")
        return None

    def _has_lost_its_worker(self, effect: Effect, job: Job) -> bool:
        """Whether a job has been seen neither waiting nor running for too long."""
        if job.id in self._waiting:
            self._doubtful.pop(effect.id, None)
            return False
        since = self._doubtful.setdefault(effect.id, time.monotonic())
        return time.monotonic() - since > DOUBT_SECONDS

    def _renew(self, left: list[tuple[Effect, datetime]]) -> None:
        """Keep the claims of jobs that live; send those again that Redis has forgotten."""
        now = utc_now()
        soon = now + timedelta(seconds=DISPATCH_LEASE_SECONDS / 2)
        ending = [(effect, lease_until) for effect, lease_until in left if lease_until < soon]
        if not ending:
            return
        jobs = self._jobs([effect.id for effect, _ in ending])
        kept: list[Effect] = []
        for (effect, lease_until), job in zip(ending, jobs, strict=True):
            if job is None and effect.id not in self._running:
                if lease_until > now:
                    continue
                self._send(effect)
            kept.append(effect)
        until = now + timedelta(seconds=DISPATCH_LEASE_SECONDS)
        with self._db.write() as connection:
            for effect in kept:
                renew(connection, effect.id, effect.claim, until)

    def _settle(self, effect: Effect, outcome: Outcome) -> None:
        try:
            with self._db.write() as connection:
                write_outcome(connection, self._duties, effect, outcome, utc_now())
        except ClaimLost:
            log.info("effect %s was settled by its job", effect.id)
        self._doubtful.pop(effect.id, None)
        self._results.forget(effect.id)
        self._forget_job(effect)

    def _forget_job(self, effect: Effect) -> None:
        try:
            job = self._jobs([effect.id])[0]
            if job is not None:
                job.delete()
        except redis.RedisError:
            log.info("the job of effect %s stays in Redis until it is sent again", effect.id)

    # ---- dispatching -----------------------------------------------------------------------------

    def _dispatch(self, room: int) -> int:
        """Claim due rows and send their jobs, as many as there is room for."""
        effects = self._claim_due(min(room, CLAIMS_AT_ONCE_LIMIT)) if room > 0 else []
        for effect in effects:
            self._results.forget(effect.id)
            self._send(effect)
        return len(effects)

    def _claim_due(self, limit: int) -> list[Effect]:
        now = utc_now()
        with self._db.read() as connection:
            due: list[int] = []
            for share in (Share.WATCHED, Share.WORK, Share.LETTERS):
                due += find_due(connection, share, now, limit - len(due))
        if not due:
            return []
        with self._db.write() as connection:
            claimed = [claim(connection, row, now, DISPATCH_LEASE_SECONDS) for row in due]
        return [effect for effect in claimed if effect is not None]

    def _send(self, effect: Effect) -> None:
        """Put the job into the queue; one of an earlier try that is in the way is removed."""
        try:
            self._enqueue(effect)
        except DuplicateJobError:
            job = self._jobs([effect.id])[0]
            if job is not None and job.meta.get("claim") == effect.claim:
                return
            if not self._runs.running([effect.id]):
                self._redis.delete(Job.key_for(job_id(effect.id)))
                self._enqueue(effect)

    def _enqueue(self, effect: Effect) -> None:
        arguments: tuple[Any, ...] = (effect.id, effect.kind, effect.payload)
        self._queue.enqueue_call(
            JOB_PATH,
            args=arguments,
            job_id=job_id(effect.id),
            unique=True,
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=RESULT_TTL_SECONDS,
            failure_ttl=RESULT_TTL_SECONDS,
            description=f"{effect.kind} {effect.id}",
            meta={"claim": effect.claim},
            at_front=not effect.is_mail,
        )


def job_id(row_id: int) -> str:
    """The one name of an effect's job."""
    return f"outbox-{row_id}"


def _fetch(ids: list[str], connection: redis.Redis) -> list[Job | None]:
    """Jobs by id; None for one that is gone, or of which a flush has left only fragments."""
    with connection.pipeline(transaction=False) as pipeline:
        for each in ids:
            pipeline.hexists(Job.key_for(each), "data")
        is_whole = pipeline.execute()
    whole = [each for each, is_there in zip(ids, is_whole, strict=True) if is_there]
    jobs = Job.fetch_many(whole, connection=connection, serializer=JSONSerializer)
    found = {job.id: job for job in jobs if job is not None}
    return [found.get(each) for each in ids]
