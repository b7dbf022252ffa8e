"""Any single byte changed, anywhere in a file, is noticed by all three verifiers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.lottery.javascript import Ask
from tests.lottery.refusals import resealed
from tests.lottery.samples import FACTS, bundle_of, proofs
from tests.lottery.script import script_accepts
from tests.lottery.test_vectors import accepted

# Flips of one bit, of a letter's case, and one that keeps digits digits and hexadecimal so.
FLIPS = (0x01, 0x20, 0x80)
ALL_FLIPS = tuple(range(1, 256))
FILES = [*((name, bundle_of(name)) for name in FACTS), ("ticket", proofs([7])[0])]

every_file = pytest.mark.parametrize(("name", "raw"), FILES, ids=[name for name, _ in FILES])


def changed(raw: bytes, flips: tuple[int, ...] = FLIPS) -> Iterator[bytes]:
    """The file with one byte changed: each byte, in several ways."""
    for at, byte in enumerate(raw):
        for flip in flips:
            yield raw[:at] + bytes([byte ^ flip]) + raw[at + 1 :]


def shortened(raw: bytes) -> Iterator[bytes]:
    """The file with one byte missing or one doubled."""
    for at in range(len(raw)):
        yield raw[:at] + raw[at + 1 :]
        yield raw[: at + 1] + raw[at:]


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


@every_file
def test_the_browser_notices(ask_browser: Ask, name: str, raw: bytes) -> None:
    mutants = [raw, *changed(raw), *shortened(raw)]
    answers = ask_browser(["judge", [base64.b64encode(one).decode() for one in mutants]])[0]

    assert [at for at, (holds, _) in enumerate(answers) if holds] == [0]


@pytest.mark.parametrize("name", FACTS)
def test_the_digest_is_not_the_only_wall(ask_browser: Ask, name: str) -> None:
    mutants = list(sealed_anew(bundle_of(name)))
    answers = ask_browser(["judge", [base64.b64encode(one).decode() for one in mutants]])[0]

    assert len(mutants) > len(bundle_of(name)) // 3
    assert not any(accepted(mutant) for mutant in mutants)
    assert not any(script_accepts(mutant) for mutant in mutants)
    assert not any(holds for holds, _ in answers)


@pytest.mark.long
@every_file
def test_every_value_of_every_byte_is_noticed(ask_browser: Ask, name: str, raw: bytes) -> None:
    for start in range(0, len(raw), 100):
        mutants = list(islice(changed(raw, ALL_FLIPS), start * 255, (start + 100) * 255))
        answers = ask_browser(["judge", [base64.b64encode(one).decode() for one in mutants]])[0]

        assert not any(accepted(mutant) for mutant in mutants)
        assert not any(script_accepts(mutant) for mutant in mutants)
        assert not any(holds for holds, _ in answers)
