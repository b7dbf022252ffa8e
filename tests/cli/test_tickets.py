"""verify-ticket: the published vectors, with the public key alone and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

FILE = Path(__file__).parents[2] / "docs/ticket-code-vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["genuine"], ids=lambda vector: str(vector["name"]))
def test_a_genuine_code_is_called_so(run: Run, data_dir: Path, vector: dict[str, Any]) -> None:
    ended = run("verify-ticket", vector["code"], "--keys", FILE)

    assert ended.code == 0
    assert f"event {vector['event']}, serial {int(vector['serial'], 16)}" in ended.out
    assert not data_dir.exists()  # no box office was needed


@pytest.mark.parametrize("vector", VECTORS["must_fail"], ids=lambda vector: str(vector["name"]))
def test_any_other_code_is_refused_with_all_keys_at_hand(run: Run, vector: dict[str, Any]) -> None:
    ended = run("verify-ticket", "--keys", FILE, "--", vector["code"])

    assert ended.code == 1
    assert ended.err.startswith("Not genuine: ")
    assert ended.out == ""


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"keys": 5}', '{"keys": [{"event": 1}]}',
     '{"keys": [{"event": 1, "key_id": 1, "public_key": "00"}]}',
     '{"keys": [{"event": 1, "key_id": 1, "public_key": "zz"}]}'],
)  # fmt: skip
def test_a_list_of_keys_that_is_none_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)

    ended = run("verify-ticket", VECTORS["genuine"][0]["code"], "--keys", path)

    assert (ended.code, "event keys prints such a list" in ended.err) == (1, True)


def test_without_a_list_the_kept_keys_are_asked(run: Run) -> None:
    ended = run("verify-ticket", VECTORS["genuine"][0]["code"])

    assert (ended.code, "not on this list" in ended.err) == (1, True)


def test_the_kept_keys_can_be_written_down(run: Run) -> None:
    assert json.loads(run("event", "keys").out) == {"keys": []}
    run("demo")

    keys = json.loads(run("event", "keys").out)["keys"]

    assert len(keys) > 5
    assert {len(key["public_key"]) for key in keys} == {64}
