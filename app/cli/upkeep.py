"""doctor, backup and restore."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from app.config import Settings

SIGNS: Final = {"good": "ok  ", "look": "look", "bad": "BAD "}


def doctor(settings: Settings, words: dict[str, Any]) -> int:
    """Look at everything; 1 when something is wrong."""
    from app.upkeep.doctor import examine
    from app.upkeep.findings import BAD

    findings = list(examine(settings))
    if words["json"]:
        print(json.dumps([{"state": f.state, "words": f.words} for f in findings]))
    else:
        for finding in findings:
            print(f"{SIGNS[finding.state]}  {finding.words}")
    return int(any(finding.state == BAD for finding in findings))


def backup(settings: Settings, words: dict[str, Any]) -> int:
    """Copy, prove, say what else to keep; 1 when a rule does not hold in the copy."""
    from app.upkeep.backup import back_up

    copy = back_up(settings, Path(words["file"]) if words["file"] else None)
    print(f"Copied to {copy.path} ({copy.size_bytes / 1024 / 1024:.1f} MB).")
    print(copy.secret_words)
    for broken in copy.broken:
        print(f"BAD   {broken}")
    if not copy.broken:
        print("Every seat, order, ticket and payment in the copy agrees with all the others.")
    return int(bool(copy.broken))


def restore(settings: Settings, words: dict[str, Any]) -> int:
    """Bring a copy back and say what is in it and what is lost."""
    from app.upkeep.restore import restore as bring_back

    done = bring_back(settings, Path(words["file"]), over_existing=words["replace"])
    print(
        f"Restored {done.event_count} events, {done.order_count} paid orders and"
        f" {done.ticket_count} tickets into {done.path}."
    )
    print("Every seat, order, ticket and payment agrees with all the others.")
    if done.aside is not None:
        print(f"The former data is kept in {done.aside}.")
    if lost := done.lost_words(settings):
        print(lost)
    return 0
