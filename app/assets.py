"""Addresses of static files with a digest in the path, so that browsers may keep each for a year.

The digest stands in front of the file's path, so that a module which imports its neighbour, or a
style sheet which names its fonts, asks for them under the same digest.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, send_from_directory

KEEP_SECONDS: Final = 365 * 24 * 3600
DIGEST_LETTERS: Final = 12


def init_app(app: Flask) -> None:
    """Give templates `asset('css/ui.css')` and serve the addresses it makes."""
    folder = Path(app.static_folder or "static").absolute()
    known: dict[str, str] = {}

    def asset(name: str) -> str:
        """The address of a static file, with its digest."""
        if app.debug or name not in known:
            known[name] = f"{app.static_url_path}/~{_digest(folder, name)}/{name}"
        return known[name]

    def show_kept_file(digest: str, name: str) -> Response:
        """A file under its digest: what is there now, for a year."""
        answer = send_from_directory(folder, name, max_age=KEEP_SECONDS)
        answer.cache_control.public = True
        answer.cache_control.immutable = True
        return answer

    app.jinja_env.globals["asset"] = asset
    app.add_url_rule(f"{app.static_url_path}/~<digest>/<path:name>", "kept_file", show_kept_file)
    app.after_request(_ask_again)


def _digest(folder: Path, name: str) -> str:
    """Of the file, or of all scripts together: they import each other."""
    file = folder / name
    files = sorted(file.parent.glob("*.js")) if file.suffix == ".js" else [file]
    content = hashlib.sha256()
    for one in files:
        content.update(one.read_bytes())
    return content.hexdigest()[:DIGEST_LETTERS]


def _ask_again(response: Response) -> Response:
    """A file without a digest may change at any time."""
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, no-cache"
    return response
