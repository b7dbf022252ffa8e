"""A browser that asks a site of ours without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import build_app
from app.box_office import BoxOffice
from app.flask_pool import FlaskPool
from app.logs import AccessLog
from app.server import Site


class Asked:
    """One answer of the site."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = messages[1]["body"]


class Browser:
    """Asks a site without a network."""

    def __init__(self, office: BoxOffice, folder: Path) -> None:
        self.pool = FlaskPool(build_app(office).wsgi_app, threads=2)
        self.site = Site(office, self.pool, AccessLog(folder / "logs"))

    def ask(
        self,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        is_broken_off: bool = False,
    ) -> Asked:
        """One request, its answer."""
        given = {"host": "127.0.0.1", "content-type": "application/json"} | dict(headers or {})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "http_version": "1.1",
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if is_broken_off:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.site(scope, receive, send))
        return Asked(sent)
