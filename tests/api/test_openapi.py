"""The description tells everything that the API does, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from app.api.openapi import CODES
from app.refusals import Refusal
from tests.api.client import Program
from tests.api.description import DESCRIBED, METHODS, NotDescribedError, check_answer, resolve

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


def test_every_route_is_described_and_every_description_has_a_route(app: Flask) -> None:
    served = set()
    for rule in app.url_map.iter_rules():
        if not (rule.endpoint.startswith(("api.", "health."))):
            continue
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1")
        served |= {(template, m.lower()) for m in (rule.methods or set()) - {"HEAD", "OPTIONS"}}

    described = {
        (template, method)
        for template, calls in DESCRIBED["paths"].items()
        for method in METHODS
        if method in calls
    }
    assert served == described


def test_the_description_is_served_to_everybody(bo: Program) -> None:
    assert bo.get("/openapi.json").content == DESCRIBED


def test_it_is_openapi_3_1_and_its_schemas_are_schemas() -> None:
    assert DESCRIBED["openapi"] == "3.1.0"
    for schema in DESCRIBED["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DESCRIBED):
        assert resolve({"$ref": reference})


def test_every_path_parameter_is_described() -> None:
    for template, calls in DESCRIBED["paths"].items():
        known = {resolve(parameter)["name"] for parameter in calls.get("parameters", ())}
        assert set(re.findall(r"{(\w+)}", template)) <= known, template


def test_operations_have_names_of_their_own() -> None:
    names = [
        call["operationId"]
        for calls in DESCRIBED["paths"].values()
        for method, call in calls.items()
        if method in METHODS
    ]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_refusal_of_ours_with_that_status(code: str) -> None:
    statuses = {kind.status for kind in all_kinds(Refusal) if kind.code == code}

    assert statuses == {CODES[code][0]}


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_in_the_documentation(code: str) -> None:
    row = re.compile(rf"^\| {CODES[code][0]} \| `{code}` \| \S", re.MULTILINE)

    assert row.search(DOCS.read_text("utf-8")), code


@pytest.mark.parametrize("template", DESCRIBED["paths"])
def test_every_call_is_explained_in_the_documentation(template: str) -> None:
    assert template.replace("{hold_id}", "{id}") in DOCS.read_text("utf-8")


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (418, "application/json", {}),
        (201, "text/html", {}),
        (201, "application/json", {"id": "1-x"}),
        (409, "application/problem+json", {"code": "places_taken"}),
        (
            409,
            "application/problem+json",
            {"type": "", "title": "", "status": 409, "code": "brand_new", "detail": ""},
        ),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    status: int, kind: str, body: dict[str, Any]
) -> None:
    with pytest.raises(NotDescribedError):
        check_answer("POST", "/api/v1/events/x/holds", status, kind, json.dumps(body).encode())


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in the description."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def all_kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    """Every refusal there is."""
    return [inner for child in kind.__subclasses__() for inner in (child, *all_kinds(child))]
