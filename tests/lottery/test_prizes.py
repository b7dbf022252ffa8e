"""Promises of prizes: claimed in time, given out once, archived when all is over."""

from __future__ import annotations

import pytest

from app.inventory.records import EffectDue, Record
from app.lottery.pool import commands as c
from app.lottery.pool.drawing import WINS_LIMIT
from app.lottery.pool.invariants import broken
from app.lottery.pool.prizes import KEYS_LIMIT, archivable, unclaimed
from app.lottery.pool.records import PrizeClaimed, ResultAnnounced
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import ENTITLEMENT, EVENING, INSTANT, Tier
from app.lottery.pool.totals import totals
from app.lottery.refusals import ClaimTooLate, NothingWon, NotThatFar
from app.refusals import Invalid, NotFound
from tests.lottery.draws import (
    NOON_MS,
    buys,
    closes,
    drawn,
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
    reveals,
    terms,
    told,
    wants,
)


def won() -> PoolState:
    """Bo has a lamp with ticket 3 and keys with 5 and 6."""
    draw = instant(retention_days=30)
    buys(draw, 6)
    return draw


def over() -> PoolState:
    """A draw whose time to claim is over, with its secret published and one lamp given out."""
    draw = won()
    told(draw, c.ClaimPrize("b1", 3, "bo"))
    told(draw, c.ConfirmClaim("b1", 3, "dee"))
    closes(draw)
    reveals(draw)
    return draw


def settled_draw() -> PoolState:
    """A draw that was settled on the eleventh day."""
    draw = over()
    told(draw, c.Settle("b1", "ada", NOON_MS + 11 * 86_400_000), days=11)
    return draw


def test_a_winner_claims_and_staff_confirms() -> None:
    draw = won()

    claim = told(draw, c.ClaimPrize("b1", 3, "bo"))
    confirmed = told(draw, c.ConfirmClaim("b1", 3, "dee"))

    assert (claim.tier, claim.is_confirmed, confirmed.is_confirmed) == ("lamp", False, True)


def test_an_entitlement_is_on_without_a_claim() -> None:
    tiers = (Tier("lamp", "Lamp", 2), Tier("key", "Early key", 4, ENTITLEMENT))
    draw = instant(tiers=tiers)
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))

    facts = noted(draw, c.AllocateSlice("p1", 0, NOON_MS))

    effects = [f for f in facts if isinstance(f, EffectDue) and f.kind == "lottery.prize"]
    assert [(f.dedupe_key, f.payload["kind"]) for f in effects] == [
        ("lottery.prize:b1:5", "entitlement"), ("lottery.prize:b1:6", "entitlement"),
    ]  # fmt: skip
    assert noted(draw, c.ClaimPrize("b1", 5, "bo")) == ()
    assert sorted(draw.batches["b1"].claims) == [5, 6]
    in_the_evening = evening(tiers=tiers)
    buys(in_the_evening, 6)
    drawn(in_the_evening)
    assert sorted(in_the_evening.batches["b1"].claims) == [5, 6]


def many_keys(mode: str) -> PoolState:
    """2,000 tickets of which 400 open something, all bought by Bo in two purchases."""
    tiers = (Tier("lamp", "Lamp", 200), Tier("key", "Early key", 400, ENTITLEMENT))
    draw = licensed()
    opens(draw, terms(mode=mode, size=2000, tiers=tiers))
    for purchase_id, count in (("p1", 1500), ("p2", 500)):
        places_purchase(draw, count, purchase_id)
        told(draw, paid(purchase_id, count * 100))
    return draw


def keys_switched_on(facts: tuple[Record, ...]) -> int:
    """How many entitlements one step switched on."""
    return sum(isinstance(fact, PrizeClaimed) for fact in facts)


def test_a_step_hands_out_few_keys_however_many_there_are() -> None:
    draw = many_keys(INSTANT)

    for purchase_id, count in (("p1", 1500), ("p2", 500)):
        done, steps = 0, 0
        while done < count:
            facts = noted(draw, c.AllocateSlice(purchase_id, done, NOON_MS))
            assert 0 < keys_switched_on(facts) <= KEYS_LIMIT
            done, steps = draw.purchases[purchase_id].drawn, steps + 1
        assert steps == count // 5 / KEYS_LIMIT
        assert noted(draw, c.AllocateSlice(purchase_id, 0, NOON_MS)) == ()

    assert list(broken(draw)) == []
    assert len(draw.batches["b1"].claims) == 400
    assert draw.batches["b1"].won == [200, 400]


def test_a_purchase_with_many_keys_is_not_handed_out_at_once() -> None:
    tiers = (Tier("lamp", "Lamp", 200), Tier("key", "Early key", 400, ENTITLEMENT))
    draw = licensed()
    opens(draw, terms(size=2000, tiers=tiers))

    few = told(draw, c.BuyAtOnce(wants(200), "cash", NOON_MS))
    many = told(draw, c.BuyAtOnce(wants(300, "p2"), "cash-2", NOON_MS))

    assert (few.status, many.status, many.drawn) == ("filled", "paid", 0)


def test_a_result_with_many_keys_takes_several_steps_and_is_told_once() -> None:
    draw = many_keys(EVENING)
    closes(draw)
    for by in ("ada", "dee"):
        told(draw, c.FixPublicValue("b1", "staff", "4711", by, NOON_MS))
    told(draw, c.RecordDraw("b1", places(2000), "ada", NOON_MS))

    results = []
    for _step in range(8):
        facts = noted(draw, c.AnnounceSlice("b1", draw.batches["b1"].announced))
        assert keys_switched_on(facts) == KEYS_LIMIT
        assert list(broken(draw)) == []
        results.append([f.purchase_id for f in facts if isinstance(f, ResultAnnounced)])

    assert results == [[], [], [], [], [], ["p1"], [], ["p2"]]
    assert noted(draw, c.AnnounceSlice("b1", 2)) == ()
    assert len(draw.batches["b1"].claims) == 400


def test_a_step_of_results_tells_of_few_prizes() -> None:
    draw = licensed()
    tiers = (Tier("lamp", "Lamp", 2000), Tier("ring", "Key ring", 4000))
    opens(draw, terms(mode=EVENING, size=20_000, tiers=tiers))
    for number in range(4):
        places_purchase(draw, 2000, f"p{number}")
        told(draw, paid(f"p{number}", 200_000))
    closes(draw)
    for by in ("ada", "dee"):
        told(draw, c.FixPublicValue("b1", "staff", "4711", by, NOON_MS))
    told(draw, c.RecordDraw("b1", places(20_000), "ada", NOON_MS))

    first = told(draw, c.AnnounceSlice("b1", 0))

    assert first.done == WINS_LIMIT // 600


def test_what_nobody_hands_over_is_given_out_with_its_claim() -> None:
    facts = noted(won(), c.ClaimPrize("b1", 3, "bo", at_once=True))

    assert [f.dedupe_key for f in facts if isinstance(f, EffectDue)] == ["lottery.prize:b1:3"]


def test_claiming_and_confirming_again_change_nothing() -> None:
    draw = won()
    first = told(draw, c.ClaimPrize("b1", 3, "bo"))
    assert noted(draw, c.ClaimPrize("b1", 3, "bo")) == ()
    assert told(draw, c.ClaimPrize("b1", 3, "bo")) == first
    told(draw, c.ConfirmClaim("b1", 3, "dee"))

    assert noted(draw, c.ConfirmClaim("b1", 3, "max")) == ()
    assert draw.batches["b1"].claims[3].by == "dee"


def test_somebody_elses_prize_looks_like_none() -> None:
    draw = won()

    refused(draw, c.ClaimPrize("b1", 3, "cy"), NotFound)


@pytest.mark.parametrize("position", [0, -1, 7, 21, 10_001])
def test_a_ticket_that_was_not_sold_wins_nothing(position: int) -> None:
    refused(won(), c.ClaimPrize("b1", position, "bo"), NotFound)


def test_a_blank_ticket_wins_nothing() -> None:
    refused(won(), c.ClaimPrize("b1", 4, "bo"), NothingWon)


def test_a_ticket_is_not_claimed_before_its_slice() -> None:
    draw = instant()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))
    told(draw, c.AllocateSlice("p1", 0, NOON_MS, most=4))

    refused(draw, c.ClaimPrize("b1", 5, "bo"), NotThatFar)
    assert told(draw, c.ClaimPrize("b1", 3, "bo")).tier == "lamp"


def test_the_time_to_claim_ends() -> None:
    draw = won()

    assert refused(draw, c.ClaimPrize("b1", 3, "bo"), ClaimTooLate, days=10).status == 410
    assert told(draw, c.ClaimPrize("b1", 3, "bo"), days=9.9).tier == "lamp"


def test_the_time_to_claim_of_an_evening_begins_with_the_draw() -> None:
    draw = evening()
    buys(draw, 6)
    drawn(draw)

    assert told(draw, c.ClaimPrize("b1", 3, "bo"), days=9.9).tier == "lamp"
    refused(draw, c.ClaimPrize("b1", 5, "bo"), ClaimTooLate, days=10)


def test_what_nobody_claimed_is_not_confirmed() -> None:
    refused(won(), c.ConfirmClaim("b1", 3, "dee"), NotFound)


def test_a_confirmation_has_somebody_behind_it() -> None:
    draw = won()
    told(draw, c.ClaimPrize("b1", 3, "bo"))

    refused(draw, c.ConfirmClaim("b1", 3, ""), Invalid)


def test_the_unclaimed_are_listed() -> None:
    draw = won()
    told(draw, c.ClaimPrize("b1", 3, "bo"))

    assert [(u.position, u.tier) for u in unclaimed(draw, "b1")] == [(5, "key"), (6, "key")]
    assert list(unclaimed(evening(), "b1")) == []


def test_unclaimed_says_nothing_of_a_slice_that_is_not_done() -> None:
    draw = instant()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))

    assert list(unclaimed(draw, "b1")) == []


def test_a_batch_is_settled_when_nobody_can_claim_any_more() -> None:
    draw = over()

    refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar, days=9.9)
    assert told(draw, c.Settle("b1", "ada", NOON_MS), days=10).status == "settled"
    assert draw.batches["b1"].unclaimed == (0, 2)
    assert noted(draw, c.Settle("b1", "ada", NOON_MS)) == ()


def test_a_batch_that_nobody_bought_from_is_settled_at_once() -> None:
    for draw, steps in ((instant(), closes), (evening(), drawn)):
        steps(draw)
        if draw.batches["b1"].is_instant:
            refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar)
            reveals(draw)

        assert told(draw, c.Settle("b1", "ada", NOON_MS)).status == "settled"


def test_a_claim_that_waits_for_staff_keeps_a_batch_open() -> None:
    draw = won()
    told(draw, c.ClaimPrize("b1", 3, "bo"))
    closes(draw)
    reveals(draw)

    refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar, days=11)


def test_nothing_is_settled_without_its_secret() -> None:
    draw = won()

    refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar, days=11)
    closes(draw)
    refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar, days=11)


def test_nothing_is_settled_while_tickets_are_drawn() -> None:
    draw = instant()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))
    closes(draw)
    reveals(draw)

    refused(draw, c.Settle("b1", "ada", NOON_MS), NotThatFar, days=11)


def test_nobody_claims_from_a_settled_batch() -> None:
    refused(settled_draw(), c.ClaimPrize("b1", 5, "bo"), ClaimTooLate, days=9)


def test_tickets_are_kept_for_the_retention() -> None:
    draw = settled_draw()

    refused(draw, c.ArchiveSlice("b1", "ada", NOON_MS), NotThatFar, days=40.9)
    assert archivable(draw, "b1", NOON_MS + 40 * 86_400_000) == 0
    assert archivable(draw, "b1", NOON_MS + 41 * 86_400_000) == 6


def test_a_dry_run_removes_nothing() -> None:
    draw = settled_draw()

    archivable(draw, "b1", NOON_MS + 41 * 86_400_000)

    assert draw.purchases["p1"].taken == 6


def test_archiving_leaves_what_proves_the_draw() -> None:
    draw = settled_draw()
    view = told(draw, c.ArchiveSlice("b1", "ada", NOON_MS), days=41)

    batch = draw.batches["b1"]
    assert (view.done, view.total, batch.status) == (6, 6, "archived")
    assert (draw.purchases, batch.claims, batch.places, draw.tallies) == ({}, {}, b"", {})
    assert (batch.seal.secret, batch.seal.commitment, batch.cursor) == ("secret", "seal-b1", 6)
    assert [tier.left for tier in totals(draw).batches[0].tiers] == [1, 2]


def test_archiving_goes_on_in_slices_and_ends_once() -> None:
    draw = instant(retention_days=0)
    for number in range(5):
        buys(draw, 2, f"p{number}")
    closes(draw)
    reveals(draw)
    told(draw, c.Settle("b1", "ada", NOON_MS + 10 * 86_400_000), days=10)

    done = [told(draw, c.ArchiveSlice("b1", "ada", 1, most=2), days=11).done for _ in range(3)]

    assert done == [4, 8, 10]
    assert noted(draw, c.ArchiveSlice("b1", "ada", 1), days=11) == ()
    refused(draw, c.ClaimPrize("b1", 3, "bo"), NotFound)


def test_a_purchase_over_two_batches_keeps_what_is_not_archived() -> None:
    draw = instant(retention_days=0)
    buys(draw, 17, "p0", "cy")
    follows(draw)
    buys(draw, 8, "p1")
    closes(draw)
    reveals(draw)
    told(draw, c.Settle("b1", "ada", NOON_MS + 10 * 86_400_000), days=10)
    told(draw, c.ArchiveSlice("b1", "ada", NOON_MS), days=11)

    assert [part.batch_id for part in draw.purchases["p1"].parts] == ["b2"]
    assert draw.tally("bo").tickets == 5


@pytest.mark.parametrize("most", [0, 201])
def test_a_slice_of_the_archive_has_a_size(most: int) -> None:
    refused(settled_draw(), c.ArchiveSlice("b1", "ada", NOON_MS, most), Invalid, days=50)
