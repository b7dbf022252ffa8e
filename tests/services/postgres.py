"""A private PostgreSQL on a free port, with real fsync and fresh databases in a moment."""

import os
import pwd
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services import programs
from tests.services.ports import answers, free_port
from tests.services.processes import Owner, Program

START_SECONDS_LIMIT = 30
STOP_SECONDS_LIMIT = 30
CONNECTIONS_LIMIT = 200
OWNER = "fullhouse"


class Postgres:
    """A running PostgreSQL that belongs to one test process."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port
        self._templates: set[str] = set()

    def url(self, database: str) -> str:
        """What goes into DATABASE_URL for this database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(
        self, *, template: str | None = None, prepare: Callable[[str], None] | None = None
    ) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards.

        With `template` and `prepare`, `prepare(url)` fills the template once (migrations, say) and
        every database is then a copy of it.
        """
        if template is not None:
            self._provide_template(template, prepare)
        name = f"fresh_{secrets.token_hex(6)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}"')
        try:
            yield self.url(name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement as the owner of everything, outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def setting(self, name: str) -> str:
        """What the running server answers to SHOW."""
        with psycopg.connect(self.url("postgres")) as connection:
            row = connection.execute(f"SHOW {name}".encode()).fetchone()
        assert row is not None
        return str(row[0])

    def kill(self) -> None:
        """End it as a crash would, all its processes at once."""
        self.program.kill()

    def start(self) -> None:
        """Start it (again) on the same data and wait until it answers."""
        self.program.start()
        self.program.wait_until(
            self._is_ready, within_seconds=START_SECONDS_LIMIT, what="PostgreSQL answers"
        )

    def _provide_template(self, name: str, prepare: Callable[[str], None] | None) -> None:
        if name in self._templates:
            return
        self.execute(f'CREATE DATABASE "{name}"')
        if prepare is not None:
            prepare(self.url(name))
        self._templates.add(name)

    def _is_ready(self) -> bool:
        if not answers(self.port):
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a private PostgreSQL; it and its files are gone afterwards."""
    binaries = programs.postgres_folder()
    if binaries is None:
        raise programs.NotInstalled("PostgreSQL is not installed")
    # Not under pytest's folder: somebody without rights runs it, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="fullhouse-postgres-"))
    owner = _owner()
    try:
        if owner is not None:
            os.chown(folder, owner.user_id, owner.group_id)
        _make_cluster(binaries, folder, owner)
        port = free_port()
        running = Postgres(_program(binaries, folder, port, owner), port)
        try:
            running.start()
            yield running
            if running.program.is_running:
                running.program.stop(within_seconds=STOP_SECONDS_LIMIT, by=signal.SIGINT)
        finally:
            running.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> Owner | None:
    """PostgreSQL refuses to run as root; somebody without rights runs it then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(account.pw_uid, account.pw_gid)
    raise RuntimeError("there is neither a postgres nor a nobody to run PostgreSQL as")


def _make_cluster(binaries: Path, folder: Path, owner: Owner | None) -> None:
    making = Program(
        [
            *(binaries / "initdb", "--pgdata", folder / "cluster", "--username", OWNER),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        log=folder / "initdb.log",
        env=_env(),
        cwd=folder,
        owner=owner,
    )
    with making:
        code = making.wait(within_seconds=START_SECONDS_LIMIT)
        assert code == 0, f"initdb failed\n{making.log_tail()}"


def _program(binaries: Path, folder: Path, port: int, owner: Owner | None) -> Program:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "max_connections": str(CONNECTIONS_LIMIT),
        "shared_buffers": "32MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        [binaries / "postgres", "-D", folder / "cluster", *options],
        log=folder / "postgres.log",
        env=_env(),
        cwd=folder,
        owner=owner,
    )


def _env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
