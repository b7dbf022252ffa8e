"""From ASGI to Flask: collect the whole body first, then answer in a bounded pool of threads."""

from __future__ import annotations

import asyncio
import io
import queue
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from app import patience
from app.later import LATER, NO_WAITING, Elsewhere, Ending, Later
from app.state_answers import accepts_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

THREADS: Final = 32
WAITING_LIMIT: Final = 1000  # requests; past that the answer is 503 at once
WAITING_SECONDS: Final = 1.0  # for a free thread; then 503
CLOCK_SECONDS: Final = 0.2
HERE_LIMIT: Final = 64  # requests that are answered in the loop in one go: some milliseconds
BODY_LIMIT_BYTES: Final = 1024 * 1024  # routes set their own, lower ones
SMALL_BODY_BYTES: Final = 64 * 1024  # always taken; what is beyond shares the next limit
BODIES_LIMIT_BYTES: Final = 32 * 1024 * 1024  # of all requests together
HEADER_NAMES_LIMIT: Final = 256
HEADER_PAIRS_LIMIT: Final = 512
GZIP_LEAST_BYTES: Final = 800
GZIP_LEVEL: Final = 4
GZIPPED_KINDS: Final = (b"text/", b"application/json", b"application/problem", b"image/svg")
RETOLD: Final = frozenset((b"content-type", b"cache-control", b"content-length"))


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


def call_wsgi(wsgi_app: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Run a WSGI application to its end: status, headers, whole body (compressed if asked)."""
    started: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        started[:] = [int(status[:3]), headers]
        return lambda _: None

    pieces: Iterable[bytes] = wsgi_app(environ, start_response)
    try:
        body = b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    status, headers = started
    encoded = [_encoded(header) for header in headers]
    return _compressed(status, encoded, body, environ.get("HTTP_ACCEPT_ENCODING", ""))


def _compressed(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, accept_encoding: str
) -> Answer:
    if len(body) < GZIP_LEAST_BYTES or not accepts_gzip(accept_encoding):
        return status, headers, body
    named = dict(headers)
    if b"content-encoding" in named or not named.get(b"content-type", b"").startswith(
        GZIPPED_KINDS
    ):
        return status, headers, body
    import gzip

    body = gzip.compress(body, GZIP_LEVEL, mtime=0)
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    kept += [
        (b"content-encoding", b"gzip"),
        (b"vary", b"Accept-Encoding"),
        (b"content-length", str(len(body)).encode()),
    ]
    return status, kept, body


class Bodies:
    """Bodies of requests as they arrive: each has a limit, and so have all together."""

    def __init__(self) -> None:
        self._held_bytes = 0

    async def collect(self, receive: Receive) -> bytes | int:
        """The whole body, or the status to refuse it with: 413 too long, 400 broken off, 503 full.

        How long it may take is the protocol's business (app/http_limits.py). Whoever gets a body
        gives it back with `let_go` once the request is answered.
        """
        pieces: list[bytes] = []
        size = held = 0
        while True:
            message = await receive()
            piece = message.get("body", b"")
            size += len(piece)
            if size > SMALL_BODY_BYTES:
                more = size - SMALL_BODY_BYTES - held
                held += more
                self._held_bytes += more
            status = self._status(message, size, held)
            if status:
                self._held_bytes -= held
                return status
            if piece:
                pieces.append(piece)
            if not message.get("more_body"):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def let_go(self, body: bytes) -> None:
        """The request of this body has been answered."""
        self._held_bytes -= max(0, len(body) - SMALL_BODY_BYTES)

    def _status(self, message: dict[str, Any], size: int, held: int) -> int:
        if message["type"] == "http.disconnect":
            return 400
        if size > BODY_LIMIT_BYTES:
            return 413
        return 503 if held and self._held_bytes > BODIES_LIMIT_BYTES else 0


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The WSGI environment of an ASGI request whose body is complete."""
    server = scope.get("server") or ("127.0.0.1", 80)
    client = scope.get("client") or ("", 0)
    path = scope["path"]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path if path.isascii() else path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for raw_name, raw_value in scope["headers"]:
        key = _key_of(raw_name)
        if key is not None:
            value = raw_value.decode("latin-1")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    if body or scope["method"] in ("POST", "PUT", "PATCH"):
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


@lru_cache(HEADER_NAMES_LIMIT)
def _key_of(raw_name: bytes) -> str | None:
    """Where a header goes in the environment; None for those that are not passed on."""
    if b"_" in raw_name:
        return None  # no way to smuggle a header past a proxy under another name
    name = raw_name.decode("latin-1").upper().replace("-", "_")
    if name in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
        return None
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


@lru_cache(HEADER_PAIRS_LIMIT)
def _encoded(header: tuple[str, str]) -> tuple[bytes, bytes]:
    """A header as the protocol wants it; most of them are the same every time."""
    return header[0].lower().encode("latin-1"), header[1].encode("latin-1")


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
        job.answer = _completed(job.answer[1], later.ending(), job.environ)
    except Exception as fault:  # noqa: BLE001  whoever asked gets an answer all the same
        job.fault = fault
    finally:
        patience.end()


def _completed(
    headers: list[tuple[bytes, bytes]], ending: Ending, environ: dict[str, Any]
) -> Answer:
    """The headers that the application gave, with the status and the body that came later."""
    status, told, body = ending
    encoded = [header for header in headers if header[0] not in RETOLD]
    encoded += [_encoded(header) for header in told]
    encoded.append((b"content-length", str(len(body)).encode()))
    return _compressed(status, encoded, body, environ.get("HTTP_ACCEPT_ENCODING", ""))
