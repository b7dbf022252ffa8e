"""Reading ballot files: what is right is read exactly, what is wrong is named by line and key."""

from __future__ import annotations

import re

import pytest

from app.ballot_files.reading import read_ballot_file
from app.ballot_files.refused import BallotFileRefused
from app.models import Stock
from app.toml_files.fields import Fields
from tests.source import ROOT

PAGE = (ROOT / "docs/ballot-file.md").read_text(encoding="utf-8")
_FOUND = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
EXAMPLE = _FOUND.group(1) if _FOUND else ""


def test_the_example_of_the_documentation_is_a_ballot() -> None:
    read = read_ballot_file(EXAMPLE.encode())

    assert (read.slug, read.stock, read.wish_limit) == ("ines-harrow-reads", "rose", 3)
    assert [share.count for share in read.shares] == [160, 160]
    assert read.closes_at.isoformat() == "2026-11-29T20:00:00+00:00"
    assert read.public["sources"][0]["high"] == 59


def test_the_documentation_names_every_key_and_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    monkeypatch.setattr(Fields, "end", lambda self: asked.update(self._asked))
    read_ballot_file(EXAMPLE.encode())

    named = set(re.findall(r"[a-z_]+", PAGE))
    assert len(asked) > 15
    assert sorted((asked | {stock.value for stock in Stock}) - named) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Ines Harrow reads"\n', "", "ballot.title, line 1: is missing"),
        ("Europe/London", "Moon", "ballot.time_zone, line 3"),
        ("closes_at = 2026-11-29T20:00:00\n", "", "ballot.closes_at, line 1: is missing"),
        ("2026-11-29T20:30:00", "2026-11-29T19:30:00", "ballot.draws_at, line 5: must not be"),
        ("group_limit = 4", "group_limit = 0", "ballot.group_limit, line 6: must be a whole"),
        ("hours_to_buy = 72", 'hours_to_buy = "3 days"', "ballot.hours_to_buy, line 7"),
        ("hours_to_buy = 72", "days = 3", "ballot.days, line 7: is not known here"),
        ("ines-harrow-saturday", "ines-harrow-friday", "seats[1].category, line 17: stands twice"),
        ("count = 160\n\n[[wei", "count = -1\n\n[[wei", "seats[1].count, line 18"),
        ("[[seats]]", "[[places]]", "seats"),
        ('how = "numbers"', 'how = "coins"', "public_value.how, line 26"),
        ("weight = 2", "weight = 1", "weights[0].weight, line 22: must be a whole"),
        ("weight = 2", "weight = 101", "weights[0].weight, line 22: must be a whole"),
        ('"harrow friends 26"', '"🎟🎟🎟🎟🎟🎟🎟🎟"', "weights[0].code, line 23: may have letters"),
        ('"harrow friends 26"', '"friends"', "weights[0].code, line 23: has at least 8"),
        ("[public_value]", "[public]", "public_value.how: is missing"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, words: str) -> None:
    assert old in EXAMPLE

    with pytest.raises(BallotFileRefused) as refused:
        read_ballot_file(EXAMPLE.replace(old, new).encode())

    told = [str(problem) for problem in refused.value.problems]
    assert any(words in problem for problem in told), told
