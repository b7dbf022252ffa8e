"""One value, one writing, in every language."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lottery.draw.canonical import NUMBER_MAX, decode, encode
from app.lottery.draw.refused import BundleRefused
from tests.lottery.javascript import Ask

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32)])
)
names = st.text("abcdefghijklmnopqrstuvwxyz_", max_size=5)
plain = st.recursive(
    texts | st.integers(0, NUMBER_MAX),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "value",
    [None, True, 1.0, -1, 2**53, float("nan"), {"a": None}, [False], "\n", {"a\x00": 1}, b"", (1,)],
    ids=repr,
)
def test_what_other_languages_read_otherwise_is_not_written(value: Any) -> None:
    with pytest.raises(BundleRefused):
        encode(value)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" 1", b"1 ", b"01", b"+1", b"-0", b"-1", b"1.0", b"1e2", b"9007199254740992", b"NaN",
        b"true", b"null", b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'["a",]', b'"\\u0061"',
        b'"\\/"', b'"\\n"', b'"\n"', b'"\xff"', b'"\\ud800"', b'"\xed\xa0\x80"', b"[" * 100_000,
        b"9" * 5000, b"'a'", b"\xef\xbb\xbf1", "1".encode("utf-16"),
    ],
    ids=lambda raw: repr(raw[:20]),
)  # fmt: skip
def test_any_other_writing_is_refused(raw: bytes) -> None:
    with pytest.raises(BundleRefused):
        decode(raw)


def test_the_browser_writes_alike(ask_browser: Ask) -> None:
    values = [_anything(random.Random(number), 4) for number in range(300)]

    assert ask_browser(*(["canonical", value] for value in values)) == [
        encode(value).decode() for value in values
    ]


def _anything(choice: random.Random, depth: int) -> Any:
    kind = choice.randrange(4 if depth else 2)
    if kind == 0:
        return choice.choice((0, 1, 255, 2**31, 2**32, 2**53 - 1, choice.randrange(2**53)))
    if kind == 1:
        letters = (*'"\\/aé ~', "\x7f", "\u0080", "\u2028", "\ufeff", "\uffff", "🎟", "e\u0301")
        return "".join(choice.choices(letters, k=choice.randrange(8)))
    some = [_anything(choice, depth - 1) for _ in range(choice.randrange(4))]
    if kind == 2:
        return some
    return {"".join(choice.choices("abz_09", k=3)): one for one in some}


def test_keys_are_sorted_by_their_bytes() -> None:
    assert encode({"ab": 1, "a_": 2, "a": 3, "b": 4}) == b'{"a":3,"a_":2,"ab":1,"b":4}'
    assert json.loads(encode({"a": [1]})) == {"a": [1]}
