"""The table of prizes in words."""

from __future__ import annotations

import pytest

from app.draw_words import PICTURES
from app.draws.queries.prizes import any_prize_words, odds_words
from tests.source import ROOT


def test_odds_are_whole_numbers() -> None:
    assert odds_words(37, 1200) == "37 in 1,200"


@pytest.mark.parametrize(
    ("count", "size", "words"),
    [
        (60, 1200, "60 in 1,200, or 1 in 20"),
        (1, 400, "1 in 400"),
        (7, 20, "7 in 20, about 1 in 3"),
    ],
)
def test_any_prize_is_never_said_to_be_likelier_than_it_is(
    count: int, size: int, words: str
) -> None:
    assert any_prize_words(count, size) == words


def test_every_picture_is_drawn() -> None:
    drawn = (ROOT / "templates/draws/_pictures.html").read_text("utf-8")

    assert [name for name in PICTURES if f'"{name}": \'<' not in drawn] == []
