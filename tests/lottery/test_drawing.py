"""Promises of the draw: nobody knows before the evening, and afterwards anybody can check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory.records import EffectDue
from app.lottery.pool import commands as c
from app.lottery.pool.drawing import contributions
from app.lottery.pool.records import ResultAnnounced
from app.lottery.pool.state import PoolState
from app.lottery.pool.totals import results, totals
from app.lottery.refusals import NotThatFar, SealBroken, SecondPersonNeeded, ValueDiffers
from app.refusals import Invalid, NotFound
from tests.lottery.draws import (
    NOON_MS,
    buys,
    closes,
    drawn,
    evening,
    follows,
    instant,
    noted,
    opens,
    places,
    refused,
    reveals,
    terms,
    told,
)


def types(by: str, value: str = "4711", source: str = "staff") -> c.FixPublicValue:
    """Somebody of the staff types the public value."""
    return c.FixPublicValue("b1", source, value, by, NOON_MS)


def recording(sealed: bytes = places()) -> c.RecordDraw:
    """The places of the prizes arrive."""
    return c.RecordDraw("b1", sealed, "ada", NOON_MS)


def closed(**changes: object) -> PoolState:
    """An evening with six sold tickets, closed."""
    draw = evening(**changes)
    buys(draw, 6, public_name="Bo")
    closes(draw)
    return draw


def fixed() -> PoolState:
    """A closed evening with its public value."""
    draw = closed()
    told(draw, types("ada"))
    told(draw, types("dee"))
    return draw


def test_two_people_fix_the_public_value() -> None:
    draw = closed()

    assert not told(draw, types("ada")).is_fixed
    assert told(draw, types("dee")).is_fixed
    assert draw.batches["b1"].seal.public_value == "4711"


def test_one_person_alone_fixes_nothing() -> None:
    draw = closed()
    told(draw, types("ada"))

    refused(draw, types("ada"), SecondPersonNeeded)


@pytest.mark.parametrize(
    "by", ["ada birch", "ADA  BIRCH", " Ada\tBirch ", "A\u200bda Birch", "\uff21da Birch"]
)
def test_one_person_in_another_spelling_is_one_person(by: str) -> None:
    draw = closed()
    told(draw, types("Ada Birch"))

    refused(draw, types(by), SecondPersonNeeded)
    assert not told(draw, types(by, "4712")).is_fixed
    assert told(draw, types("Adam Birch", "4712")).is_fixed


def test_two_values_that_differ_fix_nothing() -> None:
    draw = closed()
    told(draw, types("ada", "4711"))

    refused(draw, types("dee", "4712"), ValueDiffers)
    told(draw, types("ada", "4712"))
    assert told(draw, types("dee", "4712")).is_fixed


def test_a_fixed_value_stays() -> None:
    draw = fixed()

    assert noted(draw, types("max")) == ()
    refused(draw, types("max", "1"), SealBroken)


def test_the_buyers_contributions_fix_it_at_once() -> None:
    draw = closed(source="buyers")

    assert told(draw, types("ada", "f00d", "buyers")).is_fixed


def test_contributions_come_in_order_of_payment() -> None:
    draw = evening(source="buyers")
    buys(draw, 2, "p2", "cy", contribution="b")
    buys(draw, 2, "p1", contribution="a")

    assert list(contributions(draw, "b1")) == ["b", "a"]


def test_where_the_prizes_lie_is_never_printed() -> None:
    draw = instant()
    opening = c.OpenBatch("b9", terms(), "seal", "ada", NOON_MS, places())

    assert "\\x01" not in repr(draw.batches["b1"]) + repr(opening) + repr(recording())


def test_the_source_is_the_one_that_was_announced() -> None:
    refused(closed(), types("ada", source="buyers"), Invalid)
    refused(closed(source="buyers"), types("ada"), Invalid)


@pytest.mark.parametrize(
    ("value", "by"), [("", "ada"), ("x" * 1001, "ada"), ("4711", ""), ("4711", " \u200b")]
)
def test_a_bad_public_value_is_refused(value: str, by: str) -> None:
    refused(closed(), types(by, value), Invalid)


def test_no_public_value_while_tickets_sell() -> None:
    refused(evening(), types("ada"), NotThatFar)


def test_no_public_value_while_another_batch_sells_whose_winners_would_follow_from_it() -> None:
    draw = evening()
    buys(draw, 17, "p0", "cy")
    follows(draw)
    closes(draw)

    refusal = refused(draw, types("ada"), NotThatFar)
    assert refusal.happened.startswith("Batch 2 is still selling")
    assert refusal.next_step == "Close batch 2 first, then type the value."
    closes(draw, "b2")
    told(draw, types("ada"))
    assert told(draw, types("dee")).is_fixed


def test_a_batch_of_another_source_may_sell_on() -> None:
    draw = closed()
    opens(draw, terms(mode="evening"), "b2")

    refused(draw, types("ada"), NotThatFar)
    told(draw, replace(types("ada"), apart=("b2",)))


def test_contributions_of_one_batch_say_nothing_of_another() -> None:
    draw = evening(source="buyers")
    buys(draw, 17, "p0", "cy", contribution="f00d")
    follows(draw)
    closes(draw)

    assert told(draw, types("ada", "f00d", "buyers")).is_fixed


def test_an_instant_batch_is_not_drawn_again() -> None:
    draw = instant()
    closes(draw)

    refused(draw, types("ada"), NotThatFar)
    refused(draw, recording(), NotThatFar)
    refused(draw, c.AnnounceSlice("b1", 0), NotThatFar)


def test_no_draw_before_closing_and_public_value() -> None:
    refused(evening(), recording(), NotThatFar)
    refused(closed(), recording(), NotThatFar)
    refused(closed(), c.RecordDraw("b9", places(), "ada", NOON_MS), NotFound)


def test_a_draw_gives_exactly_the_published_prizes() -> None:
    draw = fixed()

    refused(draw, recording(places()[:-1]), Invalid)
    refused(draw, recording(b"\x01" + places()[1:]), Invalid)
    assert told(draw, recording()).status == "drawn"


def test_a_draw_is_recorded_once() -> None:
    draw = fixed()
    told(draw, recording())

    assert noted(draw, recording()) == ()
    refused(draw, recording(places()[::-1]), SealBroken)


def test_nothing_of_a_result_is_known_before_the_draw() -> None:
    draw = fixed()

    assert [tier.left for tier in totals(draw).batches[0].tiers] == [None, None]
    assert results(draw, draw.purchases["p1"]) == []
    refused(draw, c.ClaimPrize("b1", 3, "bo"), NotThatFar)


def test_after_the_draw_everybody_is_told_once() -> None:
    draw = evening()
    buys(draw, 4, "p1", "bo", public_name="Bo")
    buys(draw, 3, "p2", "cy")
    buys(draw, 2, "p3", "cy")
    closes(draw)
    told(draw, types("ada"))
    told(draw, types("dee"))
    told(draw, recording())

    first = noted(draw, c.AnnounceSlice("b1", 0, most=2))
    again = noted(draw, c.AnnounceSlice("b1", 0, most=2))
    rest = noted(draw, c.AnnounceSlice("b1", 2, most=2))

    wins = {f.purchase_id: f.wins for f in (*first, *rest) if isinstance(f, ResultAnnounced)}
    assert wins == {"p1": ((3, 0),), "p2": ((5, 1), (6, 1), (7, 1)), "p3": ((8, 1),)}
    assert again == ()
    assert sum(isinstance(f, EffectDue) for f in (*first, *rest)) == 3


def test_only_who_agreed_is_named() -> None:
    draw = evening()
    buys(draw, 4, "p1", "bo", public_name="Bo")
    buys(draw, 4, "p2", "cy")
    drawn(draw)

    assert [(w.name, w.position) for w in totals(draw).winners] == [("Bo", 3)]


def test_a_slice_of_results_has_a_size() -> None:
    draw = fixed()

    refused(draw, c.AnnounceSlice("b1", 0), NotThatFar)
    told(draw, recording())
    refused(draw, c.AnnounceSlice("b1", 0, most=0), Invalid)
    refused(draw, c.AnnounceSlice("b1", 0, most=201), Invalid)


def test_the_secret_fits_the_commitment() -> None:
    draw = fixed()
    told(draw, recording())

    refused(draw, c.Reveal("b1", "secret", "seal-b2", "ada", NOON_MS), SealBroken)
    refused(draw, c.Reveal("b1", "", "seal-b1", "ada", NOON_MS), SealBroken)
    assert reveals(draw).secret == "secret"


def test_the_secret_is_published_once() -> None:
    draw = instant()
    closes(draw)
    reveals(draw)

    assert noted(draw, c.Reveal("b1", "secret", "seal-b1", "dee", NOON_MS)) == ()
    refused(draw, c.Reveal("b1", "other", "seal-b1", "ada", NOON_MS), SealBroken)


def test_no_secret_before_its_time() -> None:
    command = c.Reveal("b1", "secret", "seal-b1", "ada", NOON_MS)

    refused(instant(), command, NotThatFar)
    refused(closed(), command, NotThatFar)
    refused(fixed(), command, NotThatFar)


def test_prizes_left_count_down_as_an_instant_draw_sells() -> None:
    draw = instant()
    buys(draw, 6)

    assert [tier.left for tier in totals(draw).batches[0].tiers] == [1, 2]
    assert results(draw, draw.purchases["p1"]) == [("b1", 3, 0), ("b1", 5, 1), ("b1", 6, 1)]


def test_a_ticket_whose_slice_is_not_done_tells_nothing() -> None:
    draw = instant()
    told(draw, c.PlacePurchase("p1", "bo", 6, 600, False, "2026-11-05", is_of_age=True))
    told(draw, c.PayPurchase("p1", "pay", 600, NOON_MS))

    assert results(draw, draw.purchases["p1"]) == []
    assert [tier.left for tier in totals(draw).batches[0].tiers] == [2, 4]


def test_two_batches_of_an_evening_are_drawn_apart() -> None:
    draw = evening()
    buys(draw, 17, "p0", "cy")
    follows(draw)
    buys(draw, 8, "p1")
    closes(draw, "b2")
    drawn(draw)

    assert results(draw, draw.purchases["p1"]) == []
    first, second = totals(draw).batches
    assert ([t.left for t in first.tiers], [t.left for t in second.tiers]) == ([0, 0], [None, None])
