"""The table of prizes in words."""

from __future__ import annotations

import pytest

from app.draw_words import PICTURES
from app.draws.queries.chances import chance_words, left_terms, worth_words
from app.draws.queries.prizes import any_prize_words, odds_words
from app.lottery.pool.chances import chance_of
from app.lottery.pool.terms import INSTANT, THING, Terms, Tier
from app.lottery.pool.totals import batch_totals
from tests.lottery.draws import buys, evening, instant, places_purchase
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


def test_chances_are_those_of_drawing_without_putting_back() -> None:
    # C(9900, 50) / C(10000, 50) and C(5, 2) / C(6, 2), by hand
    assert chance_of(10_000, 100, 50) == pytest.approx(1 - 0.6043, abs=1e-4)
    assert chance_of(6, 1, 2) == pytest.approx(1 / 3)
    assert chance_of(1_000_000, 1, 10_000) == pytest.approx(0.01)
    assert chance_of(10, 4, 7) == 1.0


def terms(*counts: int, size: int = 20_000) -> Terms:
    tiers: tuple[Tier, ...] = (Tier("bike", "A bicycle", counts[0], THING, 100_000),)
    tiers += tuple(Tier(f"t{n}", "Tea", count, THING, 250) for n, count in enumerate(counts[1:]))
    return Terms(size, tiers, INSTANT, 100, 0, 0)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "With one ticket the chance of a bicycle is 1 in 20,000."
            " The chance of any prize is about 1 in 20."),
        (250, "At 250 tickets the chance of a bicycle is 250 in 20,000, or 1 in 80."
              " On average 250 tickets win 12 or 13 prizes."),
        (300, "At 300 tickets the chance of a bicycle is 300 in 20,000, about 1 in 67."
              " On average 300 tickets win 15 prizes."),
    ],
)  # fmt: skip
def test_what_so_many_tickets_may_win_is_said_in_whole_numbers(count: int, words: str) -> None:
    assert chance_words(terms(1, 999), count) == words


def test_chances_are_rounded_to_the_readers_disadvantage() -> None:
    assert "about 1 in 21." in chance_words(terms(1, 998), 1)
    assert "about 99 in 100" in chance_words(terms(19_000), 10)


def test_worth_is_never_said_to_be_more_than_it_is() -> None:
    assert worth_words(terms(1, 999), 250, "GBP", is_paid=True) == (
        "What they are worth on average: £43 for £250."
    )


def test_chances_are_those_of_what_is_left_in_the_batch() -> None:
    draw = instant(tiers=(Tier("lamp", "A lamp", 2), Tier("key", "A key ring", 4)))
    fresh = batch_totals(draw.batches["b1"])
    assert chance_words(left_terms(fresh), 1).startswith("With one ticket the chance of a lamp is")
    assert left_terms(fresh) == fresh.terms

    buys(draw, 17)  # both lamps lie in them, and every key ring
    places_purchase(draw, 1, "p2")  # is no ticket before it is paid

    left = left_terms(batch_totals(draw.batches["b1"]))
    assert (left.size, left.tiers) == (3, ())
    assert chance_words(left, 2) == "All prizes of this batch have been won."
    assert worth_words(left, 2, "GBP", is_paid=True) == ""


def test_a_prize_that_has_gone_is_promised_to_nobody() -> None:
    draw = instant(tiers=(Tier("lamp", "A lamp", 2), Tier("key", "A key ring", 4)))
    buys(draw, 6)  # one lamp and two key rings

    left = left_terms(batch_totals(draw.batches["b1"]))

    assert [(tier.name, tier.count) for tier in left.tiers] == [("A lamp", 1), ("A key ring", 2)]
    assert chance_words(left, 7) == (
        "At 7 tickets the chance of a lamp is 7 in 14, or 1 in 2."
        " On average 7 tickets win 1 or 2 prizes."
    )
    assert "certain" in chance_words(left, 50), "no more tickets are left than 14"


def test_of_an_evening_nobody_knows_what_is_left() -> None:
    draw = evening()
    buys(draw, 6)

    totals = batch_totals(draw.batches["b1"])

    assert left_terms(totals) == totals.terms
