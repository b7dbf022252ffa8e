"""serve and work: the processes that stay."""

from __future__ import annotations

from typing import Any

from app.config import Settings
from app.garbage import hold_off


def serve(settings: Settings, words: dict[str, Any]) -> int:
    """Open the box office."""
    hold_off()
    from app.server import run

    return run(settings)


def work(settings: Settings, words: dict[str, Any]) -> int:
    """Work beside the server with RQ."""
    from app.runner import work as work_on

    work_on(settings)
    return 0
