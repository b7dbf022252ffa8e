"""Three implementations agree with the published vectors, byte for byte."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from app.lottery.draw.bundle import verify, verify_file
from app.lottery.draw.refused import BundleRefused
from tests.lottery.javascript import Ask
from tests.lottery.make_vectors import VECTORS_PATH, vectors
from tests.lottery.samples import FACTS
from tests.lottery.script import PATH, script, script_accepts

PUBLISHED: dict[str, Any] = json.loads(VECTORS_PATH.read_text(encoding="utf-8"))
BUNDLES = pytest.mark.parametrize("kind", FACTS)


def of(kind: str) -> list[dict[str, Any]]:
    """The vectors of one kind."""
    found: list[dict[str, Any]] = PUBLISHED[kind]
    return found


def as_base64(files: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(raw).decode() for raw in files]


def test_the_published_file_is_what_the_generator_writes() -> None:
    assert vectors() == PUBLISHED


# ---- the script ---------------------------------------------------------------------------------


def test_the_script_hashes_alike() -> None:
    own = script()
    for one in of("canonical"):
        assert own.canonical(one["value"]).decode() == one["text"]
    for one in of("commitment"):
        fields = (bytes.fromhex(one["server_seed"]), one["batch"].encode())
        found = own.digest(b"commitment", *fields, own.canonical(one["params"]))
        assert found.hex() == one["commitment"]
    for one in of("list"):
        found = own.digest(b"list", "".join(f"{line}\n" for line in one["lines"]).encode())
        assert found.hex() == one["list_hash"]
    for one in of("seed"):
        first, second, last = (
            bytes.fromhex(one[n]) for n in ("server_seed", "commitment", "list_hash")
        )
        assert (
            own.digest(b"seed", first, second, own.canonical(one["public"]), last).hex()
            == one["seed"]
        )
    for one in of("entry"):
        assert (
            own.digest(b"entry", bytes.fromhex(one["salt"]), one["id"].encode()).hex()
            == one["hash"]
        )


def test_the_script_draws_and_shuffles_alike() -> None:
    own = script()
    for one in of("stream"):
        found = list(islice(own.words(bytes.fromhex(one["seed"])), one["count"]))
        assert [f"{word:016x}" for word in found[-13:]] == one["last_words"]
    for one in of("below"):
        left = iter(int(word, 16) for word in one["words"])
        assert own.below(left, one["end"]) == one["value"]
        assert len(list(left)) == len(one["words"]) - one["used"]
    for one in of("shuffle"):
        cells = own.shuffled(list(range(one["size"])), own.words(bytes.fromhex(one["seed"])))
        assert cells[:52] == one["begins"]


def test_the_script_grows_the_same_trees() -> None:
    own = script()
    for one in of("merkle"):
        committed, seed = bytes.fromhex(one["commitment"]), bytes.fromhex(one["server_seed"])
        leaves = [
            own.leaf(committed, one["size"], at, prize, own.keyed(seed, b"draw/v1/salt", at))
            for at, prize in enumerate(prizes_of(one), 1)
        ]
        path = [bytes.fromhex(sibling) for sibling in one["last_path"]]

        assert own.tree_root(leaves).hex() == one["root"]
        assert own.climbed(leaves[-1], one["size"] - 1, one["size"], path).hex() == one["root"]


@BUNDLES
def test_the_script_repeats_a_draw(kind: str) -> None:
    code, words = script().judge(PUBLISHED[kind]["bundle"].encode())

    assert code == 0
    assert words.startswith(f"Result: {json.dumps(PUBLISHED[kind]['result'])}\n")


def in_groups(digits: str) -> str:
    """A fingerprint as pages and letters show it."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def test_the_script_runs_by_itself(tmp_path: Path) -> None:
    copy = tmp_path / "verify_draw.py"
    copy.write_bytes(PATH.read_bytes())
    good, bad, ticket = (tmp_path / name for name in ("good.json", "bad.json", "ticket.json"))
    good.write_text(PUBLISHED["evening"]["bundle"], encoding="utf-8")
    bad.write_text(PUBLISHED["evening"]["bundle"] + "\n", encoding="utf-8")
    ticket.write_text(PUBLISHED["tickets"][0], encoding="utf-8")
    commitment = json.loads(PUBLISHED["evening"]["bundle"])["commitment"]
    shown = in_groups(commitment)

    ran = [
        subprocess.run(
            [sys.executable, "-I", copy, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            cwd=tmp_path,
            check=False,
        )
        for arguments in (
            [good], [good, commitment], [good, "00"], [bad], [ticket], [], ["--help"], ["nofile"],
            [tmp_path], [good, f"{in_groups(commitment).upper()}."], [good, *shown.split()],
        )
    ]  # fmt: skip

    assert [run.returncode for run in ran] == [0, 0, 1, 1, 0, 2, 2, 2, 2, 0, 0]
    assert [run.stdout.split(":")[0] for run in ran[2:4]] == ["REFUSED", "REFUSED"]
    assert f"HOLDS, if this is what was published before the first sale: {commitment}" in (
        ran[0].stdout
    )
    for run in (ran[1], ran[9], ran[10]):
        assert f"HOLDS, and belongs to what was published as {commitment}" in run.stdout
    assert [run.stderr for run in ran] == [""] * len(ran)
    assert all(run.stdout.count("\n") == 1 for run in ran[5:9])
    assert "nofile cannot be read (No such file or directory), so nothing" in ran[7].stdout


# ---- the browser's verifier ---------------------------------------------------------------------


def test_the_browser_hashes_alike(ask_browser: Ask) -> None:
    wanted = {
        "canonical": [one["text"] for one in of("canonical")],
        "commitment": [one["commitment"] for one in of("commitment")],
        "list": [one["list_hash"] for one in of("list")],
        "seed": [one["seed"] for one in of("seed")],
        "entry": [one["hash"] for one in of("entry")],
    }
    calls = [
        [kind, one["value"] if kind == "canonical" else one] for kind in wanted for one in of(kind)
    ]

    assert ask_browser(*calls) == [answer for answers in wanted.values() for answer in answers]


def test_the_browser_draws_and_shuffles_alike(ask_browser: Ask) -> None:
    streams = ask_browser(*(["stream", one] for one in of("stream")))
    numbers = ask_browser(*(["below", one] for one in of("below")))
    shuffled = ask_browser(*(["shuffle", one] for one in of("shuffle")))

    assert [words[-13:] for words in streams] == [one["last_words"] for one in of("stream")]
    assert numbers == [[one["value"], one["used"]] for one in of("below")]
    assert [cells[:52] for cells in shuffled] == [one["begins"] for one in of("shuffle")]


def test_the_browser_grows_the_same_trees(ask_browser: Ask) -> None:
    calls = [["merkle", one | {"prizes": prizes_of(one)}] for one in of("merkle")]

    assert ask_browser(*calls) == [one["root"] for one in of("merkle")]


def test_the_browser_repeats_every_draw(ask_browser: Ask) -> None:
    files = [PUBLISHED[kind]["bundle"].encode() for kind in FACTS]
    answers = ask_browser(["judge", as_base64(files)])[0]

    assert [json.loads(result) for _, result in answers] == [PUBLISHED[k]["result"] for k in FACTS]
    assert all(holds for holds, _ in answers)


# ---- all of them --------------------------------------------------------------------------------


@BUNDLES
def test_our_own_verifier_repeats_a_draw(kind: str) -> None:
    assert verify(PUBLISHED[kind]["bundle"].encode()).drawn.result == PUBLISHED[kind]["result"]


def test_every_ticket_is_proved_by_all(ask_browser: Ask) -> None:
    files = [text.encode() for text in PUBLISHED["tickets"]]
    prizes = [verify_file(raw).prize for raw in files]  # type: ignore[union-attr]

    assert prizes == PUBLISHED["instant"]["prizes"]
    assert all(script_accepts(raw) for raw in files)
    assert ask_browser(["judge", as_base64(files)])[0] == [[True, ""]] * len(files)


def test_what_must_fail_is_refused_by_all(ask_browser: Ask) -> None:
    files = [one["file"].encode() for one in of("must_fail")]
    answers = ask_browser(["judge", as_base64(files)])[0]

    assert [one["name"] for one in of("must_fail") if accepted(one["file"].encode())] == []
    assert [one["name"] for one in of("must_fail") if script_accepts(one["file"].encode())] == []
    assert [
        one["name"] for one, said in zip(of("must_fail"), answers, strict=True) if said[0]
    ] == []


def test_bad_rules_are_refused_by_those_that_judge_them(ask_browser: Ask) -> None:
    files = [one["file"].encode() for one in of("bad_rules")]
    answers = ask_browser(["judge", as_base64(files)])[0]

    assert [one["name"] for one in of("bad_rules") if accepted(one["file"].encode())] == []
    assert [
        one["name"] for one, said in zip(of("bad_rules"), answers, strict=True) if said[0]
    ] == []


def accepted(raw: bytes) -> bool:
    """Whether our own verifier accepts a file; anything but a refusal is a fault."""
    try:
        verify_file(raw)
    except BundleRefused:
        return False
    return True


def prizes_of(vector: dict[str, Any]) -> list[int]:
    """The prizes by the rule that a vector of a tree states."""
    return [position * position % 7 % 3 for position in range(vector["size"])]
