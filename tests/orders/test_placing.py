"""An order over several shows is placed whole or not at all, and once for each key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.answers import Answers
from app.box_office import BoxOffice
from app.clock import house, utc_now
from app.inventory.commands import ReleaseHold, ShowBasket, StartPayment
from app.models import KeptAnswer, Order, Price
from app.orders import placing
from app.orders.baskets import basket_view
from app.orders.ending import give_up
from app.orders.placing import place_order
from app.refusals import (
    BasketEmpty,
    Busy,
    CardRefused,
    HoldEnded,
    HoldExpired,
    IdempotencyMismatch,
    PaymentNotPossible,
    PaymentRunning,
)
from tests.opened import opened, show_of
from tests.orders.buying import (
    BO,
    KEY,
    Tour,
    broken,
    effects,
    give_back,
    money_of,
    order_ids,
    take_away,
)
from tests.orders.conftest import Later
from tests.trouble import faults


def test_one_show_is_paid_at_once(tour: Tour) -> None:
    for show in tour.shows[1:]:
        give_back(show, "bo")

    placed = tour.order()

    money = money_of(tour.office, placed.order_id)
    assert placed.status == money.status == "paid"
    assert (money.payments, money.tickets) == (("captured",), 2)
    assert effects(tour.office, "mail.order_paid") == 1
    assert broken(tour.office) == []


def test_three_shows_are_paid_together(tour: Tour) -> None:
    placed = tour.order()

    money = money_of(tour.office, placed.order_id)
    assert placed.status == money.status == "paid"
    assert (money.came_cents, money.back_cents) == (tour.total_cents, 0)
    assert (money.payments, money.tickets) == (("captured",), 6)
    assert tour.letters() == "ss ss ss"
    assert effects(tour.office, "mail.order_paid") == 1
    assert broken(tour.office) == []


def test_what_costs_nothing_is_had_at_once(office: BoxOffice) -> None:
    shows = [show_of(office, slug) for slug in ("first", "second")]
    with office.db.write() as connection:
        connection.execute(update(Price).values(cents=0))
    for show in shows:
        office.inventories._rest(show.id, show.inventory)
        show.hold("bo", 0)

    placed = place_order(office, "bo", BO, "demo")

    assert placed.status == "paid"
    assert money_of(office, placed.order_id).tickets == 2
    assert broken(office) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_show_that_refuses_leaves_all_as_it_was(tour: Tour, number: int) -> None:
    before = {hold.event_id: hold.expires_ms for hold in basket_view(tour.office, "bo").holds}

    with faults(f"payment.start=refuse@{number}"), pytest.raises(HoldEnded):
        tour.order()

    basket = basket_view(tour.office, "bo")
    assert {hold.state for hold in basket.holds} == {"live"}
    assert all(hold.expires_ms >= before[hold.event_id] - 50 for hold in basket.holds)
    (order,) = order_ids(tour.office)
    assert money_of(tour.office, order).status == "cancelled"
    assert broken(tour.office) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_fault_leaves_all_as_it_was(tour: Tour, number: int) -> None:
    with faults(f"payment.frozen=fail@{number}"), pytest.raises(OSError, match="planned"):
        tour.order()

    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"live"}
    assert tour.order().status == "paid"
    assert broken(tour.office) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_commit_that_fails_before_the_money_charges_nothing(tour: Tour, number: int) -> None:
    with faults(f"store.commit=fail@{number}"), pytest.raises(Busy):
        tour.order()

    (order,) = order_ids(tour.office)
    assert money_of(tour.office, order).came_cents == 0
    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"live"}
    assert tour.order().status == "paid"
    assert broken(tour.office) == []


@pytest.mark.parametrize("number", [4, 5, 6, 7, 8, 9])
def test_once_the_money_has_come_no_failed_commit_is_a_no(tour: Tour, number: int) -> None:
    from app.orders.settling import settle_open

    with faults(f"store.commit=fail@{number}"):
        placed = tour.order()

    assert placed.status == "paying"
    settle_open(tour.office)
    money = money_of(tour.office, placed.order_id)
    assert (money.status, money.payments, money.tickets) == ("paid", ("captured",), 6)
    assert effects(tour.office, "mail.order_paid") == 1
    assert broken(tour.office) == []


def test_a_refused_card_keeps_every_hold(tour: Tour) -> None:
    with pytest.raises(CardRefused):
        tour.order("refused")

    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"live"}
    assert tour.order().status == "paid"
    assert broken(tour.office) == []


def test_without_an_outcome_there_is_a_page_to_pay_on(tour: Tour) -> None:
    placed = tour.order(None)

    assert placed.status == "paying"
    assert placed.pay_url is not None
    assert placed.order_id in placed.pay_url
    with pytest.raises(PaymentRunning):
        tour.order()


def test_an_empty_basket_is_not_paid(office: BoxOffice) -> None:
    with pytest.raises(BasketEmpty):
        place_order(office, "nobody", BO, "demo", "paid")


def test_a_basket_that_ran_out_is_told_so(tour: Tour, later: Later) -> None:
    later(601)

    with pytest.raises(HoldExpired):
        tour.order()


def test_a_basket_that_is_sold_is_told_so(tour: Tour) -> None:
    tour.order()

    with pytest.raises(HoldEnded):
        tour.order()


@pytest.mark.parametrize("payment", ["manual", "stripe", "free", ""])
def test_a_way_of_paying_that_is_not_offered_is_refused(tour: Tour, payment: str) -> None:
    with pytest.raises(PaymentNotPossible):
        tour.order(payment=payment)

    assert order_ids(tour.office) == []


def test_the_same_key_gives_the_same_order(tour: Tour) -> None:
    first, second = tour.order(kept=KEY), tour.order(kept=KEY)

    assert first == second
    assert order_ids(tour.office) == [first.order_id]


def test_the_same_key_for_something_else_is_refused(tour: Tour) -> None:
    tour.order(kept=KEY)

    with pytest.raises(IdempotencyMismatch):
        tour.order(kept=replace(KEY, fingerprint="second"))


@pytest.mark.parametrize("outcome", ["paid", None])
def test_a_key_outlives_a_restart(tmp_path: Path, database_url: str, outcome: str | None) -> None:
    with opened(tmp_path, database_url) as office:
        tour = Tour(office)
        tour.hold_all()
        first = tour.order(outcome, KEY)
    with opened(tmp_path, database_url) as office:
        assert Tour(office).order(outcome, KEY) == first
        assert order_ids(office) == [first.order_id]


def test_a_mismatch_after_a_restart_poisons_no_key(tmp_path: Path, database_url: str) -> None:
    with opened(tmp_path, database_url) as office:
        tour = Tour(office)
        tour.hold_all()
        first = tour.order("paid", KEY)
    with opened(tmp_path, database_url) as office:
        again = Tour(office)
        for _ in range(2):
            with pytest.raises(IdempotencyMismatch):
                again.order("paid", replace(KEY, fingerprint="second"))
        assert again.order("paid", KEY) == first


@pytest.mark.parametrize("frozen_count", [0, 1, 2, 3])
def test_an_order_broken_off_before_the_money_is_begun_anew(tour: Tour, frozen_count: int) -> None:
    lost = begun(tour, frozen_count)

    placed = tour.order(kept=KEY)

    assert placed.status == "paid"
    assert placed.order_id != lost
    assert money_of(tour.office, lost).status == "cancelled"
    assert money_of(tour.office, placed.order_id).tickets == 6
    assert broken(tour.office) == []


def test_an_order_broken_off_after_the_money_is_carried_on(tour: Tour) -> None:
    from app.orders.settling import capture

    lost = begun(tour, 3)
    capture(tour.office, lost, "demo", f"demo-{lost}-1", tour.total_cents, "GBP")

    placed = tour.order(kept=KEY)

    assert (placed.order_id, placed.status) == (lost, "paid")
    money = money_of(tour.office, lost)
    assert (money.payments, money.back_cents, money.tickets) == (("captured",), 0, 6)


def test_money_that_came_under_another_reference_is_not_taken_twice(tour: Tour) -> None:
    from app.orders.settling import capture

    lost = begun(tour, 3)
    capture(tour.office, lost, "demo", "another reference", tour.total_cents, "GBP")

    placed = tour.order(kept=KEY)

    assert (placed.order_id, placed.status) == (lost, "paid")
    assert money_of(tour.office, lost).payments == ("captured",)


def test_after_a_day_a_key_may_be_used_again(tour: Tour) -> None:
    first = tour.order(None, KEY)
    give_up(tour.office, first.order_id)
    long_ago = utc_now() - timedelta(hours=25)
    with tour.office.db.write() as connection:
        connection.execute(update(Order).values(created_at=long_ago))
        connection.execute(update(KeptAnswer).values(kept_at=long_ago))
    tour.office.answers = Answers(tour.office.db)
    tour.office.answers.load()

    second = tour.order("paid", KEY)

    assert second.order_id != first.order_id
    assert second.status == "paid"
    assert tour.order("paid", KEY) == second


def test_a_show_whose_memory_is_read_again_is_not_left_out(tour: Tour) -> None:
    show = tour.shows[1]
    hold_id = show.inventory.basket_hold("bo")
    assert hold_id is not None
    with faults("store.commit=fail@1"), pytest.raises(Busy):
        show.inventory.ask(ReleaseHold(hold_id, "bo"))

    placed = tour.order()

    assert money_of(tour.office, placed.order_id).tickets == 6


def test_a_seat_that_somebody_else_wants_stays_the_payers(tour: Tour) -> None:
    tour.order(None)

    for show in tour.shows:
        assert show.letters(3, 1) == "hh"
        with pytest.raises(Exception, match="taken"):
            take_away(show, "cy", 3)


def begun(tour: Tour, frozen_count: int) -> str:
    """An order whose server was killed after freezing so many of its shows; its id."""
    basket = basket_view(tour.office, "bo")
    gateway = tour.office.gateways["demo"]
    order = placing._write_order(tour.office, basket, BO, gateway, KEY)
    for hold in basket.holds[:frozen_count]:
        deadline_ms = house.now_ms() + 1_800_000
        tour.office.inventory_of(hold.event_id).ask(
            StartPayment(order.id, "bo", order.email_key, deadline_ms, hold.total_cents)
        )
    tour.office.answers = Answers(tour.office.db)
    tour.office.answers.load()
    assert tour.shows[0].inventory.ask(ShowBasket("bo")) is not None
    return order.id
