"""Two people who type the same result in their own ways agree."""

from __future__ import annotations

import pytest

from app.lottery.draw.public import Beacon, Contributions, NoValue, Numbers, PublicValue, Source
from app.lottery.draw.refused import BundleRefused
from app.lottery.draw.typed import typed_value

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
