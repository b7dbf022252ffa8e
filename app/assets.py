"""Addresses of static files with a digest in them, so that browsers may keep each for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

KEEP_SECONDS: Final = 365 * 24 * 3600
LOOK_AGAIN_SECONDS: Final = 0  # addresses without a digest: modules that modules import
DIGEST_LETTERS: Final = 12


def init_app(app: Flask) -> None:
    """Give templates `asset('css/ui.css')` and static answers their time to live."""
    folder = Path(app.static_folder or "static")
    known: dict[str, str] = {}

    def asset(name: str) -> str:
        """The address of a static file, with its digest."""
        if app.debug or name not in known:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:DIGEST_LETTERS]
            known[name] = f"{app.static_url_path}/{name}?v={digest}"
        return known[name]

    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    """Versioned files are kept for a year; others are asked about each time."""
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    seconds = KEEP_SECONDS if request.args.get("v") else LOOK_AGAIN_SECONDS
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control.no_cache = None if seconds else True
    response.cache_control.immutable = bool(seconds)
    return response
