"""A request and its answer, without the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What came: the path without its query; header names in small letters."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text; what is no text is kept visible."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. A `silent` one ends the connection without a word."""

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


SILENT: Final = Answer(0, silent=True)


def as_json(content: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; `Stripe_Version` becomes the header `Stripe-Version`."""
    body = json.dumps(content, separators=(",", ":")).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, headers=named)


def see(url: str) -> Answer:
    """Send the browser to another page."""
    return Answer(303, kind="text/plain", headers={"Location": url})
