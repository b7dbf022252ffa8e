"""The API through the real server: headers, compression, polls, logs."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from tests.api.description import check_answer
from tests.conftest import Serve
from tests.services.box_office import BoxOffice

POLICY = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def house(serve: Serve) -> BoxOffice:
    """A running box office with an event of two thousand seats."""
    office = serve()
    office.demo(seats=2000, event="gala")
    return office


def test_a_purchase_over_http_holds_to_the_description(house: BoxOffice) -> None:
    with httpx.Client(base_url=house.url, headers={"Accept-Encoding": "gzip"}) as client:
        seats = asked(client, "GET", "/api/v1/events/gala/seats").json()["seats"]
        ask = {"seats": [seats[0]["id"], seats[1]["id"]]}
        key = {"Idempotency-Key": "a-key-of-sixteen-and-more"}
        hold = asked(client, "POST", "/api/v1/events/gala/holds", ask, key).json()
        assert (
            asked(client, "POST", "/api/v1/events/gala/holds", ask, key).json()["id"] == hold["id"]
        )
        order = {"basket": hold["basket"], "name": "Bo", "email": "bo@example.org",
                 "payment": "demo", "demo_outcome": "paid"}  # fmt: skip
        bought = asked(client, "POST", "/api/v1/orders", order).json()
        own = {"Order-Secret": bought["secret"]}
        asked(client, "GET", f"/api/v1/orders/{bought['code']}", headers=own)
        lost = asked(client, "POST", "/api/v1/events/gala/holds", ask)
        assert (lost.status_code, lost.json()["code"]) == (409, "places_taken")

    time.sleep(1.2)  # the access log is written twice a second
    log = (house.data_dir / "logs" / "access.jsonl").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"POST /api/v1/orders 201", "POST /api/v1/events/gala/holds 409"} <= {
        f"{line.get('method')} {line.get('path')} {line.get('status')}" for line in lines
    }
    for secret in (hold["basket"], bought["secret"], "bo@example.org"):
        assert secret not in log + house.log_text()


def test_polls_are_small_versioned_and_carry_the_policy(house: BoxOffice) -> None:
    with httpx.Client(base_url=house.url) as client:
        whole = asked(client, "GET", "/api/v1/events/gala/state")
        version = whole.json()["version"]
        assert whole.headers["content-encoding"] == "gzip"
        assert int(whole.headers["content-length"]) < 1500
        same = asked(client, "GET", "/api/v1/events/gala/state",
                     headers={"If-None-Match": whole.headers["etag"]})  # fmt: skip
        assert (same.status_code, same.content) == (304, b"")
        news = asked(client, "GET", f"/api/v1/events/gala/state?since={version}")
        assert news.json()["changes"] == []


NOES = [
    ("GET", "/api/v1/nowhere", None, 404),
    ("DELETE", "/api/v1/events", None, 405),
    ("POST", "/api/v1/orders", b"{", 400),
    ("POST", "/api/v1/orders", b'{"name":"' + b"x" * 70_000 + b'"}', 413),
    ("POST", "/api/v1/orders", b"[]", 422),
]


def test_noes_are_problems_with_all_headers(serve: Serve) -> None:
    office = serve()
    with httpx.Client(base_url=office.url) as client:
        for method, path, body, status in NOES:
            answer = client.request(
                method, path, content=body, headers={"Content-Type": "application/json"}
            )

            told = (answer.status_code, answer.headers["content-type"])
            assert told == (status, "application/problem+json"), path
            carries_policy(answer)


def asked(
    client: httpx.Client, method: str, path: str, ask: Any = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:  # fmt: skip
    """The answer, held against the description and the policy."""
    answer = client.request(method, path, json=ask, headers=headers)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    check_answer(method, path, answer.status_code, kind, answer.content)
    carries_policy(answer)
    return answer


def carries_policy(answer: httpx.Response) -> None:
    """Fail unless the answer has every header of the policy, each once."""
    names = [name for name, _ in answer.headers.multi_items()]
    assert len(names) == len(set(names)), names
    for name, begin in POLICY.items():
        assert answer.headers[name].startswith(begin)
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert not [name for name in names if name.startswith("access-control")]
