"""Requests that are not what a program should send: a clean no, and nothing changed."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.api.reading import BODY_LIMIT_BYTES
from tests.api.client import Program
from tests.api.conftest import Gala
from tests.api.description import request_faults

ASK = b'{"seats": ["x"]}'


@pytest.mark.parametrize(
    "kind",
    [
        *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/xml", "application/problem+json", "application/jsonp"),
    ],
)
def test_only_json_is_read(bo: Program, gala: Gala, kind: str) -> None:
    assert bo.send("POST", gala.path("holds"), ASK, kind=kind).no == (415, "wrong_content_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_may_be_spelled_as_the_standard_allows(bo: Program, gala: Gala, kind: str) -> None:
    body = json.dumps({"seats": [gala.seats[0]]}).encode()

    assert bo.send("POST", gala.path("holds"), body, kind=kind).status == 201


@pytest.mark.parametrize("path", ["holds", "best"])
@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[1]", b'{"count": NaN}', b"\xff"])
def test_what_is_not_an_object_is_refused(bo: Program, gala: Gala, path: str, body: bytes) -> None:
    no = bo.send("POST", gala.path(path), body)

    assert no.no in ((400, "bad_json"), (422, "invalid"))


@pytest.mark.parametrize("path", ["/orders", "/demo/payments"])
def test_an_order_that_is_not_an_object_is_refused(bo: Program, path: str) -> None:
    assert bo.send("POST", path, b"[]").no == (422, "invalid")
    assert bo.send("POST", path, b"[").no == (400, "bad_json")


def test_a_body_that_is_too_long_is_refused(bo: Program, gala: Gala) -> None:
    body = b'{"seats": ["' + b"x" * BODY_LIMIT_BYTES + b'"]}'

    assert bo.send("POST", gala.path("holds"), body).no == (413, "too_long")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 40, "1e3", "٣"])
def test_an_odd_length_is_no_fault(bo: Program, gala: Gala, length: str) -> None:
    spelled = length.encode().decode("latin-1")
    no = bo.send("POST", gala.path("holds"), ASK, {"Content-Length": spelled})

    assert no.status in (400, 413, 422)


def test_fields_that_are_not_known_are_ignored(bo: Program, gala: Gala) -> None:
    ask = {"seats": [gala.seats[0]], "gift_wrap": True, "price_cents": 1, "total_cents": 0}

    hold = bo.post(gala.path("holds"), ask)
    assert (hold.status, hold.content["total_cents"]) == (201, 2400)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/events", "POST"),
        ("/events/x/holds", "GET"),
        ("/events/x/state", "DELETE"),
        ("/holds/1-x", "PUT"),
        ("/orders", "GET"),
        ("/orders/x", "DELETE"),
        ("/openapi.json", "POST"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(app: Flask, path: str, method: str) -> None:
    answer = app.test_client().open(f"/api/v1{path}", method=method)

    assert (answer.status_code, answer.json["code"]) == (405, "wrong_method")  # type: ignore[index]
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/events/x/y/z", "/holds", "/../healthz"])
def test_an_address_that_is_not_there_is_a_problem(app: Flask, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = app.test_client().open(f"/api/v1{path}", method=method)

        assert answer.status_code in (404, 405)
        assert answer.mimetype == "application/problem+json"


def test_what_the_description_allows_is_what_the_server_reads(bo: Program, gala: Gala) -> None:
    asks = [
        {"seats": [gala.seats[0]]},
        {"seats": [{"id": gala.seats[1], "ticket_type": None}], "basket": None, "areas": []},
        {"areas": [{"id": "standing", "count": 1, "ticket_type": "adult"}]},
        {"seats": []},
        {"seats": [7]},
        {"seats": [""]},
        {"areas": [{"id": "standing", "count": 0}]},
        {"areas": [{"id": "standing", "count": "1"}]},
        {"seats": "x"},
        {"basket": "x"},
        {"seats": ["a\u0001"]},
    ]
    for ask in asks:
        described = not request_faults("POST", f"/api/v1{gala.path('holds')}", ask)
        read = bo.post(gala.path("holds"), ask).code != "invalid"
        assert described == read, ask


def test_a_head_request_is_a_get_without_a_body(app: Flask, gala: Gala) -> None:
    answer = app.test_client().head(f"/api/v1{gala.path('state')}")

    assert (answer.status_code, answer.data) == (200, b"")
