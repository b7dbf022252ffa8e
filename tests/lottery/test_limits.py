"""Promises of limits: licence, age, staff, person, day, budget and break."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.lottery.pool import commands as c
from app.lottery.pool.purchase import spoken_day
from app.lottery.pool.state import PoolState
from app.lottery.pool.views import BudgetView
from app.lottery.refusals import (
    AgeNeeded,
    BadCount,
    NoLegalBasis,
    OnBreak,
    OverBudget,
    StaffMayNotBuy,
)
from app.refusals import Invalid, LimitReached
from tests.lottery.draws import (
    DAY,
    NEXT_DAY,
    NOON_MS,
    basis,
    buys,
    evening,
    instant,
    licensed,
    noted,
    opens,
    paid,
    places_purchase,
    refused,
    rules,
    terms,
    told,
    wants,
)


def limited(**changes: Any) -> PoolState:
    """A small draw with limits of its own."""
    draw = licensed(**changes)
    opens(draw, terms())
    return draw


def test_paid_tickets_wait_for_a_legal_basis() -> None:
    draw = PoolState(rules())
    opens(draw, terms())

    refused(draw, wants(1), NoLegalBasis)
    told(draw, basis())
    assert told(draw, wants(1)).count == 1


def test_a_licence_that_has_run_out_sells_nothing() -> None:
    draw = PoolState(rules())
    opens(draw, terms())
    told(draw, replace(basis(), until_ms=NOON_MS + 1000))
    places_purchase(draw, 1)

    refused(draw, wants(1, "p2"), NoLegalBasis, days=1)
    assert told(draw, paid("p1", 100), days=1).cents_back == 100


def test_free_tickets_and_play_credits_need_no_licence() -> None:
    draw = PoolState(rules())
    opens(draw, terms())
    assert told(draw, wants(1, is_play=True)).count == 1

    free = PoolState(rules())
    opens(free, terms(price_cents=0))
    assert told(free, wants(1, expected_cents=0)).cents == 0


@pytest.mark.parametrize("field", ["kind", "number", "region", "promoter", "free_entry", "by"])
def test_a_legal_basis_is_whole(field: str) -> None:
    missing: dict[str, Any] = {field: " "}

    refused(PoolState(rules()), replace(basis(), **missing), Invalid)


def test_a_legal_basis_is_recorded_once() -> None:
    assert noted(licensed(), basis()) == ()


def test_staff_does_not_buy_where_the_prizes_lie_already() -> None:
    refused(instant(), wants(1, is_staff=True), StaffMayNotBuy)
    assert told(evening(), wants(1, is_staff=True)).count == 1


def test_an_age_has_to_be_said() -> None:
    assert "18" in refused(instant(), wants(1, is_of_age=False), AgeNeeded).happened
    assert told(limited(age_limit=0), wants(1, is_of_age=False)).count == 1


def test_a_purchase_has_a_limit_of_its_own() -> None:
    draw = limited(purchase_limit=5)

    assert "5" in refused(draw, wants(6), BadCount).happened


def test_a_person_has_a_limit() -> None:
    draw = limited(person_limit=5)
    buys(draw, 3)

    fewer = refused(draw, wants(3, "p2"), LimitReached)
    assert (fewer.details["held"], fewer.next_step) == (3, "Choose fewer.")
    buys(draw, 2, "p3")
    full = refused(draw, wants(1, "p2"), LimitReached)
    assert full.next_step == "You have all that you can have."
    assert told(draw, wants(2, "p3")).count == 2
    assert told(draw, wants(3, "p4", "cy")).count == 3


def test_what_is_not_paid_yet_counts_too() -> None:
    draw = limited(person_limit=5)
    places_purchase(draw, 3)

    refused(draw, wants(3, "p2"), LimitReached)


def test_a_day_has_a_limit_and_the_next_day_its_own() -> None:
    draw = limited(day_limit=5)
    buys(draw, 5)

    refused(draw, wants(1, "p2"), LimitReached)
    assert told(draw, wants(5, "p3", day=NEXT_DAY), days=1).count == 5


def test_tickets_that_could_not_be_had_count_no_more() -> None:
    draw = limited(person_limit=8)
    places_purchase(draw, 8, wants_fewer=True)
    for number in range(3):
        buys(draw, 5, f"c{number}", f"cy{number}")
    told(draw, paid("p1", 800))

    assert draw.tally("bo").tickets == 5


def test_a_budget_stops_before_paying_and_says_what_fits() -> None:
    draw = instant()
    told(draw, c.SetBudget("bo", 700, DAY))
    buys(draw, 4)

    refusal = refused(draw, wants(4, "p2"), OverBudget)

    assert (refusal.details["fits"], refusal.status) == (3, 422)
    assert "4 tickets would go over" in refusal.happened
    assert told(draw, wants(3, "p3")).count == 3
    said = refused(draw, wants(1, "p4"), OverBudget).happened
    assert said.startswith("One ticket would go over the budget")


def test_a_budget_begins_anew_each_month() -> None:
    draw = instant()
    told(draw, c.SetBudget("bo", 700, DAY))
    buys(draw, 7)

    assert told(draw, wants(7, "p2", day="2026-12-01"), days=26).count == 7


def test_other_draws_and_play_credits() -> None:
    draw = instant()
    told(draw, c.SetBudget("bo", 700, DAY))

    refused(draw, wants(4, spent_elsewhere_cents=400), OverBudget)
    assert told(draw, wants(9, "p2", is_play=True)).count == 9
    assert told(draw, wants(7, "p3")).count == 7


def test_a_budget_is_lowered_at_once() -> None:
    draw = instant()
    told(draw, c.SetBudget("bo", 700, DAY))

    assert told(draw, c.SetBudget("bo", 300, DAY)) == BudgetView(300, None, None)
    refused(draw, wants(4), OverBudget)


@pytest.mark.parametrize("more", [900, None])
def test_a_higher_budget_waits(more: int | None) -> None:
    draw = limited(raise_wait_days=1)
    told(draw, c.SetBudget("bo", 700, DAY))

    assert told(draw, c.SetBudget("bo", more, DAY)) == BudgetView(700, more, NEXT_DAY)
    refused(draw, wants(9), OverBudget)
    assert told(draw, wants(9, "p2", day=NEXT_DAY), days=1).count == 9


def test_a_wait_cannot_be_shortened_to_nothing() -> None:
    draw = limited(raise_wait_days=0)
    told(draw, c.SetBudget("bo", 700, DAY))

    assert told(draw, c.SetBudget("bo", 900, DAY)).later_from == NEXT_DAY


def test_asking_again_for_a_raise_does_not_begin_the_wait_anew() -> None:
    draw = instant()
    told(draw, c.SetBudget("bo", 700, DAY))
    told(draw, c.SetBudget("bo", 900, DAY))

    assert told(draw, c.SetBudget("bo", 900, NEXT_DAY)).later_from == "2026-11-12"
    assert told(draw, c.SetBudget("bo", 950, NEXT_DAY)).later_from == "2026-11-13"


def test_lowering_takes_a_raise_back() -> None:
    draw = limited(raise_wait_days=1)
    told(draw, c.SetBudget("bo", 700, DAY))
    told(draw, c.SetBudget("bo", 900, DAY))
    told(draw, c.SetBudget("bo", 500, DAY))

    refused(draw, wants(9, day=NEXT_DAY), OverBudget, days=1)


def test_a_bad_budget_is_refused() -> None:
    refused(instant(), c.SetBudget("bo", -1, DAY), Invalid)
    refused(instant(), c.SetBudget("bo", 5, "soon"), Invalid)


def test_a_break_stops_and_is_never_shortened() -> None:
    draw = instant()
    told(draw, c.TakeBreak("bo", "2026-12-01", DAY))

    refused(draw, wants(1), OnBreak)
    refused(draw, c.TakeBreak("bo", NEXT_DAY, DAY), Invalid)
    assert told(draw, c.TakeBreak("bo", "2027-03-01", DAY)).what == "2027-03-01"
    assert noted(draw, c.TakeBreak("bo", "2027-03-01", DAY)) == ()
    assert told(draw, wants(1, day="2027-03-01"), days=120).count == 1


def test_a_break_has_a_day() -> None:
    refused(instant(), c.TakeBreak("bo", "some time", DAY), Invalid)
    refused(instant(), c.TakeBreak("bo", DAY, DAY), Invalid)


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-12-04", "4 December"), ("2027-01-05", "5 January 2027"),
     ("2027-11-26", "26 November 2027"), ("2028-01-01", "1 January 2028")],
)  # fmt: skip
def test_a_day_is_spoken_with_its_year_once_where_that_is_another(day: str, words: str) -> None:
    assert spoken_day(day, "2026-11-27") == words
