"""Promises of batches: all is said before the first sale, and a successor never drifts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.inventory.records import EffectDue, Record
from app.lottery.pool import commands as c
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import Terms, Tier, prize_places
from app.lottery.refusals import NotThatFar, SealBroken
from app.refusals import IdempotencyMismatch, Invalid, NotFound
from tests.lottery.draws import (
    NOON_MS,
    buys,
    closes,
    evening,
    follows,
    instant,
    licensed,
    noted,
    opens,
    paid,
    places,
    places_purchase,
    refused,
    terms,
    told,
)


def opening(offered: Terms, sealed: bytes = places(), seal: str = "seal-b1") -> c.OpenBatch:
    """Ada's wish to open a batch."""
    return c.OpenBatch("b1", offered, seal, "ada", NOON_MS, sealed)


def test_opening_a_batch_again_is_opening_it_once() -> None:
    draw = licensed()
    first = told(draw, opening(terms()))

    assert noted(draw, opening(terms())) == ()
    assert told(draw, opening(terms())) == first
    refused(draw, opening(terms(size=40)), IdempotencyMismatch)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": 1_000_001},
        {"mode": "often"},
        {"source": "stars"},
        {"price_cents": -1},
        {"tiers": ()},
        {"tiers": (Tier("lamp", "Lamp", 0),)},
        {"tiers": (Tier("lamp", "Lamp", 1), Tier("lamp", "Lamp", 1))},
        {"tiers": (Tier("lamp", "Lamp", 21),)},
        {"tiers": (Tier("lamp", "Lamp", 1, "wish"),)},
        {"threshold": 21},
        {"threshold": -1},
        {"threshold": 15, "successor_size": 10},
        {"successor_size": 30, "tiers": (Tier("lamp", "Lamp", 1),)},
        {"claim_days": 0},
        {"retention_days": -1},
        {"closes_ms": NOON_MS},
    ],
)
def test_terms_that_cannot_be_promised_are_refused(changes: dict[str, object]) -> None:
    refused(licensed(), opening(terms(**changes)), Invalid)


def test_a_second_open_batch_is_refused() -> None:
    draw = instant()

    refused(draw, c.OpenBatch("b2", terms(), "seal-b2", "ada", NOON_MS, places()), NotThatFar)
    closes(draw)
    assert opens(draw, terms(), "b2").number == 2


def test_a_batch_has_a_commitment_of_its_own() -> None:
    draw = instant()
    closes(draw)

    refused(draw, opening(terms(), seal=""), IdempotencyMismatch)
    refused(draw, c.OpenBatch("b2", terms(), "", "ada", NOON_MS, places()), SealBroken)
    refused(draw, c.OpenBatch("b2", terms(), "seal-b1", "ada", NOON_MS, places()), SealBroken)


def test_an_instant_batch_opens_with_exactly_its_prizes() -> None:
    draw = licensed()

    refused(draw, opening(terms(), b""), Invalid)
    refused(draw, opening(terms(), places()[:-1]), Invalid)
    refused(draw, opening(terms(), b"\x01" + places()[1:]), Invalid)
    refused(draw, opening(terms(), b"\x03" + places()[1:]), Invalid)


def test_an_evening_batch_opens_without_knowing_its_prizes() -> None:
    refused(licensed(), opening(terms(mode="evening")), Invalid)


def test_prizes_lie_where_they_were_drawn() -> None:
    assert places() == bytes((0, 0, 1, 0, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0))


@pytest.mark.parametrize("lamps", [(0, 1), (1, 21), (1, 1), (1,), (1, 2, 3)])
def test_prizes_that_cannot_lie_so_are_refused(lamps: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        prize_places(terms(), (lamps, (5, 6, 7, 8)))


def nearly_sold() -> PoolState:
    """A draw with three of twenty tickets left."""
    draw = instant()
    buys(draw, 17, "p0", "cy")
    return draw


def test_a_successor_has_the_same_odds_and_its_own_commitment() -> None:
    draw = instant(successor_size=40)
    buys(draw, 17, "p0", "cy")
    follows(draw)

    first, second = draw.batches.values()
    assert (second.terms.size, second.terms.odds) == (40, first.terms.odds)
    assert second.seal.commitment != first.seal.commitment
    assert (first.successor, second.number, second.line) == ("b2", 2, "b1")


def test_a_successor_never_touches_the_running_batch() -> None:
    draw = nearly_sold()
    before = replace(draw.batches["b1"], successor="b2")
    follows(draw)

    assert draw.batches["b1"] == before


def test_however_often_it_is_asked_for_there_is_one_successor() -> None:
    draw = nearly_sold()
    first = follows(draw)

    assert noted(draw, c.OpenSuccessor("b1", "b3", "seal-b3", NOON_MS, places())) == ()
    assert follows(draw, batch_id="b4") == first
    assert list(draw.batches) == ["b1", "b2"]


def test_a_successor_waits_for_the_threshold() -> None:
    draw = instant()
    command = c.OpenSuccessor("b1", "b2", "seal-b2", NOON_MS, places())
    buys(draw, 15, "p0", "cy")

    refused(draw, command, NotThatFar)
    buys(draw, 1, "p1")
    assert told(draw, command).number == 2


def test_no_successor_opens_once_the_value_that_decides_it_is_known() -> None:
    draw = evening()
    buys(draw, 17)
    follows(draw)
    buys(draw, 19, "p2", "cy")
    closes(draw)
    draw.batches["b1"].seal.typed_value = "4711"  # as it was typed before this was a rule

    refusal = refused(draw, c.OpenSuccessor("b2", "b3", "seal-b3", NOON_MS), NotThatFar)
    assert refusal.happened.startswith("The public value of this batch is known")


def test_a_closed_batch_has_no_successor() -> None:
    draw = nearly_sold()
    closes(draw)

    refused(draw, c.OpenSuccessor("b1", "b2", "seal-b2", NOON_MS, places()), NotThatFar)
    refused(draw, c.OpenSuccessor("b9", "b2", "seal-b2", NOON_MS, places()), NotFound)


def test_a_successor_needs_an_id_a_seal_and_prizes_of_its_own() -> None:
    draw = nearly_sold()

    refused(draw, c.OpenSuccessor("b1", "b1", "seal-b2", NOON_MS, places()), IdempotencyMismatch)
    refused(draw, c.OpenSuccessor("b1", "", "seal-b2", NOON_MS, places()), Invalid)
    refused(draw, c.OpenSuccessor("b1", "b2", "seal-b1", NOON_MS, places()), SealBroken)
    refused(draw, c.OpenSuccessor("b1", "b2", "seal-b2", NOON_MS, b""), Invalid)


def test_a_batch_that_promised_no_successor_gets_none() -> None:
    draw = instant(successor_size=0)
    buys(draw, 17, "p0", "cy")

    refused(draw, c.OpenSuccessor("b1", "b2", "seal-b2", NOON_MS, places()), NotThatFar)


def test_the_sale_that_goes_below_the_threshold_asks_for_a_successor() -> None:
    draw = evening()
    for number, count in enumerate((15, 1, 1)):
        places_purchase(draw, count, f"p{number}")

    asked = [
        _reseeds(noted(draw, paid(f"p{n}", cents))) for n, cents in enumerate((1500, 100, 100))
    ]

    assert asked == [[], ["lottery.reseed:b1"], ["lottery.reseed:b1"]]


def test_successors_follow_each_other() -> None:
    draw = nearly_sold()
    follows(draw)
    buys(draw, 20, "p1")
    follows(draw, "b2", "b3")

    assert [batch.number for batch in draw.batches.values()] == [1, 2, 3]
    assert draw.batches["b3"].line == "b1"


def test_a_batch_is_closed_once() -> None:
    draw = nearly_sold()
    first = closes(draw)

    assert noted(draw, c.CloseBatch("b1", "dee", NOON_MS)) == ()
    assert (first.status, first.sold) == ("closed", 17)
    refused(draw, c.CloseBatch("b9", "ada", NOON_MS), NotFound)


def _reseeds(facts: tuple[Record, ...]) -> list[str]:
    effects = [fact for fact in facts if isinstance(fact, EffectDue)]
    return [effect.dedupe_key for effect in effects if effect.kind == "lottery.reseed"]
