"""Whatever is sent, the API never breaks: every answer is described, and none is a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.box_office import BoxOffice
from tests.api.client import Program
from tests.api.conftest import Gala, open_event

KEYS = (
    *("seats", "areas", "basket", "id", "count", "ticket_type", "category", "step_free"),
    *("name", "email", "payment", "demo_outcome", "order", "outcome"),
)
WORDS = st.sampled_from(
    ["adult", "demo", "free", "manual", "paid", "refused", "bo@example.org", "Bo", "front", ""]
)


@pytest.fixture(scope="module")
def gala(office: BoxOffice) -> Gala:
    """One event for all examples of this file."""
    return open_event(office, "payments = { manual = { quota = 5, closes_hours = 1 } }", seats=30)


@pytest.fixture(scope="module")
def known(office: BoxOffice, gala: Gala) -> dict[str, list[str]]:
    """Real ids and tokens, so that not everything is refused at the door."""
    baskets = [office.tokens.basket(f"{number:020x}") for number in range(3)]
    return {"seats": list(gala.seats[:8]), "baskets": baskets, "secrets": ["x", *baskets]}


def values(known: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    """JSON of any shape with real words strewn in."""
    plain = (
        st.none() | st.booleans() | st.integers(-2, 12) | st.text(max_size=5) | WORDS
        | st.sampled_from(known["seats"] + known["baskets"])
        | st.floats(allow_nan=False, allow_infinity=False)
    )  # fmt: skip
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
        max_leaves=8,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_request_breaks_the_api(
    data: st.DataObject, bo: Program, gala: Gala, known: dict[str, list[str]]
) -> None:
    ask = data.draw(st.dictionaries(st.sampled_from(KEYS), values(known)), label="body")
    path = data.draw(
        st.sampled_from(
            [gala.path("holds"), gala.path("best"), "/orders", "/demo/payments",
             "/holds/1-x/extensions", "/events/nowhere/holds"]
        ), label="path",
    )  # fmt: skip
    headers = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "Basket": st.sampled_from(known["secrets"]),
                "Order-Secret": st.sampled_from(known["secrets"]),
                "Idempotency-Key": st.sampled_from(["short", "k" * 16, "l" * 16, "m" * 300]),
            },
        ),
        label="headers",
    )

    answer = bo.send("POST", path, json.dumps(ask).encode(), headers)
    assert answer.status < 500, answer


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    piece=st.text(st.characters(codec="utf-8", exclude_characters="/?#"), min_size=1, max_size=20),
    query=st.text(st.characters(codec="utf-8"), max_size=20),
)
def test_no_address_breaks_the_api(bo: Program, piece: str, query: str) -> None:
    for path in (
        f"/events/{piece}",
        f"/events/{piece}/state",
        f"/holds/{piece}",
        f"/orders/{piece}",
    ):
        answer = bo.app.test_client().get(
            f"/api/v1{path}", query_string={"since": query, "after": query}
        )

        assert answer.status_code in (200, 308, 404)
