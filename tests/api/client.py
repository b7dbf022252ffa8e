"""A program that uses the API; every answer it gets is held against the description."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.api.description import check_answer

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    content: Any
    headers: Any
    body: bytes

    @property
    def code(self) -> str:
        """The problem's code; an empty text for a yes."""
        return str(self.content.get("code", "")) if self.status >= 400 else ""

    @property
    def no(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        return self.status, self.code


class Program:
    """Speaks to the application without a network, and keeps no cookie."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, json: Any = None, **headers: str) -> Answer:
        """Change."""
        body = None if json is None else jsonlib.dumps(json).encode()
        return self.send("POST", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        """Give back."""
        return self.send("DELETE", path, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> Answer:
        """One request; underscores in header names stand for dashes."""
        named = {name.replace("_", "-"): text for name, text in (headers or {}).items()}
        if body is not None:
            named["Content-Type"] = kind
        whole = path if path.startswith("/healthz") else PREFIX + path
        answer = self.app.test_client(use_cookies=False).open(
            whole, method=method, data=body, headers=named
        )
        check_answer(method, whole, answer.status_code, answer.mimetype or "", answer.data)
        is_json = answer.data and "json" in (answer.mimetype or "") and not answer.content_encoding
        content = jsonlib.loads(answer.data) if is_json else None
        return Answer(answer.status_code, content, answer.headers, answer.data)

    # ---- what programs do most ------------------------------------------------------------------

    def hold(self, slug: str, *seats: str, basket: str | None = None, **headers: str) -> Answer:
        """Hold seats."""
        ask: dict[str, Any] = {"seats": list(seats)}
        if basket is not None:
            ask["basket"] = basket
        return self.post(f"/events/{slug}/holds", ask, **headers)

    def order(
        self, basket: str, demo_outcome: str | None = "paid", payment: str = "demo", **headers: str
    ) -> Answer:
        """Pay for a basket."""
        ask = {"basket": basket, "name": "Bo Buyer", "email": "bo@example.org", "payment": payment}
        if demo_outcome is not None:
            ask["demo_outcome"] = demo_outcome
        return self.post("/orders", ask, **headers)

    def letters(self, slug: str) -> str:
        """The state of every seat."""
        return str(self.get(f"/events/{slug}/state").content["seats"])
