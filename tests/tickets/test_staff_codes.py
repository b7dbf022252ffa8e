"""Staff codes survive reading aloud, typing and most mistakes."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.staff_codes import (
    ALPHABET,
    BadStaffCode,
    format_staff_code,
    new_staff_code,
    read_staff_code,
)

six_bytes = st.binary(min_size=6, max_size=6)


@given(six_bytes)
def test_a_new_code_has_ten_characters_and_reads_back(random_bytes: bytes) -> None:
    code = new_staff_code(random_bytes)

    assert len(code) == 10
    assert set(code) <= set(ALPHABET)
    assert read_staff_code(format_staff_code(code)) == code


def test_a_code_carries_45_of_the_bits() -> None:
    first_45 = {new_staff_code((n << 3).to_bytes(6, "big")) for n in range(1000)}
    last_3 = {new_staff_code(n.to_bytes(6, "big")) for n in range(8)}

    assert len(first_45) == 1000
    assert len(last_3) == 1


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="exactly 6"):
        new_staff_code(b"12345")


def test_a_code_is_shown_in_two_groups() -> None:
    assert format_staff_code("0123456789") == "01234-56789"


@pytest.mark.parametrize(
    "typed",
    [
        "{}",
        " {} ",
        "\t{}\r\n",
        "{lower}",
        "{a}-{b}",
        "{a} {b}",
        "{a}\u2013{b}",
        "{a}\u2011{b}",
        "{a}\u00a0{b}",
        "{spread}",
    ],
)
def test_case_spaces_and_dashes_do_not_matter(typed: str) -> None:
    code = new_staff_code(b"Lanter")
    shown = typed.format(code, lower=code.lower(), a=code[:5], b=code[5:], spread=" - ".join(code))

    assert read_staff_code(shown) == code


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    code = new_staff_code((0b00000_00001 << 38).to_bytes(6, "big"))

    assert code.startswith("010")
    for lookalikes in ("OI", "ol", "OL", "oi"):
        typed = code.replace("0", lookalikes[0]).replace("1", lookalikes[1])
        assert read_staff_code(typed) == code


def test_every_single_wrong_character_is_noticed(seed: int) -> None:
    for code in _codes(seed, 50):
        for place, wrong in itertools.product(range(10), ALPHABET):
            if wrong != code[place]:
                _assert_noticed(code[:place] + wrong + code[place + 1 :])


def test_every_swap_of_two_characters_is_noticed(seed: int) -> None:
    for code in _codes(seed, 300):
        for left, right in itertools.combinations(range(10), 2):
            if code[left] != code[right]:
                swapped = list(code)
                swapped[left], swapped[right] = code[right], code[left]
                _assert_noticed("".join(swapped))


def test_a_doubled_character_read_as_another_pair_is_noticed(seed: int) -> None:
    for code in _codes(seed, 300):
        for place in range(9):
            if code[place] == code[place + 1]:
                for wrong in set(ALPHABET) - {code[place]}:
                    _assert_noticed(code[:place] + wrong * 2 + code[place + 2 :])


def test_a_random_guess_passes_the_check_once_in_32(seed: int) -> None:
    guess = random.Random(seed)
    passed = sum(_is_accepted("".join(guess.choices(ALPHABET, k=10))) for _ in range(32_000))

    assert 800 < passed < 1200


@pytest.mark.parametrize("typed", ["", "-", "ABCDE", "ABCDE-ABCDE-A", "x" * 100_000])
def test_a_wrong_length_is_refused_with_the_right_one(typed: str) -> None:
    with pytest.raises(BadStaffCode, match="10 characters"):
        read_staff_code(typed)


@pytest.mark.parametrize("strange", ["U", "u", "!", "é", "ſ", "ı", "７", "\x00", "😀"])
def test_a_strange_character_is_refused_and_named(strange: str) -> None:
    with pytest.raises(BadStaffCode, match="never part"):
        read_staff_code("ABCDE-ABCD" + strange)


@given(st.text(max_size=70))
def test_whatever_is_typed_gets_a_code_or_a_sentence(typed: str) -> None:
    try:
        said = read_staff_code(typed)
    except BadStaffCode as no:
        said = str(no)

    assert said.endswith(".") or set(said) <= set(ALPHABET)


def _codes(seed: int, count: int) -> list[str]:
    source = random.Random(seed)
    return [new_staff_code(source.randbytes(6)) for _ in range(count)]


def _is_accepted(typed: str) -> bool:
    try:
        read_staff_code(typed)
    except BadStaffCode:
        return False
    return True


def _assert_noticed(typed: str) -> None:
    assert not _is_accepted(typed), typed
