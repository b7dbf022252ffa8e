"""Strict JSON: what is not plainly right is refused, by name."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.forms import (
    AREAS_LIMIT,
    COUNT_LIMIT,
    SEATS_LIMIT,
    best_form,
    hold_form,
    notice_form,
    order_form,
)
from app.api.reading import BODY_LIMIT_BYTES, parse_object
from app.errors import BadJson, TooLong
from app.inventory.commands import AreaChoice, SeatChoice
from app.refusals import Invalid

NAMES = (
    *("seats", "areas", "basket", "id", "count", "ticket_type", "category", "step_free"),
    *("name", "email", "payment", "demo_outcome", "order", "outcome"),
)


def faults(read: Any, found: dict[str, Any]) -> set[str]:
    """The names of the fields that are refused."""
    with pytest.raises(Invalid) as refused:
        read(found)
    return set(refused.value.fields)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"{", b"seats", b"{'seats': []}", b'{"a": 1,}', b'{"a": 01}', b"\xef\xbb\xbf{}"),
        *(b'{"a": 1} {"b": 2}', b'{"a": 1, "a": 2}', b'{"b": {"a": 1, "a": 1}}'),
        *(b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": "\x01"}'),
        *(b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), '{"a": 1}'.encode("utf-32")),
        b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"a": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadJson):
        parse_object(raw)


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"seats"', b"1", b"true", b'[{"seats": []}]'])
def test_json_that_is_no_object_is_refused(raw: bytes) -> None:
    assert faults(parse_object, raw) == {"body"}  # type: ignore[arg-type]


def test_more_than_64_kilobytes_are_not_read() -> None:
    with pytest.raises(TooLong):
        parse_object(b'{"a":"' + b"x" * BODY_LIMIT_BYTES + b'"}')


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_stumble(raw: bytes) -> None:
    with contextlib.suppress(BadJson, Invalid):
        parse_object(raw)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner),
)


@given(st.dictionaries(st.sampled_from(NAMES), values))
def test_no_json_makes_a_form_stumble(ask: dict[str, Any]) -> None:
    found = parse_object(json.dumps(ask).encode())
    for read in (hold_form, best_form, order_form, notice_form):
        with contextlib.suppress(Invalid):
            read(found)


def test_a_hold_is_read_with_and_without_ticket_types() -> None:
    form = hold_form(
        {
            "seats": [
                "A1",
                {"id": "A2", "ticket_type": "child"},
                {"id": "A3", "ticket_type": None},
            ],
            "areas": [{"id": "floor", "count": 2}],
            "basket": "b.token",
            "from_the_future": {"ignored": True},
        }
    )

    assert form.seats == (SeatChoice("A1"), SeatChoice("A2", "child"), SeatChoice("A3"))
    assert form.areas == (AreaChoice("floor", 2),)
    assert form.basket == "b.token"


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({}, "seats"),
        ({"seats": [], "areas": []}, "seats"),
        ({"seats": None}, "seats"),
        ({"seats": "A1"}, "seats"),
        ({"seats": {"id": "A1"}}, "seats"),
        ({"seats": [""]}, "seats[0]"),
        ({"seats": ["A1", 7]}, "seats[1]"),
        ({"seats": [None]}, "seats[0]"),
        ({"seats": [True]}, "seats[0]"),
        ({"seats": [["A1"]]}, "seats[0]"),
        ({"seats": ["A1", "A1"]}, "seats[1]"),
        ({"seats": ["A1", {"id": "A1", "ticket_type": "child"}]}, "seats[1]"),
        ({"seats": [{}]}, "seats[0].id"),
        ({"seats": [{"id": 7}]}, "seats[0].id"),
        ({"seats": [{"id": "A1", "ticket_type": 7}]}, "seats[0].ticket_type"),
        ({"seats": ["x" * 256]}, "seats[0]"),
        ({"seats": ["A\x00"]}, "seats[0]"),
        ({"seats": ["A\ud800"]}, "seats[0]"),
        ({"seats": [f"A{n}" for n in range(SEATS_LIMIT + 1)]}, "seats"),
        ({"areas": "floor"}, "areas"),
        ({"areas": ["floor"]}, "areas[0]"),
        ({"areas": [{"count": 1}]}, "areas[0].id"),
        ({"areas": [{"id": "floor"}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": 0}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": -3}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": True}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": 1.0}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": "1"}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": COUNT_LIMIT + 1}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": 1e300}]}, "areas[0].count"),
        ({"areas": [{"id": "floor", "count": 1}] * (AREAS_LIMIT + 1)}, "areas"),
        ({"seats": ["A1"], "basket": 7}, "basket"),
        ({"seats": ["A1"], "basket": "x" * 500}, "basket"),
    ],
)
def test_a_hold_that_is_not_plain_is_refused_by_its_field(
    found: dict[str, Any], field: str
) -> None:
    assert field in faults(hold_form, found)


@pytest.mark.parametrize("count", [None, 0, -1, True, "2", 2.0, COUNT_LIMIT + 1, 10**30, [2]])
def test_the_best_of_an_odd_number_is_refused(count: Any) -> None:
    assert faults(best_form, {"count": count}) == {"count"}


@pytest.mark.parametrize("step_free", [None, 0, 1, "true", []])
def test_a_switch_is_true_or_false(step_free: Any) -> None:
    assert faults(best_form, {"count": 2, "step_free": step_free}) == {"step_free"}


def test_every_missing_field_of_an_order_is_named_at_once() -> None:
    assert faults(order_form, {}) == {"basket", "name", "email", "payment"}


@pytest.mark.parametrize("outcome", ["late", "", 1, True, ["paid"]])
def test_a_demo_outcome_is_paid_or_refused(outcome: Any) -> None:
    order = {"basket": "b", "name": "Bo", "email": "bo@example.org", "payment": "demo"}

    assert faults(order_form, {**order, "demo_outcome": outcome}) == {"demo_outcome"}
    assert "outcome" in faults(notice_form, {"order": "8WD3RX2Q", "outcome": outcome})
