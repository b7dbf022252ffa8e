"""Reading draw files: what is right is read exactly, what is wrong is named by line and key."""

from __future__ import annotations

import re

import pytest

from app.draw_files.reading import read_draw_file
from app.draw_files.refused import DrawFileRefused
from app.draw_words import OPENS, PICTURES, STOCKS
from app.lottery.pool.terms import EVENING, KINDS
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.toml_files.fields import Fields
from tests.draw_files.written import WHOLE, with_line, with_more
from tests.source import ROOT

PAGE = (ROOT / "docs/draw-file.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)


MEMBERS = 'kind = "entitlement"\nopens = "members-page"'


def problems_of(raw: bytes) -> list[str]:
    with pytest.raises(DrawFileRefused) as refused:
        read_draw_file(raw)
    return [str(problem) for problem in refused.value.problems]


def test_the_example_of_the_documentation_is_a_draw() -> None:
    assert EXAMPLE is not None

    read = read_draw_file(EXAMPLE.group(1).encode())

    assert (read.terms.mode, read.terms.price_cents, read.terms.source) == (EVENING, 250, BY_STAFF)
    assert [tier.count for tier in read.terms.tiers] == [1, 12, 24]
    assert read.terms.tiers[0].cents == 20_000
    assert read.limits == {
        "purchase_limit": 50, "day_limit": 100, "person_limit": 200, "age_limit": 18,
    }  # fmt: skip
    assert read.words.of_tier("members-page-for-a-year").opens == "members-page"


def test_the_documentation_names_every_key_and_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    monkeypatch.setattr(Fields, "end", lambda self: asked.update(self._asked))
    beacon = '[public_value]\nhow = "beacon"\nsource = "pulse"\ndigits = 128\n'
    for raw in (
        with_more("[successor]\nthreshold=1\nsize=100\n[limits]\n[venue.notes]\n"),
        with_line(WHOLE[WHOLE.index("[public_value]") : WHOLE.index("[[prizes]]")], beacon),
        with_more("[[prizes]]\nname='S'\ncount=10\nkind='seat'\nevent='e'\ntickets=2\n"
                  "[[prizes]]\nname='E'\ncount=10\nkind='entitlement'\nopens='members-page'\npage='P'\n"),
    ):  # fmt: skip
        read_draw_file(raw)

    assert len(asked) > 40
    named = set(re.findall(r"[a-z_]+(?:-[a-z]+)*", PAGE))
    wanted = asked | {*PICTURES, *STOCKS, *KINDS, *OPENS}
    assert sorted(wanted - named) == []


def test_what_is_left_out_is_what_costs_nothing_and_proves_most() -> None:
    read = read_draw_file(WHOLE.encode())

    terms = read.terms
    assert (terms.mode, terms.price_cents, terms.successor_size) == (EVENING, 0, 0)
    assert read.credits is None
    assert [tier.key for tier in terms.tiers] == ["lamp", "tea"]
    assert read.public["sources"] == [{"name": "Lotto", "count": 6, "low": 1, "high": 49}]


def test_a_prize_says_what_it_brings() -> None:
    times = 'from = "2099-01-01 09:00"\nuntil = "2099-07-01 09:00"\npage = """A\n\nB"""'
    seat = '[[prizes]]\nname = "Pair"\nkind = "seat"\nevent = "gala"\nat_once = true\ncount = 10'
    more = f'{seat}\n[[prizes]]\nname = "Club"\n{MEMBERS}\n{times}\ncount = 10'

    words = read_draw_file(with_more(more)).words

    pair, club = words.of_tier("pair"), words.of_tier("club")
    assert (pair.event, pair.tickets, pair.at_once) == ("gala", 1, True)
    assert (club.opens, club.page.split()) == ("members-page", ["A", "B"])
    assert club.until_ms - club.from_ms == (181 * 24 - 1) * 3_600_000, "the clock went on"


def test_contributions_come_from_the_buyers() -> None:
    start, end = WHOLE.index("[public_value]"), WHOLE.index("[[prizes]]")

    read = read_draw_file(with_line(WHOLE[start:end], '[public_value]\nhow="contributions"\n'))

    assert read.terms.source == BY_BUYERS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("size = 100", "size = 0", "draw.size, line 13: must be a whole number from 1"),
        ("size = 100", "size = 1_000_001", "draw.size, line 13"),
        ("size = 100", "size = 10", "prizes, line 23: There are more prizes than tickets"),
        ("size = 100", "size = 100\nprice = -1", "draw.price, line 14: must be a price"),
        ("size = 100", "size = 100\nprice = 0.005", "draw.price, line 14"),
        ("size = 100", 'size = 100\nmode = "later"', "choose from evening, instant"),
        ("size = 100", 'size = 100\nmode = "instant"', "public_value, line 17: An instant draw"),
        ("size = 100", "size = 100\ncredits = 0", "draw.credits, line 14"),
        ("size = 100", "size = 100\nclaim_days = 0", "draw.claim_days, line 14"),
        ('"2098-12-12 20:00"', '"0001-12-12 20:00"', "draw.closes_at, line 14: must be in a year"),
        ('"2098-12-12 20:00"', "0001-01-01T00:00:00", "draw.closes_at, line 14: must be in a year"),
        ('"GBP"', '"ZZZ"', "draw.currency, line 12: “ZZZ” is not a known currency"),
        ('"GBP"', '"gbp"', "draw.currency, line 12: must be three capital letters"),
        ("size = 100", "size = 100\nsise = 3", "Did you mean “size”?"),
        ('how = "numbers"', 'how = "dice"', "public_value.how, line 17: “dice” is not known"),
        ('how = "numbers"', "", "public_value.how, line 16: is missing"),
        ("high = 49", "high = 0", "public_value.sources[0].high, line 21"),
        ("count = 10", "count = 0", "prizes[1].count, line 29"),
        ('name = "Tea"', 'name = "Lamp"', "prizes[1].name, line 28: “lamp” stands twice"),
        ("count = 1\n", "count = 11\n", "prizes[1].count, line 29: is less than the one before"),
        ('name = "Tea"', 'name = "Tea"\nkind = "money"', "prizes[1].worth, line 27: is missing"),
        ('name = "Tea"', 'name = "Tea"\nkind = "money"\nworth = 0', "above 0"),
        ('name = "Tea"', 'name = "Tea"\nkind = "seat"', "prizes[1].event, line 27: is missing"),
        ('name = "Tea"', 'name = "Tea"\ntickets = 2', "belongs to a prize of kind seat"),
        ('name = "Tea"', 'name = "Tea"\nkind = "entitlement"', "prizes[1].opens, line 27"),
        ('name = "Tea"', 'name = "Tea"\nopens = "members-page"', "of kind entitlement"),
        ('name = "Tea"', 'name = "Tea"\nevent = "gala"', "prizes[1].event, line 29: belongs to"),
        ('name = "Tea"', 'name = "Tea"\nat_once = true', "belongs to a prize of kind seat"),
        ('name = "Tea"', 'name = "Tea"\nuntil = "2099-01-01 09:00"', "of kind entitlement"),
        ('name = "Tea"', 'name = "Tea"\npage = "Hello"', "belongs to a prize that opens members-"),
        ('name = "Tea"', f'name = "Tea"\n{MEMBERS}', "prizes[1].page, line 27: is missing"),
        ('name = "Tea"', f'name = "Tea"\n{MEMBERS}\npage="Hi"\nfrom="2099-01-02 09:00"\n'
         'until="2099-01-01 09:00"', "must be later than from"),
        ('name = "Tea"', 'name = "Tea"\npicture = "dragon"', "“dragon” is not known"),
    ],
)  # fmt: skip
def test_a_bad_place_is_named_with_its_line(old: str, new: str, words: str) -> None:
    assert words in "\n".join(problems_of(with_line(old, new)))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("[limits]\nperson = 5\npurchase = 6", "limits.person"),
        ("[limits]\nday = 5\npurchase = 6", "limits.day"),
        ("[limits]\nage = 100", "limits.age"),
        ("[successor]\nthreshold = 10", "successor.size"),
        ("[successor]\nthreshold = 10\nsize = 50", "successor.size, line 33: A successor of that"),
        ("[successor]\nthreshold = 100\nsize = 100", "threshold, line 32: The threshold is too"),
        ("[drew]", "is not known here. Did you mean “draw”?"),
    ],
)
def test_what_does_not_go_together_is_named(more: str, words: str) -> None:
    assert words in "\n".join(problems_of(with_more(more)))


def test_parts_that_are_missing_are_all_named_at_once() -> None:
    problems = "\n".join(problems_of(b""))

    for place in ("house", "venue", "draw", "public_value", "prizes"):
        assert place in problems


def test_more_than_a_commitment_can_cover_is_refused() -> None:
    many = "".join(
        f'[[prizes]]\nkey = "p{number}"\nname = "{"é" * 120}"\ncount = 10\n'
        for number in range(250)
    )
    raw = WHOLE.replace("size = 100", "size = 10_000") + many

    assert "prizes, line 23: The rules are longer than draw/v1 allows." in problems_of(raw.encode())
