"""Buyers do anything in any order; after every step each place has the owner it must have."""

from __future__ import annotations

import itertools
import secrets
import time
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.budget import TimeBudget
from tests.model.holding import EXTENSION_SECONDS, HOLD_SECONDS, SEAT_COUNT
from tests.model.paying import PAYMENT_SECONDS, PayingSteps
from tests.model.shop_model import HoldModel
from tests.services.box_office import BoxOffice, box_office

BUYERS = ("Ada", "Bo", "Cy")
MOST_STANDING_COUNT = 3
SOON_SECONDS = 2 * HOLD_SECONDS
SETTINGS = {
    "FULLHOUSE_HOLD_SECONDS": str(HOLD_SECONDS),
    "FULLHOUSE_EXTENSION_SECONDS": str(EXTENSION_SECONDS),
    "FULLHOUSE_PAYMENT_SECONDS": str(PAYMENT_SECONDS),
}

buyers = st.sampled_from(BUYERS)
places = st.sets(st.integers(0, SEAT_COUNT - 1), min_size=1, max_size=3)
turns = st.integers(0, 11)
seldom = st.integers(0, 5).map(lambda number: number == 3)
_numbers = itertools.count(1)


class Shop(RuleBasedStateMachine):
    """Three buyers at one event of a real server."""

    office: BoxOffice

    @initialize(is_patient=seldom, is_killed=seldom)
    def open_event(self, is_patient: bool, is_killed: bool) -> None:
        """A fresh event; few examples have the time to let a hold run out, or see a kill."""
        slug = f"model-{next(_numbers)}-{secrets.token_hex(3)}"
        self.steps = PayingSteps(self.office, slug)
        self.model = self.steps.model
        self.waits_left, self.kills_left = int(is_patient), int(is_killed)
        # What may come next depends on the steps alone, never on how fast this computer is.
        self.has_held = self.has_ordered = False

    def teardown(self) -> None:
        if hasattr(self, "steps"):
            self.steps.api.close()

    @rule(buyer=buyers, chosen=places, standing=st.integers(0, MOST_STANDING_COUNT))
    def hold(self, buyer: str, chosen: set[int], standing: int) -> None:
        """Some seats, and perhaps places in the standing area."""
        seats = [self.model.seats[number] for number in sorted(chosen)]
        area = next(iter(self.model.capacities), None)
        self.has_held = True
        self.steps.hold(buyer, seats, {area: standing} if area and standing else {})

    @rule(buyer=buyers, count=st.integers(1, 4))
    def hold_best(self, buyer: str, count: int) -> None:
        """The best seats for so many."""
        self.has_held = True
        self.steps.hold_best(buyer, count)

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def extend(self, turn: int) -> None:
        """More time."""
        self.steps.extend(self._any_hold(turn))

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def release(self, turn: int) -> None:
        """All back."""
        self.steps.release(self._any_hold(turn))

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def look(self, turn: int) -> None:
        """Look at a hold, live or over."""
        self.steps.look(self._any_hold(turn))

    @precondition(lambda self: self.has_held)
    @rule(turn=turns, method=st.sampled_from(("GET", "DELETE", "POST")))
    def meddle(self, turn: int, method: str) -> None:
        """Try it with somebody else's token."""
        self.steps.meddle(self._any_hold(turn), method)

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def buy(self, turn: int) -> None:
        """Order and pay."""
        self.has_ordered = True
        self.steps.order(self._live_hold(turn), "paid")

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def buy_with_a_refused_card(self, turn: int) -> None:
        """Order, and the card is refused."""
        self.steps.order(self._live_hold(turn), "refused")

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def go_to_pay(self, turn: int) -> None:
        """Order, and leave for the gateway's own page."""
        self.has_ordered = True
        self.steps.order(self._live_hold(turn), None)

    @precondition(lambda self: self.has_held)
    @rule(turn=turns)
    def order_nothing(self, turn: int) -> None:
        """Order with a basket that cannot be ordered now."""
        self.steps.order_nothing(self._any_hold(turn))

    @precondition(lambda self: self.has_ordered)
    @rule(turn=turns, outcome=st.sampled_from(("paid", "paid", "refused")))
    def play_payment(self, turn: int, outcome: str) -> None:
        """The gateway says something about an order."""
        if self.model.orders:
            order = self.model.orders[-1 - turn % len(self.model.orders)]
            self.steps.play_payment(order, outcome)

    @precondition(lambda self: self.has_held)
    @rule()
    def repeat_last(self) -> None:
        """The last change once more, with its key."""
        self.steps.repeat_last()

    @precondition(lambda self: self.waits_left > 0 and self.has_held)
    @rule()
    def wait_until_holds_run_out(self) -> None:
        """Time passes until every short hold is over."""
        self.waits_left -= 1
        time.sleep(max(0.0, max(self._short_ends(), default=0.0) - time.monotonic()))
        self.steps.let_time_pass_safely()

    @precondition(lambda self: self.waits_left > 0 and self.has_held)
    @rule(turn=turns, is_beaten=st.booleans(), buyer=buyers)
    def pay_late(self, turn: int, is_beaten: bool, buyer: str) -> None:
        """Go to pay, come back after the deadline; perhaps somebody else was quicker."""
        self.waits_left -= 1
        before = len(self.model.orders)
        self.steps.order(self._live_hold(turn), None)
        if len(self.model.orders) == before:
            return
        late = self.model.orders[-1]
        time.sleep(max(0.0, late.hold.latest_end - time.monotonic()))
        self.steps.let_time_pass_safely()
        if is_beaten and late.seats:
            self.steps.hold(buyer, sorted(late.seats)[:1], {})
        self.steps.play_payment(late, "paid")
        self.steps.play_payment(late, "paid")

    @precondition(lambda self: self.kills_left > 0)
    @rule()
    def kill(self) -> None:
        """The server dies and comes back."""
        self.kills_left -= 1
        self.steps.restart()

    @invariant()
    def every_place_has_its_owner(self) -> None:
        """Nobody's place is shown as another's."""
        self.steps.expect_every_place_has_its_owner()

    @invariant()
    def every_order_has_its_tickets_and_price(self) -> None:
        """Money and tickets fit together."""
        self.steps.expect_every_order_has_its_tickets_and_price()

    def _any_hold(self, turn: int) -> HoldModel:
        return self.model.holds[-1 - turn % len(self.model.holds)]

    def _live_hold(self, turn: int) -> HoldModel:
        live = self.model.live_holds
        return live[turn % len(live)] if live else self._any_hold(turn)

    def _short_ends(self) -> list[float]:
        soon = time.monotonic() + SOON_SECONDS
        return [h.latest_end for h in self.model.holds if h.keeps_places and h.latest_end < soon]


@pytest.mark.weight(3)
def test_the_shop_does_what_the_model_says(tmp_path: Path, time_budget: TimeBudget) -> None:
    """60 examples of 25 steps, or 300 of 40 in a long run: the profiles in conftest.py say so."""
    with box_office(tmp_path, settings=SETTINGS) as office:
        Shop.office = office
        run_state_machine_as_test(Shop)
