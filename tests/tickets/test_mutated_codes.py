"""A hundred thousand bad codes, and not one gets in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from app.tickets import codes
from app.tickets.codes import BadTicketCode, TicketFacts, verify
from tests.tickets.mutations import KINDS, Forger

BAD_CODE_COUNT = 100_000
NEEDS_THE_KEY = {"impossible_window"}  # only the box office itself could make one

Verifier = Callable[[str, Mapping[tuple[int, int], bytes]], object]


def test_none_of_100000_mutated_codes_is_accepted(seed: int) -> None:
    forger = Forger(seed)
    refused: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    accepted = []

    for kind, code in forger.bad_codes(BAD_CODE_COUNT):
        kinds[kind] += 1
        try:
            accepted.append((kind, code, verify(code, forger.keys)))
        except BadTicketCode as no:
            refused[no.reason] += 1

    assert accepted == []
    assert refused.total() == BAD_CODE_COUNT
    assert set(kinds) == {name for name, _ in KINDS}
    assert refused["bad_signature"] > BAD_CODE_COUNT // 3
    assert set(refused) == {no.reason for no in BadTicketCode.__subclasses__()} - NEEDS_THE_KEY


def test_all_the_codes_that_were_mutated_are_genuine(seed: int) -> None:
    forger = Forger(seed)

    assert all(isinstance(verify(code, forger.keys), TicketFacts) for code in forger.genuine)


def test_a_verifier_that_trusts_signatures_would_be_caught(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gullible:
        def verify(self, signature: bytes, signed: bytes) -> None: ...

    monkeypatch.setattr(codes, "_verifier", lambda public_key: Gullible())

    assert "other facts" in _kinds_accepted(verify, seed)


def test_a_verifier_that_takes_large_numbers_would_be_caught(seed: int) -> None:
    def generous(code: str, keys: Mapping[tuple[int, int], bytes]) -> object:
        return verify(f"1{int(code[1:]) % 256**82:0198d}" if code.isdecimal() else code, keys)

    assert {"a turn further", "another first digit"} <= _kinds_accepted(generous, seed)


def test_a_verifier_that_tries_every_key_would_be_caught(seed: int) -> None:
    class Every(dict[tuple[int, int], bytes]):
        def __init__(self, key: bytes) -> None:
            self.key = key

        def get(self, name: object, default: object = None) -> bytes:
            return self.key

    def generous(code: str, keys: Mapping[tuple[int, int], bytes]) -> object:
        for key in keys.values():
            try:
                return verify(code, Every(key))
            except BadTicketCode:
                continue
        raise BadTicketCode

    assert "another events key" in _kinds_accepted(generous, seed)


def _kinds_accepted(verifier: Verifier, seed: int) -> set[str]:
    forger = Forger(seed)
    accepted = set()
    for kind, code in forger.bad_codes(40 * len(KINDS)):
        try:
            verifier(code, forger.keys)
            accepted.add(kind)
        except (BadTicketCode, ValueError):
            continue
    return accepted
