"""Promises of the right to buy: kept until its time, then the waiting list moves up by itself."""

from __future__ import annotations

import pytest

from app.inventory.records import EffectDue
from app.lottery.ballot import commands as c
from app.lottery.ballot.entry import Right
from app.lottery.ballot.records import RightGranted
from app.lottery.ballot.state import BallotState
from app.lottery.ballot.terms import Share
from app.lottery.refusals import InBasket, NotThatFar, RightOver
from app.refusals import Invalid, NotFound
from tests.lottery.ballots import (
    CIRCLE,
    SATURDAY,
    STALLS,
    drawn,
    entering,
    noted,
    opened,
    refused,
    shows,
    statuses,
    told,
)
from tests.lottery.draws import NOON_MS

HOUR_MS = 3_600_000


def full() -> BallotState:
    """Bo has the four stalls; Cy, Dee and Max wait in this order."""
    return drawn(entering("bo", 4), entering("cy", 3), entering("dee", 2), entering("max", 1))


def uses(name: str, count: int, order: str = "o1") -> c.UseRight:
    """Somebody has bought."""
    return c.UseRight(f"e-{name}", name, order, count)


def declines(name: str, **more: bool) -> c.DeclineRight:
    """Somebody lets the seats go."""
    return c.DeclineRight(f"e-{name}", name, **more)


def test_a_right_is_used_once() -> None:
    ballot = full()
    first = told(ballot, uses("bo", 4))

    assert first.status == "bought"
    assert noted(ballot, uses("bo", 4)) == ()
    refused(ballot, uses("bo", 4, "o2"), RightOver)


def test_seats_that_were_not_needed_go_down_the_list() -> None:
    ballot = full()
    told(ballot, uses("bo", 1))

    assert statuses(ballot) == {"bo": "bought", "cy": "won", "dee": "waiting", "max": "waiting"}


@pytest.mark.parametrize("count", [0, -1, 5])
def test_nobody_buys_more_than_was_won(count: int) -> None:
    refused(full(), uses("bo", count), Invalid)
    refused(full(), uses("bo", 1, ""), Invalid)


def test_a_right_ends_by_itself_and_the_list_moves_up() -> None:
    ballot = full()
    told(ballot, c.Expire(), days=2.99)
    assert statuses(ballot)["bo"] == "won"

    told(ballot, c.Expire(), days=3)

    assert statuses(ballot) == {"bo": "lapsed", "cy": "won", "dee": "waiting", "max": "won"}
    assert shows(ballot, "dee", days=3).place_now == 1


def test_an_offer_has_a_time_of_its_own() -> None:
    ballot = full()
    told(ballot, c.Expire(), days=3)
    right = shows(ballot, "cy", days=3).right

    assert right is not None
    assert right.is_offer
    assert right.until_ms == NOON_MS + 3 * 24 * HOUR_MS + 3 * HOUR_MS
    assert ballot.next_due_ms() == right.until_ms


def test_a_late_order_finds_its_right_over() -> None:
    refused(full(), uses("bo", 4), RightOver, days=3)
    refused(full(), declines("bo"), RightOver, days=3)


def test_a_declined_right_goes_down_the_list_once() -> None:
    ballot = full()
    facts = noted(ballot, declines("bo"))

    granted = [fact for fact in facts if isinstance(fact, RightGranted)]
    keys = [fact.dedupe_key for fact in facts if isinstance(fact, EffectDue)]
    assert [(fact.entry_id, fact.count) for fact in granted] == [("e-cy", 3), ("e-max", 1)]
    assert keys == ["ballot.right_over:e-bo:1", "ballot.right:e-cy:1", "ballot.right:e-max:1"]
    assert noted(ballot, declines("bo")) == ()


def test_an_offer_is_let_pass_without_losing_the_place() -> None:
    ballot = drawn(entering("bo", 4), entering("dee", 2, CIRCLE), entering("cy", 2, STALLS, CIRCLE))
    told(ballot, declines("bo"))
    assert shows(ballot, "cy").right is not None

    view = told(ballot, declines("cy", keeps_place=True))

    assert (view.status, shows(ballot, "cy").place_now) == ("waiting", 1)
    assert noted(ballot, declines("cy", keeps_place=True)) == (), "pressed twice"
    told(ballot, declines("dee"))
    right = shows(ballot, "cy").right
    assert right is not None
    assert right.wish == CIRCLE
    late = c.DeclineRight("e-cy", "cy", keeps_place=True, number=1)
    assert noted(ballot, late) == (), "it was about the first offer"
    assert told(ballot, late).right == right


def test_who_let_everything_pass_waits_no_more() -> None:
    ballot = full()
    told(ballot, declines("bo"))

    assert told(ballot, declines("cy", keeps_place=True)).status == "declined"


def test_a_winner_of_the_draw_keeps_no_place() -> None:
    refused(full(), declines("bo", keeps_place=True), Invalid)


def test_a_right_does_not_end_while_a_basket_has_its_seats() -> None:
    ballot = full()
    told(ballot, c.KeepRight("e-bo", "bo"), days=2.999)
    told(ballot, c.Expire(), days=3.01)
    assert shows(ballot, "bo", days=3.01).status == "won"
    refused(ballot, declines("bo"), InBasket)

    told(ballot, c.FreeRight("e-bo"), days=3.02)
    told(ballot, c.Expire(), days=3.02)

    assert shows(ballot, "bo", days=3.02).status == "lapsed"


def test_a_right_whose_time_is_over_goes_into_no_basket_again() -> None:
    ballot = full()
    told(ballot, c.KeepRight("e-bo", "bo"), days=2.999)

    refused(ballot, c.KeepRight("e-bo", "bo"), RightOver, days=3.01)


def test_only_who_has_a_right_keeps_uses_or_declines_it() -> None:
    ballot = full()

    for command in (c.KeepRight("e-cy", "cy"), uses("cy", 1), declines("cy")):
        refused(ballot, command, RightOver)
    for name, own in (("bo", "cy"), ("nobody", "bo")):
        refused(ballot, c.UseRight(f"e-{name}", own, "o", 1), NotFound)
        refused(ballot, c.DeclineRight(f"e-{name}", own), NotFound)
        refused(ballot, c.KeepRight(f"e-{name}", own), NotFound)
        refused(ballot, c.JoinList(f"e-{name}", own), NotFound)


def test_whose_time_ran_out_joins_at_the_end() -> None:
    ballot = full()
    told(ballot, c.Expire(), days=3)

    view = told(ballot, c.JoinList("e-bo", "bo"), days=3)

    assert (view.status, view.place_now, view.place_at_first) == ("waiting", 2, 2)
    assert noted(ballot, c.JoinList("e-bo", "bo"), days=3) == ()


def test_who_joins_gets_at_once_what_nobody_before_can_take() -> None:
    ballot = drawn(entering("bo", 2, CIRCLE), entering("cy", 2))
    told(ballot, declines("bo"))

    assert told(ballot, c.JoinList("e-bo", "bo")).right is not None


def test_who_bought_does_not_join_again() -> None:
    ballot = full()
    told(ballot, uses("bo", 4))

    refused(ballot, c.JoinList("e-bo", "bo"), NotThatFar)


def test_seats_that_come_back_go_down_the_list_once() -> None:
    ballot = full()
    told(ballot, uses("bo", 4))

    view = told(ballot, c.ReturnSeats("e-bo", "bo", 0))

    assert view.status == "declined"
    assert statuses(ballot) == {"bo": "declined", "cy": "won", "dee": "waiting", "max": "won"}
    assert noted(ballot, c.ReturnSeats("e-bo", "bo", 0)) == ()
    assert told(ballot, c.JoinList("e-bo", "bo")).status == "waiting"


def test_whoever_gives_back_some_keeps_the_others() -> None:
    ballot = full()
    told(ballot, uses("bo", 4))

    assert told(ballot, c.ReturnSeats("e-bo", "bo", 2)).status == "bought"
    assert noted(ballot, c.ReturnSeats("e-bo", "bo", 2)) == ()
    assert noted(ballot, c.ReturnSeats("e-bo", "bo", 4)) == (), "they do not come again"

    assert statuses(ballot)["bo"] == "bought"
    assert ballot.entries["e-bo"].bought_count == 2
    refused(ballot, c.JoinList("e-bo", "bo"), NotThatFar)


def test_only_bought_seats_come_back() -> None:
    ballot = full()

    assert noted(ballot, c.ReturnSeats("e-bo", "bo", 0)) == ()
    refused(ballot, c.ReturnSeats("e-bo", "bo", -1), Invalid)
    refused(ballot, c.ReturnSeats("e-bo", "cy", 0), NotFound)
    early = opened()
    told(early, entering("bo"))
    refused(early, c.ReturnSeats("e-bo", "bo", 0), NotThatFar)


def test_a_show_that_is_over_is_offered_to_nobody_and_costs_no_place() -> None:
    supply = (Share(STALLS, 4), Share(SATURDAY, 2))
    both = (STALLS, SATURDAY)
    entries = (entering("bo", 4), entering("dee", 2, SATURDAY), entering("cy", 2, *both))
    ballot = drawn(*entries, supply=supply)
    told(ballot, c.CloseEvent(STALLS.event_id, "system"))

    assert told(ballot, declines("bo")).status == "declined"
    assert (shows(ballot, "cy").status, shows(ballot, "cy").place_now) == ("waiting", 1)
    told(ballot, declines("dee"))

    right = shows(ballot, "cy").right
    assert right is not None
    assert right.wish == SATURDAY
    assert noted(ballot, c.CloseEvent(STALLS.event_id, "system")) == ()


def test_nobodys_time_runs_out_while_the_sale_is_paused() -> None:
    ballot = full()
    until_ms = right_of(ballot, "bo").until_ms
    assert noted(ballot, c.StretchRights(STALLS.event_id)) == (), "there is time enough"

    for hours in range(100):
        told(ballot, c.StretchRights(STALLS.event_id), days=hours / 24)
    assert statuses(ballot)["bo"] == "won"
    told(ballot, c.Expire(), days=102 / 24)
    assert statuses(ballot)["bo"] == "won", "an offer's time from the last look on"
    assert right_of(ballot, "bo").until_ms > until_ms
    told(ballot, c.Expire(), days=104 / 24)

    assert statuses(ballot)["bo"] == "lapsed"
    refused(ballot, c.StretchRights(99), NotFound)


def right_of(ballot: BallotState, name: str) -> Right:
    """The right that somebody has."""
    right = ballot.entries[f"e-{name}"].right
    assert right is not None
    return right


def test_an_ended_ballot_offers_nothing_more() -> None:
    ballot = full()
    told(ballot, c.EndBallot("ada", NOON_MS))
    told(ballot, declines("bo"))

    assert set(statuses(ballot).values()) == {"declined", "left"}
    assert noted(ballot, c.EndBallot("ada", NOON_MS)) == ()
    refused(ballot, c.JoinList("e-bo", "bo"), NotThatFar)
    refused(ballot, c.ReturnSeats("e-bo", "bo", 0), NotThatFar)


def test_a_right_that_runs_outlives_the_end_of_the_list() -> None:
    ballot = full()
    told(ballot, c.EndBallot("ada", NOON_MS))

    assert told(ballot, uses("bo", 4)).status == "bought"
