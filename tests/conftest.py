"""What every test may ask for: private instances of real parts, a budget, a seed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import pytest
from playwright.sync_api import Browser

from tests.services import browser as browsers
from tests.services.box_office import BoxOffice, box_office, worker
from tests.services.copies import DATABASE, copy_migrated, migrate_database
from tests.services.postgres import Postgres, postgres
from tests.services.processes import Program
from tests.services.programs import NotInstalled
from tests.services.redis_server import RedisServer, redis_server
from tests.services.smtp import MailServer, mail_server

pytest_plugins = ["tests.rules"]

Part = TypeVar("Part")


def pytest_configure() -> None:
    """Let programs under test be interrupted, also when the tests run in a shell's background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# ---- real parts, started when the first test of a process asks ----------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A private PostgreSQL."""
    with _or_skip(postgres) as running:
        yield running


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """DATABASE_URL of a fresh, empty PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """DATABASE_URL of a fresh database without a row: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        copy_migrated(tmp_path / DATABASE)
        yield f"sqlite:///{tmp_path / DATABASE}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.database(template="migrated", prepare=_migrate) as url:
        yield url


@pytest.fixture(scope="session")
def _redis() -> Iterator[RedisServer]:
    with _or_skip(redis_server) as running:
        yield running


@pytest.fixture
def redis_instance(_redis: RedisServer) -> RedisServer:
    """A private Redis, empty and awake whatever the last test did to it."""
    _redis.thaw()
    if not _redis.program.is_running:
        _redis.start()
    _redis.flush()
    return _redis


@pytest.fixture
def redis_url(redis_instance: RedisServer) -> str:
    """REDIS_URL of a private, empty Redis."""
    return redis_instance.url


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A private mail server that keeps what it gets."""
    with mail_server() as running:
        yield running


class Serve(Protocol):
    """Start a box office; it is stopped when the test ends."""

    def __call__(
        self,
        settings: dict[str, str] | None = None,
        *,
        rate_limits: bool = False,
        folder: Path | None = None,
    ) -> BoxOffice: ...


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts box offices, each on its own port and, unless told otherwise, in its own folder."""
    with ExitStack() as stack:

        def start(
            settings: dict[str, str] | None = None,
            *,
            rate_limits: bool = False,
            folder: Path | None = None,
        ) -> BoxOffice:
            place = folder or tmp_path / f"house-{len(list(tmp_path.glob('house-*')))}"
            place.mkdir(parents=True, exist_ok=True)
            return stack.enter_context(
                box_office(place, settings=settings, rate_limits=rate_limits)
            )

        yield start


@pytest.fixture
def start_worker() -> Iterator[Callable[[BoxOffice], Program]]:
    """Starts `fullhouse work` beside a box office; it is killed when the test ends."""
    with ExitStack() as stack:
        yield lambda running: stack.enter_context(worker(running))


# A browser lives for one module: while it does, its thread can run no other asyncio loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium without a screen."""
    with _or_skip(browsers.chromium) as running:
        yield running


# -------------------------------------------------------------------------------------------------


def _migrate(url: str) -> None:
    """Make the tables once; copying them is many times faster."""
    with TemporaryDirectory() as folder:
        migrate_database(url, Path(folder))


@contextmanager
def _or_skip(start: Callable[[], AbstractContextManager[Part]]) -> Iterator[Part]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(start())
        except NotInstalled as missing:
            pytest.skip(str(missing))
        yield running
