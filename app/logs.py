"""Logs in JSON lines: no secrets, no personal data, and nothing that a visitor could forge."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import unquote

ACCESS_FILE: Final = "access.jsonl"
WRITE_EVERY_SECONDS: Final = 0.5
WAITING_LINES_LIMIT: Final = 20_000
FILE_LIMIT_BYTES: Final = 10 * 1024 * 1024
OLD_FILES_LIMIT: Final = 4
PATH_LIMIT: Final = 200
WORDS_LIMIT: Final = 4_000
TRACE_LIMIT: Final = 20_000
MASK: Final = "***"
METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

# In these families of pages every part of the path but the kept ones may be a secret.
_KEPT_PARTS: Final = {
    "o": 1,  # /o/<code>/<secret>
    "d": 1,  # /d/<code>/<secret>
    "t": 0,  # /t/<token>
    "b": 0,  # /b/<entry>/<secret>, /b/asked/<token>
    "pay": 0,  # /pay/<order>/<secret>
    "confirm": 0,
    "setup": 0,
    "sign-in": 0,
    "me": 0,  # /me/links/<token>, /me/sign-in/<token>
}
_PLAIN_WORD: Final = re.compile(r"[a-z][a-z-]{0,15}(?:\.[a-z]{2,4})?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.~+=-]{22,}")
_TOKEN_IN_WORDS: Final = re.compile(
    r"(?<![A-Za-z0-9_-])"
    r"(?:[0-9a-f]{20}\.|(?=[A-Z0-9_-]{0,21}[a-z])(?=[a-z0-9_-]{0,21}[A-Z]))"  # or in both cases
    r"[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"
)
_SIGNED_PATH: Final = re.compile(r"/(?:o|d|t|pay|confirm|setup|me|b)/[^\s\"'?#<>]+")
_EMAIL: Final = re.compile(r"[^\s@<>\"'(),;:=\[\]{}]+@[^\s@<>\"'(),;:=\[\]{}]+")

Line = tuple[float, str, str, int, float, int]


def init_logs(stream: TextIO | None = None) -> None:
    """Send this process's log to `stream` (standard error), one JSON object a line."""
    writer = logging.StreamHandler(stream or sys.stderr)
    writer.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for noisy in ("uvicorn.access", "werkzeug", "fontTools", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One record as one line of JSON, without addresses, tokens and signed links."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a line feed in a message can never start a line of its own."""
        line: dict[str, str] = {
            "at": _instant(record.created),
            "level": record.levelname.lower(),
            "part": record.name,
            "words": scrub(record.getMessage())[:WORDS_LIMIT],
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["trace"] = scrub(self.formatException(record.exc_info))[-TRACE_LIMIT:]
        return json.dumps(line)


class AccessLog:
    """Which pages were asked for and how it went, written by a thread of its own.

    Of a visitor it keeps nothing: no address, no query, no secret part of a path. State polls
    that went well are counted, not listed. When lines come faster than they can be written, the
    newest are dropped and counted.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / ACCESS_FILE
        self._waiting: deque[Line] = deque()
        self._poll_count = 0
        self._dropped_count = 0
        self._ended = threading.Event()
        self._turn = threading.Lock()
        self._writer = threading.Thread(target=self._write_on, name="access-log", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._writer.start()

    def note(self, method: str, path: str, status: int, seconds: float, sent_bytes: int) -> None:
        """Keep one answered request; costs the caller about a microsecond."""
        if path.endswith("/state") and status in (200, 304):
            self._poll_count += 1
        elif len(self._waiting) < WAITING_LINES_LIMIT:
            self._waiting.append((time.time(), method, path, status, seconds, sent_bytes))
        else:
            self._dropped_count += 1

    def close(self) -> None:
        """Write what waits and end."""
        self._ended.set()
        if self._writer.is_alive():
            self._writer.join(timeout=2 * WRITE_EVERY_SECONDS)
        self._write_waiting()

    def _write_on(self) -> None:
        while not self._ended.wait(WRITE_EVERY_SECONDS):
            self._write_waiting()

    def _write_waiting(self) -> None:
        with self._turn:
            lines = [access_line(self._waiting.popleft()) for _ in range(len(self._waiting))]
            lines += self._counts()
            if not lines:
                return
            try:
                self._make_room()
                with self._path.open("a", encoding="ascii") as file:
                    file.writelines(lines)
            except OSError:
                self._dropped_count += len(lines)  # a full disk must not stop the box office

    def _counts(self) -> Iterable[str]:
        polls, self._poll_count = self._poll_count, 0
        dropped, self._dropped_count = self._dropped_count, 0
        counts = {name: n for name, n in (("polls", polls), ("dropped", dropped)) if n}
        return [json.dumps({"at": _instant(time.time()), **counts}) + "\n"] if counts else []

    def _make_room(self) -> None:
        if not self._path.exists() or self._path.stat().st_size < FILE_LIMIT_BYTES:
            return
        for number in range(OLD_FILES_LIMIT, 0, -1):
            older = self._path.with_name(f"{ACCESS_FILE}.{number}")
            newer = self._path.with_name(f"{ACCESS_FILE}.{number - 1}") if number > 1 else None
            source = newer or self._path
            if source.exists():
                source.replace(older)


def access_line(line: Line) -> str:
    """One answered request as a line of JSON."""
    at, method, path, status, seconds, sent_bytes = line
    return (
        f'{{"at":"{_instant(at)}","method":"{method if method in METHODS else "OTHER"}",'
        f'"path":{json.dumps(mask_path(path))},"status":{status},'
        f'"ms":{seconds * 1000:.1f},"bytes":{sent_bytes}}}\n'
    )


def mask_path(path: str) -> str:
    """The path without its query and without any part that could be a secret."""
    parts = [part for part in unquote(path.split("?", 1)[0]).split("/") if part]
    kept_count = _KEPT_PARTS.get(parts[0]) if parts else None
    shown = []
    for at, part in enumerate(parts):
        hidden = kept_count is not None and at > kept_count and not _PLAIN_WORD.fullmatch(part)
        shown.append(MASK if hidden or _looks_secret(part) else part)
    return ("/" + "/".join(shown))[:PATH_LIMIT]


def scrub(words: str) -> str:
    """Words without e-mail addresses, signed links and tokens."""
    words = _EMAIL.sub(MASK, words)
    words = _SIGNED_PATH.sub(lambda found: mask_path(found[0]), words)
    return _TOKEN_IN_WORDS.sub(MASK, words)


def _looks_secret(part: str) -> bool:
    if "@" in part:
        return True
    return _TOKEN.fullmatch(part) is not None and part != part.lower()


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
