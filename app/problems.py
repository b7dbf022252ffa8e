"""Refusals for programs: `application/problem+json` (RFC 9457) with a stable code."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from app.refusals import Refusal

PROBLEM_TYPE: Final = "application/problem+json"
JSON_HEADERS: Final = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))

# What a refusal may tell besides its words; anything else in `details` stays inside.
TOLD: Final = ("seats", "areas", "nearest", "limit", "held", "fields", "incident")

plain_json: Final = json.JSONEncoder(separators=(",", ":"), default=str).encode

_LISTED: Final = (tuple, set, frozenset)
_TITLES: Final = {status.value: status.phrase for status in HTTPStatus}


def problem(refusal: Refusal) -> dict[str, Any]:
    """The refusal as a problem: type, title, status, code, detail and what it may tell."""
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(refusal.status, "Refused"),
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.words,
    }
    details = refusal.details
    if details:
        for name in TOLD:
            if name in details:
                told = details[name]
                found[name] = list(told) if isinstance(told, _LISTED) else told
    return found


def problem_bytes(refusal: Refusal) -> bytes:
    """The same as UTF-8 JSON."""
    return plain_json(problem(refusal)).encode()


def problem_headers(refusal: Refusal) -> list[tuple[str, str]]:
    """Headers of the answer: its type, and when to come back."""
    headers = [("Content-Type", PROBLEM_TYPE), ("Cache-Control", "no-store")]
    if refusal.retry_after is not None:
        headers.append(("Retry-After", str(max(1, refusal.retry_after))))
    return headers
