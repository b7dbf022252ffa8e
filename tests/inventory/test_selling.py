"""Promises of paying and selling: frozen while paying, sold once, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.inventory.commands import (
    BlockPlaces,
    BuyNow,
    CancelTickets,
    ChangeStatus,
    EndPayment,
    HoldSeats,
    KeepOffer,
    MoveTicket,
    NewOrder,
    NewTicket,
    Refreeze,
    ReleaseHold,
    ReplacePlan,
    SeatChoice,
    Sell,
    ShowBasket,
    StartPayment,
    UnblockPlaces,
)
from app.inventory.house_rules import SeatsInTheWay
from app.inventory.state import BLOCKED, FREE, SOLD, EventInventory
from app.inventory.views import Frozen, Sold
from app.refusals import (
    BasketEmpty,
    HoldEnded,
    HoldExpired,
    Invalid,
    LimitReached,
    PaymentNotPossible,
    PaymentRunning,
    PlacesTaken,
)
from tests.inventory.houses import NOON_MS, gala, holds, told

DEADLINE_MS = NOON_MS + 1_800_000
TICKETS = tuple(NewTicket(f"t{n}", n, f"CODE{n}") for n in range(9))


def pays(
    house: EventInventory, basket: str, order: str, cents: int, seconds: float = 0, **more: Any
) -> Frozen:
    """A basket goes to pay."""
    command = StartPayment(order, basket, f"buyer-{basket}", DEADLINE_MS, cents, **more)
    return told(house, command, seconds)


def sells(house: EventInventory, frozen: Frozen, seconds: float = 0) -> Sold:
    """An order's money has come."""
    tickets = TICKETS[: len(frozen.lines)]
    return told(house, Sell(frozen.order_id, frozen.lines, tickets, 1, NOON_MS), seconds)


def buys(house: EventInventory, basket: str, order: str, cents: int, first: int = 0) -> Sold:
    """An order is placed and paid in one step."""
    new = NewOrder(order, "demo", "Bo", "bo@example.org", f"buyer-{basket}", "en", True, NOON_MS)
    return told(house, BuyNow(new, basket, cents, f"ref-{order}", TICKETS[first:], 1))


def test_a_frozen_hold_outlives_its_own_time() -> None:
    house = gala()
    holds(house, "bo", "A1")
    pays(house, "bo", "o1", 2400)

    with pytest.raises(PlacesTaken):
        holds(house, "cy", "A1", seconds=1799)


def test_a_payment_that_never_comes_frees_the_places() -> None:
    house = gala()
    holds(house, "bo", "A1")
    pays(house, "bo", "o1", 2400)

    assert holds(house, "cy", "A1", seconds=1800).basket == "cy"


def test_a_guarded_payment_is_only_ended_by_its_gateway() -> None:
    house = gala()
    holds(house, "bo", "A1")
    pays(house, "bo", "o1", 2400, guarded=True)

    with pytest.raises(PlacesTaken):
        holds(house, "cy", "A1", seconds=7200)
    told(house, EndPayment("o1", release=True), seconds=7200)
    assert holds(house, "cy", "A1", seconds=7200).basket == "cy"


def test_a_basket_cannot_change_while_it_is_paid_for() -> None:
    house = gala()
    hold = holds(house, "bo", "A1")
    pays(house, "bo", "o1", 2400)

    for command in (
        HoldSeats("bo", "x", (SeatChoice("A2"),)),
        ReleaseHold(hold.id, "bo"),
        StartPayment("o2", "bo", "bo", DEADLINE_MS, 2400),
    ):
        with pytest.raises(PaymentRunning):
            told(house, command)


def test_a_refused_card_leaves_what_was_left_or_five_minutes() -> None:
    fresh, late = gala(), gala()
    for house, seconds in ((fresh, 60), (late, 590)):
        holds(house, "bo", "A1")
        pays(house, "bo", "o1", 2400, seconds=seconds)
        told(house, EndPayment("o1"), seconds=seconds + 30)

    kept = [told(house, ShowBasket("bo"), seconds=s) for house, s in ((fresh, 90), (late, 620))]
    assert [hold and hold.expires_ms - NOON_MS for hold in kept] == [630_000, 920_000]


def test_a_changed_basket_is_not_charged() -> None:
    house = gala()
    holds(house, "bo", "A1")

    with pytest.raises(BasketEmpty):
        pays(house, "bo", "o1", 2300)


def test_selling_turns_seats_into_tickets_once() -> None:
    house = gala()
    holds(house, "bo", "A1", "A2")
    frozen = pays(house, "bo", "o1", 4800)

    first, second = sells(house, frozen), sells(house, frozen)

    assert first == second
    assert house.seat_letter("A1") == house.seat_letter("A2") == SOLD
    assert list(house.tickets) == ["t0", "t1"]


def test_an_order_without_frozen_places_sells_nothing() -> None:
    with pytest.raises(HoldEnded):
        sells(gala(), Frozen("o1", 7, (), DEADLINE_MS))


def test_late_money_gets_the_same_places_if_all_are_free() -> None:
    house = gala()
    holds(house, "bo", "A1")
    frozen = pays(house, "bo", "o1", 2400)

    again = Refreeze("o1", "bo", "bo", "7-again", frozen.lines, NOON_MS + 9_000_000)
    told(house, again, seconds=4000)

    assert sells(house, frozen, seconds=4000).ticket_ids == ("t0",)


def test_late_money_gets_nothing_if_one_place_is_gone() -> None:
    house = gala()
    holds(house, "bo", "A1", "A2")
    frozen = pays(house, "bo", "o1", 4800)
    holds(house, "cy", "A2", seconds=4000)

    with pytest.raises(PlacesTaken):
        told(house, Refreeze("o1", "bo", "bo", "x", frozen.lines, DEADLINE_MS), seconds=4000)

    assert house.seat_letter("A1") == FREE


def test_late_money_takes_the_hold_that_its_basket_still_has() -> None:
    house = gala()
    holds(house, "bo", "A1")
    frozen = pays(house, "bo", "o1", 2400)
    told(house, EndPayment("o1"))

    told(house, Refreeze("o1", "bo", "bo", "x", frozen.lines, DEADLINE_MS))

    assert sells(house, frozen).ticket_ids == ("t0",)


def test_an_offer_keeps_the_nearest_free_places() -> None:
    house = gala()
    holds(house, "bo", "B4")
    frozen = pays(house, "bo", "o1", 1600)
    told(house, EndPayment("o1", release=True))
    holds(house, "cy", "B4")

    offer = told(house, KeepOffer("offer", "7-offer", frozen.lines, 600))

    assert offer is not None
    assert offer.seats[0].seat in ("B3", "B5")
    assert offer.expires_ms == NOON_MS + 600_000


def test_buying_in_one_step_needs_the_hold_and_its_price() -> None:
    house = gala()
    with pytest.raises(BasketEmpty):
        buys(house, "bo", "o1", 0)
    holds(house, "bo", "A1")
    with pytest.raises(BasketEmpty):
        buys(house, "bo", "o1", 1)

    assert buys(house, "bo", "o1", 2400) == buys(house, "bo", "o1", 2400)


def test_an_expired_hold_is_not_bought() -> None:
    house = gala()
    holds(house, "bo", "A1")
    new = NewOrder("o1", "demo", "Bo", "b@example.org", "bo", "en", True, NOON_MS)

    with pytest.raises(HoldExpired):
        told(house, BuyNow(new, "bo", 2400, "ref", TICKETS, 1), seconds=600)


def test_the_buyer_limit_counts_earlier_orders() -> None:
    house = gala(buyer=2)
    holds(house, "bo", "A1", "A2")
    buys(house, "bo", "o1", 4800)
    holds(house, "bo", "A3")

    with pytest.raises(LimitReached):
        buys(house, "bo", "o2", 2400, first=4)


def test_manual_payments_have_a_quota_and_one_order_per_address() -> None:
    house = gala(later_quotas={"manual": 3})
    holds(house, "bo", "A1", "A2")
    pays(house, "bo", "o1", 4800, later="manual")
    holds(house, "cy", "A4", "A5")

    with pytest.raises(PaymentNotPossible):
        pays(house, "cy", "o2", 4800, later="manual")
    holds(house, "dee", "B1")
    command = StartPayment("o3", "dee", "buyer-bo", DEADLINE_MS, 1600, later="manual")
    with pytest.raises(PaymentNotPossible):
        told(house, command)


def test_each_way_of_paying_later_has_a_quota_of_its_own() -> None:
    house = gala(later_quotas={"manual": 1, "transfer": 2})
    holds(house, "bo", "A1", "A2")
    with pytest.raises(PaymentNotPossible):
        pays(house, "bo", "o1", 4800, later="manual")
    pays(house, "bo", "o1", 4800, later="transfer")
    holds(house, "cy", "A4")
    with pytest.raises(PaymentNotPossible):
        pays(house, "cy", "o2", 2400, later="transfer")

    pays(house, "cy", "o2", 2400, later="manual")

    assert (house.later_count("manual"), house.later_count("transfer")) == (1, 2)


def test_a_cancelled_ticket_frees_its_seat_once() -> None:
    house = gala()
    holds(house, "bo", "A1", "A2")
    buys(house, "bo", "o1", 4800)

    counts = [
        told(house, CancelTickets("o1", ("t0",), "ill", "dee", NOON_MS)).count for _ in range(2)
    ]

    assert counts == [1, 0]
    assert house.seat_letter("A1") == FREE
    assert house.buyer_counts == {"buyer-bo": 1}


def test_somebody_elses_ticket_is_not_cancelled() -> None:
    house = gala()
    holds(house, "bo", "A1")
    buys(house, "bo", "o1", 2400)

    assert told(house, CancelTickets("o2", ("t0",), "x", "dee", NOON_MS)).count == 0
    assert house.seat_letter("A1") == SOLD


def test_a_moved_ticket_has_only_its_new_seat() -> None:
    house = gala()
    holds(house, "bo", "A1")
    buys(house, "bo", "o1", 2400)

    told(house, MoveTicket("t0", "C8", "dee", NOON_MS))

    assert (house.seat_letter("A1"), house.seat_letter("C8")) == (FREE, SOLD)
    with pytest.raises(PlacesTaken):
        holds(house, "cy", "C8")


def test_blocks_take_free_seats_only_and_all_or_none() -> None:
    house = gala()
    holds(house, "bo", "A2")

    with pytest.raises(PlacesTaken):
        told(house, BlockPlaces("camera", "ada", ("A1", "A2")))
    assert house.seat_letter("A1") == FREE
    told(house, BlockPlaces("camera", "ada", ("A1", "A3")))
    assert house.seat_letter("A3") == BLOCKED
    assert told(house, UnblockPlaces("ada", seats=("A1", "A2", "A3"))).count == 2


def test_a_block_needs_a_reason() -> None:
    with pytest.raises(Invalid):
        told(gala(), BlockPlaces(" ", "ada", ("A1",)))


def test_a_cancelled_event_stays_cancelled() -> None:
    house = gala()
    told(house, ChangeStatus("cancelled", "ill", "ada", NOON_MS))

    with pytest.raises(Invalid):
        told(house, ChangeStatus("published", "", "ada", NOON_MS))


def test_a_new_plan_cannot_drop_a_seat_that_is_not_free() -> None:
    house = gala()
    holds(house, "bo", "A1")
    others = frozenset(seat.id for seat in house.offer.seats if seat.id != "A1")

    with pytest.raises(SeatsInTheWay) as refusal:
        told(house, ReplacePlan(2, others, "ada"))

    assert refusal.value.details["seats"] == ["A1"]
