"""The box office itself as a child process, the way people start it."""

import shutil
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from app.control import ask_server
from tests.services.copies import kept_folder
from tests.services.environment import clean_env
from tests.services.ports import free_port
from tests.services.processes import Process, Program
from tests.services.warm import WarmProcess, can_be_warm

START_SECONDS_LIMIT = 30
DRAIN_SECONDS_LIMIT = 12
ANSWER_SECONDS_LIMIT = 10
COMMAND_SECONDS_LIMIT = 120

FULLHOUSE = Path(sys.executable).parent / "fullhouse"

# With these a house begins in another database, under another key or on another machine.
ELSEWHERE = {"DATABASE_URL", "SECRET_KEY", "LD_PRELOAD"}


class OwnProgram(Program):
    """A program of ours, forked from a warm interpreter unless it is to start afresh."""

    is_fresh = False

    def _started(self) -> Process:
        is_ours = self.command[0] in (str(FULLHOUSE), sys.executable)
        if self.is_fresh or not is_ours or not can_be_warm(self.env):
            return super()._started()
        return WarmProcess(self.command[1:], self.log, self.env, self.cwd)


class BoxOffice:
    """`fullhouse serve` on a free port, with a data folder of its own that outlives restarts."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        command: Sequence[str | Path] = (FULLHOUSE, "serve"),
        is_fresh: bool = False,
    ) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.settings = {
            "PORT": str(self.port),
            "FULLHOUSE_DATA_DIR": str(self.data_dir),
        } | dict(settings or {})
        self.program = OwnProgram(
            command, log=folder / "server.log", env=clean_env() | self.settings, cwd=folder
        )
        self.program.is_fresh = is_fresh

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, within_seconds: float = START_SECONDS_LIMIT) -> None:
        """Start it (again) on the same data and wait until it says that a hold would work."""
        self.program.start()
        self.wait_until_healthy(within_seconds=within_seconds)

    def wait_until_healthy(self, *, within_seconds: float = START_SECONDS_LIMIT) -> None:
        """Wait until /healthz answers 200."""
        self.program.wait_until(
            lambda: self.health() == 200, within_seconds=within_seconds, what="/healthz says yes"
        )

    def health(self) -> int:
        """The status of /healthz, or 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except OSError:
            return 0

    def kill(self) -> None:
        """End it and its children at once, as a crash would."""
        self.program.kill()

    def stop(self) -> int:
        """Ask it to drain and end; its exit code."""
        return self.program.stop(within_seconds=DRAIN_SECONDS_LIMIT)

    def restart(self) -> None:
        """Kill it and start it again on the same data."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it hang, as a machine that sleeps would."""
        self.program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after a freeze."""
        self.program.send(signal.SIGCONT)

    def log_text(self) -> str:
        """Everything it has printed, over all its starts."""
        return self.program.log_text()

    def fullhouse(self, *arguments: str, within_seconds: float = COMMAND_SECONDS_LIMIT) -> str:
        """What a command on the same data prints; one that fails fails the test with its words."""
        code, output = run_command(
            arguments, folder=self.folder, settings=self.settings, within_seconds=within_seconds
        )
        assert code == 0, f"fullhouse {' '.join(arguments)} ended with {code}\n{output}"
        return output

    def demo(self, *, seats: int, event: str) -> dict[str, Any]:
        """Make an event of the demo house, as `fullhouse demo` asks the running server for one."""
        return ask_server(self.data_dir, "demo.event", {"seats": seats, "event": event})


@contextmanager
def box_office(
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    rate_limits: bool = False,
    command: Sequence[str | Path] = (FULLHOUSE, "serve"),
    is_fresh: bool = False,
) -> Iterator[BoxOffice]:
    """A running box office in `folder`; it is stopped afterwards, whatever happened.

    Rate limits are off unless asked for: a test is one address that does much. A new one of its
    own begins with a sample house that an earlier one has opened: that takes a second each time.
    It is forked from a warm interpreter unless it is to be a fresh one: that takes another.
    """
    limits = {} if rate_limits else {"FULLHOUSE_RATE_LIMITS": "off"}
    running = BoxOffice(folder, limits | dict(settings or {}), command, is_fresh)
    if not ELSEWHERE & running.settings.keys() and not any(running.data_dir.iterdir()):
        copy_sample_house(running.data_dir)
    try:
        running.start()
        yield running
        if running.program.is_running:
            running.thaw()
            running.stop()
    finally:
        running.kill()


def copy_sample_house(data_dir: Path) -> None:
    """Put there what a first start in an empty folder leaves behind."""
    shutil.copytree(_sample_house(), data_dir, dirs_exist_ok=True)
    data_dir.chmod(0o700)


@cache
def _sample_house() -> Path:
    first = BoxOffice(kept_folder("sample"))
    try:
        first.start()
        assert first.stop() == 0, first.log_text()
    finally:
        first.kill()
    shutil.rmtree(first.data_dir / "logs")
    return first.data_dir


@contextmanager
def worker(running: BoxOffice, settings: Mapping[str, str] | None = None) -> Iterator[Program]:
    """`fullhouse work` beside a box office: an RQ worker on its Redis and its data."""
    working = OwnProgram(
        [FULLHOUSE, "work"],
        log=running.folder / "worker.log",
        env=clean_env() | running.settings | dict(settings or {}),
        cwd=running.folder,
    )
    with working:
        yield working


def run_command(
    arguments: Sequence[str],
    *,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    within_seconds: float = COMMAND_SECONDS_LIMIT,
) -> tuple[int, str]:
    """Exit code and everything printed by one `fullhouse` command in a clean environment."""
    log = folder / f"command-{free_port()}.log"
    program = OwnProgram(
        [FULLHOUSE, *arguments], log=log, env=clean_env() | dict(settings or {}), cwd=folder
    )
    with program:
        code = program.wait(within_seconds=within_seconds)
    return code, program.log_text()
