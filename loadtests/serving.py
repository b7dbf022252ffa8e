"""A box office of its own for a measurement: started in a folder, ended with the block."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.simulate import seat_ids
from app.wire import Address

COMMAND = (sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())")
START_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 15.0
COMMAND_LIMIT_SECONDS = 300.0
POLL_SECONDS = 0.01
IDLE_SECONDS, IDLE_SHARE, IDLE_LIMIT_SECONDS = 0.3, 0.05, 120.0
PROCESS_CLOCK_BITS = 2  # of clock_getcpuclockid(3): the CPU time of a whole process


class NotServingError(Exception):
    """The server did not start, or a command failed; the message has its last words."""


@dataclass
class Server:
    """A running server and its data."""

    folder: Path
    environment: Mapping[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self.port)

    def start(self) -> None:
        """Start it; returns at once."""
        with (self.folder / "server.log").open("ab") as log:
            self.started_at = time.monotonic()
            self.process = subprocess.Popen(
                [*COMMAND, "serve"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_healthy(self) -> None:
        """Wait until a hold would work."""
        until = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            with suppress(OSError, urllib.error.HTTPError):
                urllib.request.urlopen(f"{self.address.url}/healthz", timeout=2).close()  # noqa: S310
                return
            time.sleep(POLL_SECONDS)
        raise NotServingError((self.folder / "server.log").read_text()[-2_000:])

    def stop(self) -> None:
        """End it and everything it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOP_LIMIT_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def demo(self, slug: str, seat_count: int) -> list[str]:
        """Make a demo event; the ids of its seats."""
        words = ["demo", "--seats", str(seat_count), "--event", slug, "--json"]
        ended = subprocess.run(
            [*COMMAND, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_LIMIT_SECONDS,
            check=False,
        )
        if ended.returncode != 0:
            raise NotServingError(ended.stdout + ended.stderr)
        return seat_ids(json.loads(ended.stdout.splitlines()[-1])["seats"])

    def cpu_seconds(self) -> float:
        """CPU time that all its processes have used."""
        return sum(time.clock_gettime(~pid << 3 | PROCESS_CLOCK_BITS) for pid in self.pids())

    def wait_until_idle(self) -> None:
        """Wait until nothing is done any more after the last answer: no letters, no sweeping."""
        until = time.monotonic() + IDLE_LIMIT_SECONDS
        while time.monotonic() < until:
            before = self.cpu_seconds()
            time.sleep(IDLE_SECONDS)
            if self.cpu_seconds() - before < IDLE_SECONDS * IDLE_SHARE:
                return
        raise NotServingError(f"still busy after {IDLE_LIMIT_SECONDS:.0f} s")

    def memory_megabytes(self) -> float:
        """Resident memory of all its processes together."""
        return sum(_resident_kilobytes(pid) for pid in self.pids()) / 1024

    def pids(self) -> list[int]:
        """All its processes."""
        assert self.process is not None
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                group = path.read_text().rpartition(")")[2].split()[2]
                if int(group) == self.process.pid:
                    found.append(int(path.parent.name))
        return found


@contextmanager
def serving(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server with rate limits off on a free port, in an empty environment of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {
        **kept,
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "PORT": str(port),
        "FULLHOUSE_DATA_DIR": str(folder / "data"),
        "FULLHOUSE_RATE_LIMITS": "off",
        "FULLHOUSE_BENCH": "1",
        **(settings or {}),
    }
    server = Server(folder, environment, port)
    try:
        server.start()
        server.wait_until_healthy()
        yield server
    finally:
        server.stop()


def _resident_kilobytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


@contextmanager
def on_two_cores(server: Server) -> Iterator[None]:
    """The server on one core and this program on another, so that neither takes the other's time.

    A server that holds Python's lock works on one core at a time anyway. Without a second core
    nothing changes.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for pid in server.pids():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores[:1])
        os.sched_setaffinity(0, cores[1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
