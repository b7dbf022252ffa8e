"""The published vectors are right, and two verifiers agree on every one of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.tickets.codes import BadTicketCode, TicketFacts, sign, validity, verify
from tests.tickets.make_vectors import VECTORS_PATH, vectors
from tests.tickets.standalone_verifier import facts_of

PUBLISHED: dict[str, Any] = json.loads(VECTORS_PATH.read_text(encoding="utf-8"))
PUBLIC_KEYS = {
    (key["event"], key["key_id"]): bytes.fromhex(key["public_key"]) for key in PUBLISHED["keys"]
}
FIELDS = ("key_id", "event", "zone", "generation", "valid_from_hours", "valid_until_hours")

genuine = pytest.mark.parametrize("vector", PUBLISHED["genuine"], ids=lambda v: v["name"])
must_fail = pytest.mark.parametrize("vector", PUBLISHED["must_fail"], ids=lambda v: v["name"])


def test_the_published_file_is_what_the_generator_writes() -> None:
    assert vectors() == PUBLISHED


@genuine
def test_a_genuine_vector_verifies_with_the_public_key_alone(vector: Mapping[str, Any]) -> None:
    assert verify(vector["code"], PUBLIC_KEYS) == _facts(vector)


@genuine
def test_a_genuine_vector_says_the_same_to_an_independent_verifier(
    vector: Mapping[str, Any],
) -> None:
    said = facts_of(vector["code"], PUBLIC_KEYS)

    assert said is not None
    assert TicketFacts(**said) == _facts(vector)


@genuine
def test_signing_a_vectors_facts_gives_its_digits(vector: Mapping[str, Any]) -> None:
    keys = {(key["event"], key["key_id"]): key["private_key"] for key in PUBLISHED["keys"]}
    key = bytes.fromhex(keys[vector["event"], vector["key_id"]])

    assert sign(key, _facts(vector)) == vector["code"]
    assert int(vector["code"][1:]) == int(vector["payload"] + vector["signature"], 16)


@genuine
def test_a_vectors_window_is_the_documented_one(vector: Mapping[str, Any]) -> None:
    day = date.fromisoformat(vector["window_if_the_event_is_on"])

    assert validity(_facts(vector), day) == (
        vector["valid_from"] and datetime.fromisoformat(vector["valid_from"]),
        vector["valid_until"] and datetime.fromisoformat(vector["valid_until"]),
    )


@must_fail
def test_a_bad_vector_is_refused_for_its_reason(vector: Mapping[str, Any]) -> None:
    with pytest.raises(BadTicketCode) as refused:
        verify(vector["code"], PUBLIC_KEYS)

    assert refused.value.reason == vector["reason"]


@must_fail
def test_a_bad_vector_is_refused_by_an_independent_verifier(vector: Mapping[str, Any]) -> None:
    assert facts_of(vector["code"], PUBLIC_KEYS) is None


def test_every_reason_to_refuse_has_a_vector() -> None:
    reasons = {no.reason for no in BadTicketCode.__subclasses__()}

    assert {vector["reason"] for vector in PUBLISHED["must_fail"]} == reasons


def test_the_standalone_verifier_runs_without_full_house(tmp_path: Path) -> None:
    script = tmp_path / "verifier.py"
    script.write_bytes(Path(__file__).with_name("standalone_verifier.py").read_bytes())
    ticket = PUBLISHED["genuine"][2]
    key = next(key for key in PUBLISHED["keys"] if key["event"] == ticket["event"])
    asked = [str(key["event"]), str(key["key_id"]), key["public_key"]]

    ran = [
        subprocess.run(
            [sys.executable, "-I", script, *asked, code],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )
        for code in (ticket["code"], ticket["code"][:-1] + "x")
    ]

    assert [run.returncode for run in ran] == [0, 1]
    assert str(int(ticket["serial"], 16)) in ran[0].stdout


def _facts(vector: Mapping[str, Any]) -> TicketFacts:
    return TicketFacts(serial=int(vector["serial"], 16), **{name: vector[name] for name in FIELDS})
