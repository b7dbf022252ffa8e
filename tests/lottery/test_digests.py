"""Hashes that no two different draws share."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lottery.draw.digests import commitment, digest, entry_hash, keyed, list_digest
from app.lottery.draw.drawing import drawing
from app.lottery.draw.params import PrizeParams
from app.lottery.draw.prizes import opening
from app.lottery.draw.steps import finished
from tests.lottery.samples import evening, instant

fields = st.lists(st.binary(max_size=6), max_size=4)


@given(key=st.binary(max_size=64), message=st.binary(max_size=200))
def test_keyed_is_the_librarys_hmac(key: bytes, message: bytes) -> None:
    assert keyed(key)(message) == hmac.digest(key, message, "sha256")


@given(one=fields, other=fields)
def test_fields_cannot_move_into_each_other(one: list[bytes], other: list[bytes]) -> None:
    assert (digest("x", *one) == digest("x", *other)) == (one == other)


def test_a_border_that_moves_gives_another_hash() -> None:
    made = {digest("x", b"ab", b"c"), digest("x", b"a", b"bc"), digest("x", b"abc"),
            digest("x", b"", b"abc"), digest("x", b"abc", b""), digest("xa", b"bc"),
            digest("", b"xabc")}  # fmt: skip

    assert len(made) == 7


def test_a_long_list_is_hashed_as_one_field() -> None:
    lines = [f"{number} 1 {'a' * 64}" for number in range(1, 5000)]

    assert list_digest(lines) == digest("list", "".join(f"{line}\n" for line in lines).encode())


def test_lines_cannot_move_into_each_other() -> None:
    assert len({list_digest(lines) for lines in ([], [""], ["", ""], ["ab"], ["a", "b"])}) == 5


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_server_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(bytes(length), "batch", evening().params.plain())


def test_a_short_salt_or_a_long_key_is_a_fault() -> None:
    with pytest.raises(ValueError, match="salt"):
        entry_hash(bytes(15), "entry")
    with pytest.raises(ValueError, match="key"):
        keyed(bytes(65))


def test_no_secret_shows_in_a_repr() -> None:
    facts = instant()
    assert isinstance(facts.params, PrizeParams)
    opened = finished(opening(facts.params, facts.batch, facts.server_seed))
    drawn = finished(drawing(facts))

    assert repr(facts.server_seed) not in repr(facts)
    for secret in (opened.seed, opened.prizes, drawn.result):
        assert repr(secret) not in repr(opened) + repr(drawn)
