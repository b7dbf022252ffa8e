"""Promises of buying: order of payment, exact numbers, money back for what cannot be had."""

from __future__ import annotations

import contextlib
import random

import pytest

from app.inventory.records import EffectDue
from app.lottery.pool import commands as c
from app.lottery.pool.batch import Part
from app.lottery.pool.records import RefundDue, TicketsDrawn
from app.lottery.refusals import BadCount, DrawNotOpen, NotPaid, NotThatFar, SoldOut
from app.refusals import HoldEnded, IdempotencyMismatch, Invalid, NotFound, PaymentRunning
from tests.lottery.draws import (
    DAY,
    NEXT_DAY,
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
    picture,
    places_purchase,
    refused,
    terms,
    told,
    wants,
)


def test_tickets_are_handed_out_in_order_of_payment() -> None:
    draw = instant()
    places_purchase(draw, 3, "first", "bo")
    places_purchase(draw, 4, "second", "cy")

    cy = told(draw, paid("second", 400))
    bo = told(draw, paid("first", 300))

    assert (cy.parts, bo.parts) == ((Part("b1", 1, 4),), (Part("b1", 5, 3),))


def test_ten_thousand_tickets_are_carried_out_in_slices() -> None:
    draw = licensed()
    opens(draw, terms(size=20_000, threshold=0, successor_size=0, tiers=_tiers(20_000)))
    places_purchase(draw, 10_000)
    view = told(draw, paid("p1", 1_000_000))
    slices = 0
    while view.status != "filled":
        view = told(draw, c.AllocateSlice("p1", view.drawn, NOON_MS))
        slices += 1

    assert (slices, view.drawn) == (4, 10_000)
    assert draw.batches["b1"].won == [1000, 2000]


def test_fifty_buyers_over_the_end_of_a_batch_get_exactly_theirs(seed: int) -> None:
    chance = random.Random(seed)
    draw = instant(size=200, tiers=_tiers(200), successor_size=200, threshold=150)
    wishes = {f"p{n}": chance.randint(1, 9) for n in range(50)}
    steps = [step for name in wishes for step in (name,) * 6] + ["reseed"] * 50
    chance.shuffle(steps)
    for name, count in wishes.items():
        places_purchase(draw, count, name, f"buyer-{name}", wants_fewer=True)

    for name in steps:
        if name == "reseed":
            with contextlib.suppress(NotThatFar):
                follows(draw, batch_id=f"b{chance.randrange(2, 99)}")
            continue
        told(draw, paid(name, wishes[name] * 100))
        told(draw, c.AllocateSlice(name, chance.randrange(9), NOON_MS, most=chance.randint(1, 4)))
    for name in wishes:
        view = told(draw, c.AllocateSlice(name, draw.purchases[name].drawn, NOON_MS))
        assert (view.status, view.drawn) == ("filled", wishes[name])

    assert len(draw.batches) == 2
    assert sum(batch.cursor for batch in draw.batches.values()) == sum(wishes.values())


def test_progress_counts_first() -> None:
    draw = instant()
    places_purchase(draw, 6)

    view = told(draw, paid("p1", 600))

    assert (view.status, view.drawn, view.taken) == ("paid", 0, 6)


def test_a_slice_that_was_done_before_changes_nothing() -> None:
    draw = instant()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))
    told(draw, c.AllocateSlice("p1", 0, NOON_MS, most=4))

    assert noted(draw, c.AllocateSlice("p1", 0, NOON_MS, most=4)) == ()
    assert told(draw, c.AllocateSlice("p1", 4, NOON_MS)).status == "filled"
    assert noted(draw, c.AllocateSlice("p1", 4, NOON_MS)) == ()


def test_a_buyer_of_an_instant_draw_learns_the_prizes_of_a_slice() -> None:
    draw = instant()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))

    facts = noted(draw, c.AllocateSlice("p1", 0, NOON_MS))

    assert facts[0] == TicketsDrawn("p1", Part("b1", 1, 6), ((3, 0), (5, 1), (6, 1)))


def test_a_buyer_of_the_evening_learns_numbers_only() -> None:
    draw = evening()
    places_purchase(draw, 6)
    told(draw, paid("p1", 600))

    assert noted(draw, c.AllocateSlice("p1", 0, NOON_MS))[0] == TicketsDrawn(
        "p1", Part("b1", 1, 6), ()
    )


def test_a_purchase_may_span_two_batches_and_says_so() -> None:
    draw = instant()
    buys(draw, 17, "p1", "cy")
    follows(draw)

    view = buys(draw, 8, "p2")

    assert view.parts == (Part("b1", 18, 3), Part("b2", 1, 5))
    assert view.spans_batches
    assert view.status == "filled"


def test_with_too_few_left_the_buyer_gets_those_and_the_rest_of_the_money() -> None:
    draw = instant()
    buys(draw, 15, "p1", "cy")
    places_purchase(draw, 8, "p2", wants_fewer=True)

    facts = noted(draw, paid("p2", 800))

    assert RefundDue("p2", "pay-p2", 300, "short") in facts
    assert draw.purchases["p2"].taken == 5


def test_all_or_nothing_gives_all_the_money_back() -> None:
    draw = instant()
    places_purchase(draw, 15, "p1", "cy")
    places_purchase(draw, 8, "p2")
    told(draw, paid("p1", 1500))

    view = told(draw, paid("p2", 800))

    assert (view.status, view.taken, view.cents_back) == ("returned", 0, 800)
    assert draw.batches["b1"].cursor == 15


def test_paying_twice_with_one_reference_is_paying_once() -> None:
    draw = instant()
    places_purchase(draw, 3)
    first = told(draw, paid("p1", 300))

    assert noted(draw, paid("p1", 300)) == ()
    assert told(draw, paid("p1", 300)) == first


def test_a_second_payment_goes_back_once() -> None:
    draw = instant()
    buys(draw, 3)

    assert noted(draw, paid("p1", 300, "again")) == (
        RefundDue("p1", "again", 300, "second_payment"),
    )
    assert noted(draw, paid("p1", 300, "again")) == ()


def test_a_wrong_amount_goes_back_whole() -> None:
    draw = instant()
    places_purchase(draw, 3)

    assert told(draw, paid("p1", 299)).cents_back == 299
    assert draw.batches["b1"].cursor == 0


def test_late_money_still_gets_its_tickets() -> None:
    draw = instant()
    places_purchase(draw, 3)
    noted(draw, c.Expire(), days=1)

    assert told(draw, paid("p1", 300), days=1).taken == 3


def test_late_money_of_a_closed_batch_goes_back() -> None:
    draw = instant()
    places_purchase(draw, 3)
    closes(draw)

    assert told(draw, paid("p1", 300)).cents_back == 300


def test_late_money_goes_back_when_its_buyer_has_enough_meanwhile() -> None:
    draw = licensed(person_limit=10)
    opens(draw, terms())
    places_purchase(draw, 8)
    told(draw, c.Expire(), days=1)
    buys(draw, 8, "p2", days=1)

    assert told(draw, paid("p1", 800), days=1).cents_back == 800


def test_late_money_goes_back_when_its_buyer_takes_a_break_meanwhile() -> None:
    draw = instant()
    places_purchase(draw, 8)
    told(draw, c.Expire(), days=1)
    told(draw, c.TakeBreak("bo", "2026-12-24", NEXT_DAY), days=1)

    assert told(draw, paid("p1", 800), days=1).cents_back == 800


def test_a_break_does_not_undo_what_is_being_paid() -> None:
    draw = instant()
    places_purchase(draw, 8)
    told(draw, c.TakeBreak("bo", "2026-12-24", DAY))

    assert told(draw, paid("p1", 800)).taken == 8


def test_money_after_the_announced_end_goes_back() -> None:
    draw = instant(closes_ms=NOON_MS + 60_000)
    places_purchase(draw, 3)

    assert told(draw, paid("p1", 300), days=1).status == "returned"


def test_an_unpaid_purchase_lapses_and_frees_its_limits() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, c.Expire(), days=1)

    assert draw.tallies == {}
    assert draw.next_due_ms() is None


def test_a_frozen_purchase_outlives_its_own_time() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, c.FreezePurchase("p1", "bo", NOON_MS + 1_800_000))

    told(draw, c.Expire(), days=0.01)

    assert draw.purchases["p1"].status == "paying"


def test_a_guarded_purchase_ends_with_its_payment_only() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, c.FreezePurchase("p1", "bo", NOON_MS + 1000, guarded=True))
    told(draw, c.Expire(), days=3)

    assert told(draw, c.EndPayment("p1", "bo"), days=3).status == "placed"
    assert told(draw, c.EndPayment("p1", "bo", release=True), days=3).status == "lapsed"


def test_a_refused_card_leaves_at_least_five_minutes() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, c.FreezePurchase("p1", "bo", NOON_MS + 1_800_000), days=0.0069)

    view = told(draw, c.EndPayment("p1", "bo"), days=0.0069)

    assert view.deadline_ms >= NOON_MS + int(0.0069 * 86_400_000) + 300_000


def test_a_lapsed_purchase_cannot_go_to_pay() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, c.Expire(), days=1)

    refused(draw, c.FreezePurchase("p1", "bo", NOON_MS), HoldEnded, days=1)
    refused(draw, wants(3), HoldEnded, days=1)


def test_a_paid_purchase_is_not_given_up() -> None:
    draw = instant()
    buys(draw, 3)

    refused(draw, c.EndPayment("p1", "bo", release=True), PaymentRunning)


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_bad_number_is_refused(count: int) -> None:
    assert refused(instant(), wants(count), BadCount).status == 422


def test_more_than_is_left_is_refused_unless_fewer_will_do() -> None:
    draw = instant()

    assert refused(draw, wants(21), SoldOut).details["left"] == 20
    assert told(draw, wants(21, wants_fewer=True)).count == 21


def test_a_closed_draw_sells_nothing() -> None:
    draw = instant()
    closes(draw)

    refused(draw, wants(1), DrawNotOpen)
    refused(licensed(), wants(1), DrawNotOpen)


def test_a_stale_price_is_refused() -> None:
    refused(instant(), wants(3, expected_cents=299), Invalid)


@pytest.mark.parametrize("day", ["", "today", "2026-02-30", "20261105"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    refused(instant(), wants(3, day=day), Invalid)


def test_placing_again_is_placing_once() -> None:
    draw = instant()
    first = places_purchase(draw, 3)

    assert noted(draw, wants(3)) == ()
    assert told(draw, wants(3)) == first
    refused(draw, wants(4), IdempotencyMismatch)


def test_somebody_elses_purchase_looks_like_none() -> None:
    draw = instant()
    places_purchase(draw, 3)

    refused(draw, c.ShowPurchase("p1", "cy"), NotFound)
    refused(draw, c.FreezePurchase("p1", "cy", NOON_MS), NotFound)
    refused(draw, c.EndPayment("p1", "cy", release=True), NotFound)
    refused(draw, wants(3, buyer="cy"), NotFound)
    assert told(draw, c.ShowPurchase("p1", "bo")).count == 3


def test_money_for_an_unknown_purchase_is_refused() -> None:
    refused(instant(), paid("nobody"), NotFound)


def test_an_unpaid_purchase_gets_no_ticket() -> None:
    draw = instant()
    places_purchase(draw, 3)

    refused(draw, c.AllocateSlice("p1", 0, NOON_MS), NotPaid)


@pytest.mark.parametrize("most", [0, -1, 2501])
def test_a_slice_has_a_size(most: int) -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, paid("p1", 300))

    refused(draw, c.AllocateSlice("p1", 0, NOON_MS, most=most), Invalid)


def test_the_end_of_a_purchase_is_told_by_letter_once() -> None:
    draw = instant()
    places_purchase(draw, 3)
    told(draw, paid("p1", 300))

    letters = [f for f in noted(draw, c.AllocateSlice("p1", 0, NOON_MS)) if type(f) is EffectDue]

    assert [letter.dedupe_key for letter in letters] == ["mail.lottery:p1:filled"]


def _tiers(size: int) -> object:
    few = terms().tiers
    return tuple(type(tier)(tier.key, tier.name, tier.count * size // 20) for tier in few)


def test_at_once_is_the_same_as_one_step_after_the_other() -> None:
    slow, quick = instant(), instant()

    buys(slow, 7)
    view = told(quick, c.BuyAtOnce(wants(7), "pay-p1", NOON_MS))

    assert (view.status, view.drawn) == ("filled", 7)
    assert picture(slow) == picture(quick)


def test_at_once_asks_no_job_for_a_small_purchase_and_one_for_a_large_one() -> None:
    draw = licensed()
    opens(draw, terms(size=20_000, threshold=0, successor_size=0, tiers=_tiers(20_000)))

    small = noted(draw, c.BuyAtOnce(wants(c.SLICE_LIMIT, "small"), "ref", NOON_MS))
    large = noted(draw, c.BuyAtOnce(wants(c.SLICE_LIMIT + 1, "large"), "ref-2", NOON_MS))

    kinds = [{f.kind for f in facts if isinstance(f, EffectDue)} for facts in (small, large)]
    assert kinds == [{"mail.lottery"}, {"lottery.allocate"}]


def test_at_once_again_answers_as_it_is_and_pays_once() -> None:
    draw = instant()
    command = c.BuyAtOnce(wants(7), "pay-p1", NOON_MS)
    first = told(draw, command)

    assert told(draw, command) == first
    assert noted(draw, command) == ()
    assert draw.batches["b1"].cursor == 7


def test_at_once_pays_what_was_placed_before() -> None:
    draw = instant()
    places_purchase(draw, 7)

    assert told(draw, c.BuyAtOnce(wants(7), "pay-p1", NOON_MS)).status == "paid"


def test_at_once_is_refused_whole() -> None:
    draw = instant()

    for wish, why in ((wants(0), BadCount), (wants(21), SoldOut), (wants(7, day="x"), Invalid)):
        refused(draw, c.BuyAtOnce(wish, "ref", NOON_MS), why)
