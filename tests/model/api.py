"""The JSON API on one keep-alive connection, one request after another."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_LIMIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and when its request was sent and it arrived (monotonic seconds)."""

    status: int
    content: Any
    sent_at: float
    came_at: float
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The stable code of a refusal, or an empty text."""
        return str(self.content.get("code", "")) if self.status >= 400 else ""


class Api:
    """Asks a box office and reads the answers."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self._connection = self._open()

    def get(self, path: str, **headers: str) -> Reply:
        """Read something."""
        return self.ask("GET", path, None, headers)

    def post(self, path: str, ask: Any, key: str | None = None, **headers: str) -> Reply:
        """Ask for a change, with a fresh idempotency key unless one is given."""
        sent = {"Idempotency-Key": key or secrets.token_hex(16)} | headers
        return self.ask("POST", path, ask, sent)

    def ask(self, method: str, path: str, ask: Any, headers: Mapping[str, str]) -> Reply:
        """Send one request; a connection that the server has closed is opened again."""
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        body = None if ask is None else json.dumps(ask)
        if body is not None:
            names["Content-Type"] = "application/json"
        sent_at = time.monotonic()
        try:
            answer = self._exchange(method, path, body, names)
        except ConnectionError:  # closed while nobody asked; with its key it may be asked again
            answer = self._exchange(method, path, body, names)
        text = answer.read()
        found = {name.lower(): words for name, words in answer.getheaders()}
        content = json.loads(text) if text else {}
        return Reply(answer.status, content, sent_at, time.monotonic(), found)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _exchange(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self._connection.request(method, f"/api/v1{path}", body, headers)
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.close()
            self._connection = self._open()
            raise

    def __del__(self) -> None:
        self.close()

    def _open(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_SECONDS)
