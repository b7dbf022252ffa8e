"""A private Redis on a free port that keeps nothing on disk."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.services import programs
from tests.services.ports import free_port
from tests.services.processes import Program

START_SECONDS_LIMIT = 10


class RedisServer:
    """A running Redis that tests may flush, stop, freeze and start again on the same port."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port

    @property
    def url(self) -> str:
        """What goes into REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it (again), empty, and wait until it answers."""
        self.program.start()
        self.program.wait_until(
            self._is_ready, within_seconds=START_SECONDS_LIMIT, what="Redis answers"
        )

    def kill(self) -> None:
        """End it as a crash would: everything in it is lost."""
        self.program.kill()

    def freeze(self) -> None:
        """Let it hang: connections are accepted and nothing answers."""
        self.program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after a freeze."""
        self.program.send(signal.SIGCONT)

    def flush(self) -> None:
        """Throw away everything in it."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _is_ready(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start a private Redis; it is gone afterwards."""
    binary = programs.redis_server()
    if binary is None:
        raise programs.NotInstalled("Redis is not installed")
    with tempfile.TemporaryDirectory(prefix="fullhouse-redis-") as name:
        folder, port = Path(name), free_port()
        program = Program(
            [
                *(binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder),
                *("--save", "", "--appendonly", "no"),
            ],
            log=folder / "redis.log",
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd=folder,
        )
        running = RedisServer(program, port)
        try:
            running.start()
            yield running
        finally:
            running.kill()
