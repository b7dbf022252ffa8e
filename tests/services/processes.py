"""Child processes that a test starts, watches and surely ends."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

STEP_SECONDS = 0.02
LOG_TAIL_LINES = 40


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a program runs as, when that is not the test itself."""

    user_id: int
    group_id: int


class Process(Protocol):
    """What `Program` needs to know of a process that it started."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...


class Program:
    """One child process in a group of its own, its output in a file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path | None = None,
        owner: Owner | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.env = dict(env)
        self.cwd = cwd
        self.owner = owner
        self._process: Process | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it; a program that still runs is never started twice."""
        assert not self.is_running, f"{self.command[0]} is running already"
        self._process = self._started()

    def _started(self) -> Process:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                user=None if self.owner is None else self.owner.user_id,
                group=None if self.owner is None else self.owner.group_id,
                extra_groups=None if self.owner is None else [],
            )

    @property
    def pid(self) -> int:
        """The number of the process that was started last."""
        assert self._process is not None, f"{self.command[0]} was never started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended: its exit code, or minus the signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        if self.is_running:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it and all its children at once, as a crash would."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)

    def stop(self, *, within_seconds: float = 12, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and give its exit code; one that does not end in time fails the test."""
        self.send(by)
        return self.wait(within_seconds=within_seconds)

    def wait(self, *, within_seconds: float) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._process is not None, f"{self.command[0]} was never started"
        try:
            return self._process.wait(timeout=within_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{self.command[0]} did not end within {within_seconds} s\n{self.log_tail()}"
            ) from None

    def wait_until(self, ready: Callable[[], bool], *, within_seconds: float, what: str) -> None:
        """Wait for a sign of life; fails with the log's last lines when none comes."""
        deadline = time.monotonic() + within_seconds
        while not ready():
            if not self.is_running:
                raise AssertionError(
                    f"{self.command[0]} ended with {self.code} before {what}\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {within_seconds} s\n{self.log_tail()}")
            time.sleep(STEP_SECONDS)

    def log_text(self) -> str:
        """Everything it has printed, over all its starts."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def log_tail(self) -> str:
        """The last lines it printed."""
        return "\n".join(self.log_text().splitlines()[-LOG_TAIL_LINES:])
