"""The one process: an asyncio loop that answers polls itself and hands the rest to Flask."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import uvicorn

from app import garbage
from app.adapter import Answer, Bodies, Receive, Scope, Send, environ_of
from app.box_office import BoxOffice, SecondServer, open_box_office
from app.config import BadSetting, Settings, read_settings
from app.draw_polls import has_seen_all
from app.early_answers import early_answer
from app.errors import BadRequest, TooLong, fault_of
from app.flask_pool import FlaskPool
from app.http_limits import LimitedProtocol
from app.logs import AccessLog, init_logs
from app.refusals import Busy, Refusal
from app.state_answers import state_answer

EXIT_CONFIG: Final = 78  # the supervisor does not start again what cannot work
EXIT_BUSY: Final = 75  # it may work in a moment
DRAIN_SECONDS: Final = 9
KEEP_ALIVE_SECONDS: Final = 30
CONNECTIONS_LIMIT: Final = 12_000
BACKLOG: Final = 2048
STATE_PREFIX: Final = "/api/v1/events/"
STATE_SUFFIX: Final = "/state"
DRAW_PREFIX: Final = "/draw/"
LIVE_SUFFIX: Final = "/live"
NO_STORE: Final = (b"cache-control", b"no-store")
HOLD_PREFIXES: Final = (STATE_PREFIX, "/e/")
HOLDS_SUFFIX: Final = "/holds"
QUICK_BODY_BYTES: Final = 4096
BODILESS: Final = ("GET", "HEAD")

log = logging.getLogger("fullhouse.server")


class Site:
    """The ASGI application: polls from published bytes, everything else through Flask."""

    def __init__(self, office: BoxOffice, pool: FlaskPool, access_log: AccessLog) -> None:
        self._office = office
        self._pool = pool
        self._access_log = access_log
        self._bodies = Bodies()
        self._fixed = _fixed_headers(office.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        path: str = scope["path"]
        if (
            scope["method"] == "GET"
            and path.startswith(STATE_PREFIX)
            and path.endswith(STATE_SUFFIX)
        ):
            answer = self._poll(scope, path[len(STATE_PREFIX) : -len(STATE_SUFFIX)])
            if answer is not None:
                await _send(send, answer)
                return
        if path.startswith(DRAW_PREFIX) and path.endswith(LIVE_SUFFIX) and self._has_seen(scope):
            await _send(send, (204, [NO_STORE, *self._fixed], b""))
            return
        answer = await self._page(scope, receive)
        await _send(send, answer, head=scope["method"] == "HEAD")
        self._access_log.note(
            scope["method"], path, answer[0], time.perf_counter() - began, len(answer[2])
        )

    def _poll(self, scope: Scope, slug: str) -> Answer | None:
        """The state of an event that is up; None lets Flask start it or say no."""
        event_id = self._office.catalogue.id_known_for(slug)
        inventory = None if event_id is None else self._office.inventories.if_open(event_id)
        if inventory is None:
            return None
        since, none_match, encoding = "", "", ""
        if scope["query_string"]:
            since = parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                none_match = value.decode("latin-1")
            elif name == b"accept-encoding":
                encoding = value.decode("latin-1")
        status, headers, body = state_answer(inventory.published, since, none_match, encoding)
        lowered = [(name.lower().encode(), value.encode()) for name, value in headers]
        if status != 304:
            lowered.append((b"content-length", str(len(body)).encode()))
        return status, lowered + self._fixed, body

    def _has_seen(self, scope: Scope) -> bool:
        """Whether this look at a draw's live part finds nothing new."""
        slug = scope["path"][len(DRAW_PREFIX) : -len(LIVE_SUFFIX)]
        seen = parse_qs(scope["query_string"].decode("latin-1")).get("seen", [""])[0]
        return scope["method"] == "GET" and has_seen_all(self._office, slug, seen)

    def _is_quick(self, scope: Scope, body: bytes) -> bool:
        """Whether this is a hold at an event that is up: nothing it needs is away."""
        path: str = scope["path"]
        if not path.endswith(HOLDS_SUFFIX) or not path.startswith(HOLD_PREFIXES):
            return False
        event_id = self._office.catalogue.id_known_for(path.rsplit("/", 2)[1])
        return (
            event_id is not None
            and self._office.catalogue.is_loaded
            and self._office.inventories.if_open(event_id) is not None
            and len(body) <= QUICK_BODY_BYTES
        )

    async def _page(self, scope: Scope, receive: Receive) -> Answer:
        body = b"" if scope["method"] in BODILESS else await self._bodies.collect(receive)
        if isinstance(body, int):
            return _refused(body, scope["path"], self._fixed)
        try:
            run = self._pool.run_here if self._is_quick(scope, body) else self._pool.run
            answer = await run(environ_of(scope, body))
        except Exception as error:  # noqa: BLE001  Flask answers its own faults: this is ours
            return early_answer(fault_of(error), scope["path"], *self._fixed)
        finally:
            self._bodies.let_go(body)
        return answer or early_answer(Busy(), scope["path"], *self._fixed)


def run(settings: Settings | None = None) -> int:
    """Serve until SIGTERM; the exit code is 78 when starting again would not help."""
    try:
        settings = settings or read_settings()
        listener = listen(settings.host, settings.port)
        office = open_box_office(settings)
    except (BadSetting, SecondServer, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    except Busy as busy:
        cause = str(getattr(busy.__cause__, "orig", "") or "it does not answer").strip()
        sys.stderr.write(f"The database cannot be used just now: {cause.splitlines()[0]}.\n")
        return EXIT_BUSY
    init_logs()
    _raise_file_limit()
    from app import build_app, demo
    from app.background import Background
    from app.greeting import greet

    app = build_app(office)
    demo.open_if_empty(office)  # before the runner: sample buyers get no letters
    background = Background(office, app)
    background.start()
    pool = FlaskPool(app.wsgi_app)
    access_log = AccessLog(Path(settings.data_dir) / "logs")
    access_log.start()
    greet(office)
    garbage.begin()
    try:
        _serve(Site(office, pool, access_log), listener)
    finally:
        pool.stop()
        background.stop()
        office.close()
        access_log.close()
    return 0


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, or `BadSetting` when the port is taken or the address not ours."""
    # named TCP, or asyncio does not switch off Nagle and every second packet waits 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise BadSetting(f"FULLHOUSE_HOST is {host}, no address of this computer.") from None
        raise BadSetting(
            f"Port {port} cannot be used ({error.strerror}): stop what runs there, or choose"
            f" another one with PORT={port + 1} ./run."
        ) from None
    listener.listen(BACKLOG)
    return listener


def _serve(site: Site, listener: socket.socket) -> None:
    config = uvicorn.Config(
        site,
        http=LimitedProtocol,
        loop="asyncio",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    # uvicorn raises a signal again after the drain, for the handler that was there before: the
    # same one, so that we go on to close properly and end with 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    with contextlib.suppress(asyncio.CancelledError):
        server.run(sockets=[listener])


async def _send(send: Send, answer: Answer, head: bool = False) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})


def _refused(status: int, path: str, fixed: list[tuple[bytes, bytes]]) -> Answer:
    """A body that was not taken; the rest of it is never read."""
    refusal: Refusal = {413: TooLong, 503: Busy}.get(status, BadRequest)()
    return early_answer(refusal, path, (b"connection", b"close"), *fixed)


def _fixed_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    from app.headers import fixed_headers

    return [(name.lower().encode(), value.encode()) for name, value in fixed_headers(settings)]


def _raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_LIMIT + 1000
    with contextlib.suppress(ValueError, OSError):
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
