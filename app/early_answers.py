"""Answers before Flask is entered: a problem for programs, plain sentences for people."""

from __future__ import annotations

from typing import Final

from app.errors import PROGRAM_PATHS
from app.problems import problem_bytes, problem_headers
from app.refusals import Refusal

Told = tuple[int, list[tuple[bytes, bytes]], bytes]
PLAIN: Final = "text/plain; charset=utf-8"


def early_answer(refusal: Refusal, path: str, *more: tuple[bytes, bytes]) -> Told:
    """The refusal for whoever asked for this path: status, headers with the `more`, body."""
    headers = dict(problem_headers(refusal))
    if path.startswith(PROGRAM_PATHS):
        body = problem_bytes(refusal)
    else:
        body = _words(refusal).encode()
        headers["Content-Type"] = PLAIN
    headers["Content-Length"] = str(len(body))
    lowered = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return refusal.status, [*lowered, *more], body


def _words(refusal: Refusal) -> str:
    incident = refusal.details.get("incident")
    return f"{refusal.words} ({incident})\n" if incident else f"{refusal.words}\n"
