"""demo: the sample house, and events of any size."""

from __future__ import annotations

import json
from typing import Any, Final

from app.cli.asking import ask
from app.config import Settings
from app.refusals import Invalid

DEFAULT_SLUG: Final = "rehearsal"


def demo(settings: Settings, words: dict[str, Any]) -> int:
    """Fill the sample house, take it down, or make a rehearsal's event."""
    if words["seats"] is not None or words["event"] is not None:
        if words["seats"] is None or words["close"]:
            raise Invalid({"seats": "--event needs --seats, and does not go with --close."})
        return _rehearsal(settings, words)
    request = "demo.close" if words["close"] else "demo.open"
    outcome = ask(settings, request, {})
    if words["json"]:
        print(json.dumps(outcome))
    elif words["close"]:
        print(f"The demo house is closed: {outcome['events']} events are drafts now.")
    else:
        print(f"The demo house is open at {outcome['url']}: {outcome['events']} new events.")
    return 0


def _rehearsal(settings: Settings, words: dict[str, Any]) -> int:
    slug = DEFAULT_SLUG if words["event"] is None else words["event"]
    asked = {"seats": words["seats"], "event": slug}
    outcome = ask(settings, "demo.event", asked)
    if words["json"]:
        print(json.dumps(outcome, separators=(",", ":")))
    else:
        print(f"{len(outcome['seats']):,} seats are on sale at {outcome['url']}")
    return 0
