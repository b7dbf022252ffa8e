"""How long a process really took, where others have the processors too."""

from __future__ import annotations

import time
from pathlib import Path

from tests.services.processes import Program

STEP_SECONDS = 0.02


def waited_seconds(pid: int) -> float:
    """How long a process was ready to run while no processor was free (its main thread)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def seconds_until_end(program: Program, limit_seconds: float) -> float:
    """Wait until a program has ended; its own seconds, without the wait for a processor."""
    started_at, waited = time.monotonic(), 0.0
    while program.is_running:
        waited = max(waited, waited_seconds(program.pid))
        took = time.monotonic() - started_at
        assert took < limit_seconds, f"still running after {limit_seconds} s\n{program.log_tail()}"
        time.sleep(STEP_SECONDS)
    return time.monotonic() - started_at - waited
