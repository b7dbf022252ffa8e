"""Two people who type the same result in their own ways agree."""

from __future__ import annotations

import pytest

from app.lottery.draw.public import Beacon, Contributions, NoValue, Numbers, PublicValue, Source
from app.lottery.draw.refused import BundleRefused
from app.lottery.draw.typed import form_of, typed_value

ONE = Numbers((Source("Lottery", 6, 1, 49),))
TWO = Numbers((Source("Lottery", 3, 1, 49), Source("Extra", 2, 0, 9)))
BEACON = Beacon("round 4711", 16)


@pytest.mark.parametrize(
    "text",
    ["3 8 21 40 41 49", "49, 3, 8, 21, 40, 41", " 3-8-21-40-41-49 ",
     "03.08.21.40.41.49", "3 8 21\t40  41 49\n"],
)  # fmt: skip
def test_numbers_are_the_same_however_they_are_typed(text: str) -> None:
    assert typed_value(ONE, text) == [[3, 8, 21, 40, 41, 49]]


@pytest.mark.parametrize("text", ["1 2 3; 0 9", "3 2 1\n9 0", "3,1,2 ;9,0"])
def test_sources_are_kept_apart(text: str) -> None:
    assert typed_value(TWO, text) == [[1, 2, 3], [0, 9]]


def test_a_beacons_digits_may_be_copied_in_groups() -> None:
    assert typed_value(BEACON, " 0123 4567\n89AB CDEF ") == ["0123456789abcdef"]


def test_nothing_is_typed_where_nothing_was_announced() -> None:
    assert typed_value(NoValue(), "") == []


@pytest.mark.parametrize(
    ("public", "text"),
    [
        (ONE, ""),
        (ONE, "3 8 21 40 41"),
        (ONE, "3 8 21 40 41 50"),
        (ONE, "3 8 21 40 41 4a"),
        (ONE, "3 8 21 40 41 ٤٩"),
        (ONE, "9" * 5000),
        (ONE, "9" * 1000),
        (TWO, "1 2 3 0 9"),
        (TWO, "1 2 3; 0 9; 1"),
        (BEACON, "0123456789abcde"),
        (BEACON, "0123456789abcdeg"),
        (Contributions(), "00" * 32),
    ],
    ids=range(12),
)
def test_what_was_not_announced_is_refused(public: PublicValue, text: str) -> None:
    with pytest.raises(BundleRefused):
        typed_value(public, text)


@pytest.mark.parametrize(
    ("public", "text", "words"),
    [
        (ONE, "3 8 21 40 41", "Lottery has 6 numbers, and 5 were given."),
        (ONE, "3", "Lottery has 6 numbers, and 1 was given."),
        (ONE, "3 8 21 40 41 50", "Lottery has no number 50."),
        (ONE, "3 8 21 40 41 4a", "“4a” is not a number."),
        (ONE, "1 2 3; 4 5 6", "This draw has 1 source, and numbers of 2 were given."),
        (TWO, "1 2 3 0 9", "This draw has 2 sources, and numbers of 1 were given."),
        (BEACON, "0123456789abcde", "The value has 16 digits, and 15 were given."),
        (BEACON, "0123456789abcdeg", "“g” is not a hexadecimal digit."),
        (Contributions(), "00" * 32, "The public value is what was contributed"),
    ],
    ids=range(9),
)
def test_a_no_says_what_was_given_and_what_to_type(
    public: PublicValue, text: str, words: str
) -> None:
    with pytest.raises(BundleRefused) as refused:
        typed_value(public, text)

    assert refused.value.happened.startswith(words)
    assert (refused.value.safe, refused.value.next_step) == (
        "Nothing was changed.", form_of(public),
    )  # fmt: skip


def test_the_form_to_type_is_one_that_is_taken() -> None:
    assert form_of(ONE) == ("Type 6 numbers of Lottery from 1 to 49, such as “44 45 46 47 48 49”.")
    assert "3 numbers of Lottery from 1 to 49 and 2 numbers of Extra from 0 to 9, with ;" in (
        form_of(TWO)
    )
    for public in (ONE, TWO, Numbers((Source("Few", 4, 0, 1),))):
        typed_value(public, form_of(public).split("“")[1].split("”")[0])
    assert form_of(BEACON) == (
        "Type the 16 hexadecimal digits, 0 to 9 and a to f, that round 4711 gives."
    )
