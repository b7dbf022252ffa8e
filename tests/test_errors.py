"""Every no has words and a code; every fault has a number and shows nothing else."""

from __future__ import annotations

import json
import logging
import re

import pytest
from flask import Flask, abort, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from app import errors
from app.problems import problem
from app.refusals import Busy, Invalid, PlacesTaken, Refusal

INCIDENT = re.compile(r"[A-Z][2-9]-\d{4}")


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 100
    errors.init_app(app)

    @app.get("/api/v1/taken")
    def taken() -> str:
        raise PlacesTaken(seats=("A1", "A2"), areas=(), secret="never told")

    @app.get("/api/v1/busy")
    def busy() -> str:
        raise Busy(retry_after=3)

    @app.get("/api/v1/invalid")
    def invalid() -> str:
        raise Invalid({"email": "Type an address such as bo@example.org."})

    @app.get("/api/v1/broken")
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the secret plan")

    @app.get("/api/v1/status/<int:status>")
    def other(status: int) -> str:
        abort(status)

    @app.post("/api/v1/body")
    def body() -> str:
        from flask import request

        return request.get_data(as_text=True)

    @app.get("/api/v1/away")
    def away() -> ResponseReturnValue:
        return redirect("/here")

    return app.test_client()


def test_a_refusal_is_a_problem_with_code_words_and_what_it_may_tell(client: FlaskClient) -> None:
    answer = client.get("/api/v1/taken")

    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "places_taken",
        "detail": PlacesTaken().words,
        "seats": ["A1", "A2"],
        "areas": [],
    }


def test_busy_says_when_to_come_back(client: FlaskClient) -> None:
    assert client.get("/api/v1/busy").headers["Retry-After"] == "3"


def test_invalid_names_the_fields(client: FlaskClient) -> None:
    answer = client.get("/api/v1/invalid")

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["fields"] == {"email": "Type an address such as bo@example.org."}


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/api/v1/nowhere", "GET", 404, "not_found"),
        ("/api/v1/taken", "POST", 405, "wrong_method"),
        ("/api/v1/taken", "TRACE", 405, "wrong_method"),
        ("/api/v1/status/403", "GET", 403, "not_allowed"),
        ("/api/v1/status/415", "GET", 415, "wrong_content_type"),
        ("/api/v1/status/400", "GET", 400, "bad_request"),
        ("/api/v1/status/418", "GET", 400, "bad_request"),
        ("/api/v1/status/500", "GET", 500, "fault"),
    ],
)
def test_flask_s_own_noes_are_problems_too(
    client: FlaskClient, path: str, method: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.data)["code"] == code


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    assert "GET" in client.post("/api/v1/taken").headers["Allow"]


def test_a_body_that_is_too_long_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/body", data="x" * 101)

    assert answer.status_code == 413
    assert json.loads(answer.data)["code"] == "too_long"


def test_a_redirect_stays_one(client: FlaskClient) -> None:
    assert client.get("/api/v1/away").status_code == 302


def test_a_fault_shows_a_number_and_no_trace(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "fullhouse.faults"):
        answer = client.get("/api/v1/broken")

    told = json.loads(answer.data)
    assert answer.status_code == 500
    assert INCIDENT.fullmatch(told["incident"])
    assert "secret plan" not in answer.text
    assert "Traceback" not in answer.text
    assert told["incident"] in caplog.text
    assert "secret plan" in caplog.text


def test_a_fault_of_a_page_is_a_page_with_its_number(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/broken")

    assert answer.status_code == 500
    assert answer.content_type.startswith("text/html")
    assert INCIDENT.search(answer.text)
    assert "secret plan" not in answer.text


def test_incident_numbers_can_be_read_out() -> None:
    assert all(INCIDENT.fullmatch(errors.new_incident()) for _ in range(500))


def test_every_refusal_has_its_own_code_and_words() -> None:
    kinds = all_kinds(Refusal)
    codes = [kind.code for kind in kinds if "code" in vars(kind)]

    assert len(codes) == len(set(codes))
    for kind in kinds:
        assert kind.happened.endswith("."), kind
        assert 400 <= kind.status < 600, kind


def test_what_a_refusal_keeps_to_itself_is_not_told() -> None:
    assert "order_id" not in problem(PlacesTaken(order_id="8WD3RX2Q"))


def all_kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    found = []
    for child in kind.__subclasses__():
        found += [child, *all_kinds(child)]
    return found
