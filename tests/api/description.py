"""Holds real answers against the API's own description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from werkzeug.routing import Map, Rule

from app.api.openapi import document

DESCRIBED = json.loads(json.dumps(document()))
METHODS = ("get", "post", "put", "patch", "delete")


class NotDescribedError(AssertionError):
    """The server does what its description does not tell."""


def check_answer(method: str, path: str, status: int, kind: str, body: bytes) -> None:
    """Raise `NotDescribedError` unless this answer is described, down to its error code."""
    call = find_call(method, path)
    if call is None:
        raise NotDescribedError(f"{method} {path}")
    described = call["responses"].get(str(status))
    if described is None:
        raise NotDescribedError(f"{method} {path} answered {status}: {body[:300]!r}")
    content = resolve(described).get("content", {})
    if not content:
        if body:
            raise NotDescribedError(f"{method} {path}: a body with {status}")
        return
    if kind not in content:
        raise NotDescribedError(f"{method} {path}: {status} with {kind}")
    faults = [
        f"{list(fault.absolute_path)}: {fault.message}"
        for fault in validator(json.dumps(content[kind]["schema"])).iter_errors(json.loads(body))
    ]
    if faults:
        raise NotDescribedError(f"{method} {path} {status}: {faults}")


def request_faults(method: str, path: str, ask: Any) -> list[str]:
    """What the description has against a request's body."""
    call = find_call(method, path)
    assert call is not None
    schema = call["requestBody"]["content"]["application/json"]["schema"]
    return [fault.message for fault in validator(json.dumps(schema)).iter_errors(ask)]


def find_call(method: str, path: str) -> Mapping[str, Any] | None:
    """The description of one call, or None."""
    adapter = _map().bind("localhost")
    name = urlsplit(path).path.removeprefix("/api/v1")
    try:
        template, _ = adapter.match(name, method="GET")
    except Exception:  # noqa: BLE001  any failure to match means that it is not described
        return None
    found: Mapping[str, Any] | None = DESCRIBED["paths"][template].get(method.lower())
    return found


def resolve(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` points at; anything else is itself."""
    target = schema.get("$ref")
    if target is None:
        return schema
    found: Any = DESCRIBED
    for part in target.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


@cache
def validator(schema: str) -> Validator:
    """A validator that knows all named schemas."""
    whole = {**json.loads(schema), "components": DESCRIBED["components"]}
    found: Validator = Draft202012Validator(
        whole, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return found


@cache
def _map() -> Map:
    return Map(
        [
            Rule(template.replace("{", "<").replace("}", ">"), endpoint=template)
            for template in DESCRIBED["paths"]
        ]
    )
