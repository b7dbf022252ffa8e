"""The threads that answer for Flask, and the requests that the loop answers without one."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app import patience
from app.adapter import Answer, call_wsgi, completed
from app.later import LATER, NO_WAITING, Elsewhere, Later

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS: Final = 32
WAITING_LIMIT: Final = 1000  # requests; past that the answer is 503 at once
WAITING_SECONDS: Final = 1.0  # for a free thread; then 503
CLOCK_SECONDS: Final = 0.2
HERE_LIMIT: Final = 64  # requests that are answered in the loop in one go: some milliseconds


class Job:
    """One request on its way through the pool."""

    __slots__ = ("answer", "done", "environ", "fault", "is_told", "later", "since", "taken")

    def __init__(self, environ: dict[str, Any], done: asyncio.Future[None]) -> None:
        self.environ = environ
        self.done = done
        self.since = time.monotonic()
        self.taken = threading.Lock()  # whoever takes it first: a thread, or the clock
        self.answer: Answer | None = None
        self.fault: Exception | None = None
        self.later: Later | None = None
        self.is_told = False  # its actor has answered, and the rest is for a thread


class FlaskPool:
    """Runs a WSGI application in a fixed number of threads with a bounded queue."""

    def __init__(self, wsgi_app: WSGIApplication, threads: int = THREADS) -> None:
        self._app = wsgi_app
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._unanswered: dict[Job, None] = {}  # oldest first, for the clock
        self._clock: asyncio.TimerHandle | None = None
        self._finished: list[Job] = []
        self._here: list[Job] = []
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"page-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Requests that no thread has taken yet."""
        return self._jobs.qsize()

    async def run(self, environ: dict[str, Any]) -> Answer | None:
        """The application's answer, or None when no thread could take it in time."""
        if self._jobs.qsize() >= WAITING_LIMIT:
            return None
        job = self._job(environ)
        self._jobs.put(job)
        return await self._answered(job)

    async def run_here(self, environ: dict[str, Any]) -> Answer | None:
        """The same without a thread, for what never waits but for its answer that comes later.

        Those that arrive together are answered together: the same code many times over is quick.
        """
        environ[NO_WAITING] = True
        job = self._job(environ)
        job.taken.acquire()
        self._here.append(job)
        if len(self._here) == 1:
            asyncio.get_running_loop().call_soon(self._work_here)
        return await self._answered(job)

    def _work_here(self) -> None:
        jobs, self._here = self._here[:HERE_LIMIT], self._here[HERE_LIMIT:]
        if self._here and self._loop is not None:
            self._loop.call_soon(self._work_here)  # others have their turn in between
        asking = [job for job in jobs if self._view_here(job)]
        for job in asking:  # after all views: their actor gets them as one batch
            if not self._begins(job):
                self._end_or_leave(job)

    def _view_here(self, job: Job) -> bool:
        """Run its view; whether a question is to be asked for it now."""
        patience.begin(job.since)
        try:
            job.answer = call_wsgi(self._app, job.environ)
        except Exception as fault:  # noqa: BLE001  the next goes on
            job.fault = fault
        finally:
            patience.end()
        later: Later | Elsewhere | None = job.environ[LATER]
        if later is None or job.fault is not None:
            _end(job)
            return False
        if isinstance(later, Elsewhere) or later.might_wait:
            self._to_thread(job)
            return False
        return True

    def _begins(self, job: Job) -> bool:
        """Ask what its view left to be asked; False when the answer is known already."""
        later: Later = job.environ[LATER]
        patience.begin(job.since)
        try:
            is_asked = later.begin(partial(self._finish, job))
        finally:
            patience.end()
        if is_asked:
            job.later = later
        return is_asked

    def _to_thread(self, job: Job) -> None:
        """A thread sends what might wait, or runs the whole view again."""
        if isinstance(job.environ[LATER], Elsewhere):
            job.answer = job.environ[LATER] = job.environ[NO_WAITING] = None
            job.environ["wsgi.input"].seek(0)
        job.taken.release()
        self._jobs.put(job)

    def _job(self, environ: dict[str, Any]) -> Job:
        environ[LATER] = None
        self._loop = asyncio.get_running_loop()
        return Job(environ, self._loop.create_future())

    async def _answered(self, job: Job) -> Answer | None:
        loop = self._loop
        assert loop is not None
        self._unanswered[job] = None
        if self._clock is None:
            self._clock = loop.call_later(CLOCK_SECONDS, self._tick)
        try:
            await job.done
        finally:
            del self._unanswered[job]
        if job.fault is not None:
            raise job.fault
        return job.answer

    def stop(self) -> None:
        """Let the threads finish what they have."""
        for _ in self._threads:
            self._jobs.put(None)

    def _tick(self) -> None:
        """One clock for all: whoever has waited too long, for a thread or an actor, is told so."""
        self._clock = None
        latest = time.monotonic() - WAITING_SECONDS
        for job in self._unanswered:
            if job.since > latest:
                break
            if not job.done.done():
                _give_up(job)
        if self._unanswered and self._loop is not None:
            self._clock = self._loop.call_later(CLOCK_SECONDS, self._tick)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.is_told:
                _complete(job)
                self._finish(job)
                continue
            if not job.taken.acquire(blocking=False):
                continue
            patience.begin(job.since)
            try:
                if job.answer is None:
                    job.answer = call_wsgi(self._app, job.environ)
                if job.environ[LATER] is not None and self._begins(job):
                    continue
            except Exception as fault:  # noqa: BLE001  this thread goes on with the next
                job.fault = fault
            self._finish(job)

    def _finish(self, job: Job) -> None:
        loop = self._loop
        assert loop is not None
        with self._guard:
            self._finished.append(job)
            first = len(self._finished) == 1
        if first:
            try:
                loop.call_soon_threadsafe(self._deliver)
            except RuntimeError:  # the loop has closed: nobody waits any more
                return

    def _deliver(self) -> None:
        with self._guard:
            finished, self._finished = self._finished, []
        for job in finished:
            self._end_or_leave(job)

    def _end_or_leave(self, job: Job) -> None:
        """Complete an answer here, or let a thread do what takes more than memory."""
        later: Later | None = job.environ[LATER]
        if later is not None and job.answer is not None and later.might_wait_to_end:
            job.is_told = True
            self._jobs.put(job)
        else:
            _end(job)


def _give_up(job: Job) -> None:
    if job.taken.acquire(blocking=False):
        job.done.set_result(None)
    elif job.later is not None and job.later.leave():
        _end(job)


def _end(job: Job) -> None:
    """Complete an answer, once; also one that nobody waits for any more, for its turn must end."""
    _complete(job)
    if not job.done.done():
        job.done.set_result(None)


def _complete(job: Job) -> None:
    later: Later | None = job.environ[LATER]
    if later is None or job.answer is None:
        return
    job.environ[LATER] = None
    patience.begin(job.since)
    try:
        job.answer = completed(job.answer[1], later.ending(), job.environ)
    except Exception as fault:  # noqa: BLE001  whoever asked gets an answer all the same
        job.fault = fault
    finally:
        patience.end()
