"""What a control call asks for, read from its JSON."""

from __future__ import annotations

import json
from typing import Any

from app.payments.stand_in.exchange import Request
from app.payments.stand_in.problems import Json, ProblemError


def read_asked(request: Request) -> Json:
    """The JSON object that came; anything else is refused, so that no form can send it."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ProblemError("Send JSON, as application/json.", status=415)
    try:
        asked = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise ProblemError("This is no JSON.") from None
    if not isinstance(asked, dict):
        raise ProblemError("Send a JSON object.")
    return asked


def text_in(asked: Json, name: str) -> str:
    """A text that must be there."""
    value: Any = asked.get(name)
    if not isinstance(value, str) or not value:
        raise ProblemError(f"Say which {name}.", param=name)
    return value


def choice_in(asked: Json, name: str, choices: tuple[str, ...], default: str) -> str:
    """One of these words."""
    value = asked.get(name, default)
    if value not in choices:
        raise ProblemError(f"{name} must be one of {', '.join(choices)}.", param=name)
    return str(value)
