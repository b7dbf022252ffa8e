"""import-plan: a seating plan for later events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.cli.asking import ask
from app.cli.files import read_file
from app.config import Settings


def import_plan(settings: Settings, words: dict[str, Any]) -> int:
    """Read the plan here first, so that what is wrong is told without the server."""
    from app.control_requests.asked import packed
    from app.plans.pretix import FILE_LIMIT_BYTES, read_plan

    raw = read_file(Path(words["file"]), FILE_LIMIT_BYTES)
    read_plan(raw)
    asked = {"plan": packed(raw), "house": words["house"], "event": words["event"]}
    kept = ask(settings, "plan.import", asked)
    print(f"{kept['plan']}: {kept['seats']:,} seats.")
    for name, count in kept["categories"].items():
        print(f"  {count:>6,}  {name}")
    for warning in kept["warnings"]:
        print(f"Note: {warning}")
    if words["event"]:
        print(f"It is the plan of {words['event']} now.")
    else:
        print(f'Name it in an event file: [plan] imported = "{kept["plan"]}"')
    return 0
