"""Any single byte changed, anywhere in a file, is noticed by all three verifiers."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator

import pytest

from tests.budget import TimeBudget
from tests.lottery.javascript import Ask
from tests.lottery.refusals import resealed
from tests.lottery.samples import FACTS, bundle_of, proofs
from tests.lottery.script import script_accepts
from tests.lottery.test_vectors import accepted

# The next digit or letter; a letter of the other case, or a control character; no ASCII.
FLIPS = (0x01, 0x20, 0x80)
BROWSER_FLIPS = (0x01, 0x20)
FILES = [*((name, bundle_of(name)) for name in FACTS), ("ticket", proofs([7])[0])]

every_file = pytest.mark.parametrize(("name", "raw"), FILES, ids=[name for name, _ in FILES])


def changed(raw: bytes, flips: tuple[int, ...] = FLIPS) -> Iterator[bytes]:
    """The file with one byte changed: each byte, in several ways."""
    for at, byte in enumerate(raw):
        for flip in flips:
            yield raw[:at] + bytes([byte ^ flip]) + raw[at + 1 :]


def shortened(raw: bytes) -> Iterator[bytes]:
    """The file with one byte missing."""
    for at in range(len(raw)):
        yield raw[:at] + raw[at + 1 :]


def sealed_anew(raw: bytes) -> Iterator[bytes]:
    """Changed files that are still a document, with the digest that belongs to them."""
    for mutant in changed(raw, (0x01,)):
        try:
            file = json.loads(mutant)
            forged = resealed(file)
        except ValueError:
            continue
        if forged != raw:
            yield forged


def browser_answers(ask_browser: Ask, files: list[bytes]) -> list[bool]:
    """Which of the files the browser's verifier accepts."""
    answers = ask_browser(["judge", [base64.b64encode(raw).decode() for raw in files]])[0]
    return [holds for holds, _ in answers]


@every_file
def test_our_own_verifier_notices(name: str, raw: bytes) -> None:
    assert accepted(raw)
    assert not any(accepted(mutant) for mutant in changed(raw))
    assert not any(accepted(mutant) for mutant in shortened(raw))


@every_file
def test_the_script_notices(name: str, raw: bytes) -> None:
    assert script_accepts(raw)
    assert not any(script_accepts(mutant) for mutant in changed(raw))
    assert not any(script_accepts(mutant) for mutant in shortened(raw))


@pytest.mark.long  # the script and we ourselves look at the same bytes in the quick run
@every_file
def test_the_browser_notices(ask_browser: Ask, name: str, raw: bytes) -> None:
    mutants = [raw, *changed(raw, BROWSER_FLIPS), *shortened(raw)]

    assert browser_answers(ask_browser, mutants) == [True] + [False] * (len(mutants) - 1)


@pytest.mark.parametrize("name", FACTS)
def test_the_digest_is_not_the_only_wall(ask_browser: Ask, name: str) -> None:
    mutants = list(sealed_anew(bundle_of(name)))

    assert len(mutants) > len(bundle_of(name)) // 3
    assert not any(accepted(mutant) for mutant in mutants)
    assert not any(script_accepts(mutant) for mutant in mutants)
    assert not any(browser_answers(ask_browser, mutants))


@pytest.mark.weight(0.1)
@every_file
def test_every_value_of_a_byte_is_noticed(
    time_budget: TimeBudget, ask_browser: Ask, name: str, raw: bytes
) -> None:
    for run in time_budget.rounds(at_least=time_budget.size(quick=1, long=10), at_most=100):
        at = random.Random(run).randrange(len(raw))
        mutants = [
            raw[:at] + bytes([byte]) + raw[at + 1 :] for byte in range(256) if byte != raw[at]
        ]

        assert not any(accepted(mutant) for mutant in mutants)
        assert not any(script_accepts(mutant) for mutant in mutants)
        assert not any(browser_answers(ask_browser, mutants))
