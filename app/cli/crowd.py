"""simulate: a crowd after one seat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.config import Settings
from app.control import NoServer, ask_server
from app.refusals import Refusal


def simulate(settings: Settings, words: dict[str, Any]) -> int:
    """Run the crowd against the box office on this data, or on the URL given."""
    from app.simulate import run_simulation

    url = words["url"] or _url(settings)
    return run_simulation(url, words["seat"], words["event"], words["users"])


def _url(settings: Settings) -> str:
    """Where the server on this data listens; people may reach it by another name."""
    try:
        port = ask_server(Path(settings.data_dir), "ping", {})["port"]
    except (NoServer, Refusal):
        port = settings.port
    return f"http://127.0.0.1:{port}"
