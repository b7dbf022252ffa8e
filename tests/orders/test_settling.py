"""Money that comes late, twice, wrong or never: tickets for all of it, or all of it back, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.inventory.commands import ChangeStatus
from app.models import Order, OrderLine, Payment, Refund
from app.orders.baskets import basket_view
from app.orders.ending import end_payment
from app.orders.paying import demo_notice, payment_notice
from app.orders.settling import (
    EVENT_CANCELLED,
    ORDER_OVER,
    PLACES_GONE,
    SECOND_PAYMENT,
    WRONG_SUM,
    capture,
    settle,
    settle_open,
)
from app.refusals import Busy, Invalid, NotFound
from tests.actor.acting import in_thread
from tests.giving_back import give_back_sold
from tests.orders.buying import Tour, broken, effects, money_of, take_away
from tests.orders.conftest import Later
from tests.trouble import faults

PAYMENT_SECONDS = 1800


def reasons(office: BoxOffice) -> list[str]:
    """Why money goes back, by refund."""
    with office.db.read() as connection:
        return list(connection.execute(select(Refund.reason)).scalars())


def comes(tour: Tour, order_id: str, reference: str = "ref", cents: int | None = None) -> None:
    """A payment of an order comes in."""
    sum_cents = tour.total_cents if cents is None else cents
    payment_notice(tour.office, order_id, "demo", reference, sum_cents, "GBP", "paid")


def test_a_notice_any_number_of_times_has_one_effect(tour: Tour) -> None:
    order = tour.order(None).order_id

    for _ in range(3):
        demo_notice(tour.office, order, "paid")

    money = money_of(tour.office, order)
    assert (money.status, money.payments, money.tickets) == ("paid", ("captured",), 6)
    assert effects(tour.office, "mail.order_paid") == 1
    assert broken(tour.office) == []


def test_each_seat_has_the_ticket_of_its_own_line(tour: Tour) -> None:
    order = tour.order(None).order_id
    for show in tour.shows:
        tour.office.inventories._rest(show.id, show.inventory)

    demo_notice(tour.office, order, "paid")

    assert money_of(tour.office, order).status == "paid"
    assert broken(tour.office) == []


def test_late_money_buys_what_is_free_still(tour: Tour, later: Later) -> None:
    order = tour.order(None).order_id
    later(PAYMENT_SECONDS + 1)
    assert settle_open(tour.office) == 0

    demo_notice(tour.office, order, "paid")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.back_cents) == ("paid", 6, 0)
    assert broken(tour.office) == []


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_late_money_for_a_place_that_is_gone_goes_back_whole(
    tour: Tour, later: Later, gone: int
) -> None:
    order = tour.order(None).order_id
    later(PAYMENT_SECONDS + 1)
    take_away(tour.shows[gone], "cy", 3)

    for _ in range(3):
        demo_notice(tour.office, order, "paid")

    money = money_of(tour.office, order)
    assert (money.status, money.payments, money.tickets) == ("refunded", ("returned",), 0)
    assert (money.came_cents, money.back_cents, money.refunds) == (tour.total_cents,) * 2 + (1,)
    assert "s" not in tour.letters()
    assert reasons(tour.office) == [PLACES_GONE]
    assert (effects(tour.office, "refund.submit"), effects(tour.office, "mail.money_back")) == (
        1,
        1,
    )
    assert broken(tour.office) == []


def test_whose_places_are_gone_is_offered_the_nearest(tour: Tour, later: Later) -> None:
    order = tour.order(None).order_id
    later(PAYMENT_SECONDS + 1)
    take_away(tour.shows[0], "cy", 3)

    demo_notice(tour.office, order, "paid")

    with tour.office.db.read() as connection:
        basket = connection.scalar(select(Order.offer_basket_id).where(Order.id == order))
    assert basket is not None
    offered = basket_view(tour.office, basket)
    assert offered.place_count == 6
    assert tour.shows[0].seats[3] not in [seat.seat for seat in offered.holds[0].seats]


def test_the_second_payment_goes_back(tour: Tour) -> None:
    order = tour.order(None).order_id

    comes(tour, order, "first")
    comes(tour, order, "second")
    comes(tour, order, "second")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets) == ("paid", 6)
    assert sorted(money.payments) == ["captured", "returned"]
    assert (money.back_cents, money.refunds) == (tour.total_cents, 1)
    assert reasons(tour.office) == [SECOND_PAYMENT]
    assert broken(tour.office) == []


@pytest.mark.parametrize("more", [-1, 1])
def test_a_wrong_sum_goes_back_and_the_right_one_counts(tour: Tour, more: int) -> None:
    order = tour.order(None).order_id

    comes(tour, order, "wrong", tour.total_cents + more)
    assert money_of(tour.office, order).status == "paying"
    comes(tour, order, "right")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets) == ("paid", 6)
    assert money.back_cents == tour.total_cents + more
    assert reasons(tour.office) == [WRONG_SUM]
    assert broken(tour.office) == []


def test_money_in_another_currency_goes_back(tour: Tour) -> None:
    order = tour.order(None).order_id

    payment_notice(tour.office, order, "demo", "ref", tour.total_cents, "EUR", "paid")

    assert money_of(tour.office, order).status == "paying"
    assert reasons(tour.office) == [WRONG_SUM]


def test_money_after_all_was_given_back_goes_back(tour: Tour) -> None:
    order = tour.order("paid").order_id
    give_back_sold(tour.office, order, "ill", "ada")

    comes(tour, order, "late")

    assert sorted(reasons(tour.office)) == ["ill", ORDER_OVER]
    assert money_of(tour.office, order).back_cents == 2 * tour.total_cents
    assert broken(tour.office) == []


def test_money_for_a_cancelled_show_goes_back_without_an_offer(tour: Tour) -> None:
    order = tour.order(None).order_id
    tour.shows[1].inventory.ask(ChangeStatus("cancelled", "ill", "ada", wall_ms()))

    demo_notice(tour.office, order, "paid")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets) == ("refunded", 0)
    assert reasons(tour.office) == [EVENT_CANCELLED]
    assert effects(tour.office, "mail.order_paid") == 0
    with tour.office.db.read() as connection:
        assert connection.scalar(select(Order.offer_basket_id).where(Order.id == order)) is None
    assert broken(tour.office) == []


def test_money_for_an_order_that_was_broken_off_goes_back(tour: Tour) -> None:
    order = tour.order(None).order_id
    with tour.office.db.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM order_lines WHERE event_id = {tour.shows[2].id}")

    demo_notice(tour.office, order, "paid")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.back_cents) == ("refunded", 0, tour.total_cents)


@pytest.mark.parametrize("number", range(1, 8))
def test_giving_back_is_finished_whenever_it_is_broken_off(
    tour: Tour, later: Later, number: int
) -> None:
    order = tour.order(None).order_id
    later(PAYMENT_SECONDS + 1)
    basket_view(tour.office, "bo")
    take_away(tour.shows[2], "cy", 3)

    with faults(f"store.commit=fail@{number}"):
        demo_notice(tour.office, order, "paid")
    settle_open(tour.office)

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.refunds) == ("refunded", 0, 1)
    assert "s" not in tour.letters()
    assert broken(tour.office) == []


def test_what_was_decided_to_go_back_is_not_sold_after_all(tour: Tour) -> None:
    order = tour.order(None).order_id
    capture(tour.office, order, "demo", "ref", tour.total_cents, "GBP")
    with tour.office.db.write() as connection:  # and here it was killed
        connection.execute(update(Payment).values(return_reason=PLACES_GONE))

    settle(tour.office, order)

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.refunds) == ("refunded", 0, 1)
    assert "s" not in tour.letters()


def test_one_order_that_cannot_be_settled_holds_up_no_other(tour: Tour) -> None:
    stuck = tour.order(None).order_id
    other = Tour(tour.office, "cy")
    for show in other.shows:
        show.hold("cy", 5)
    fine = other.order(None).order_id
    capture(tour.office, stuck, "demo", "first", tour.total_cents, "GBP")
    cents = money_of(tour.office, fine).total_cents
    capture(tour.office, fine, "demo", "second", cents, "GBP")
    first_line = update(OrderLine).where(OrderLine.id == _first_line(tour.office, stuck))
    with tour.office.db.write() as connection:
        connection.execute(first_line.values(id="a line without a number"))

    assert settle_open(tour.office) == 2

    assert money_of(tour.office, fine).status == "paid"


def _first_line(office: BoxOffice, order_id: str) -> str:
    with office.db.read() as connection:
        query = select(OrderLine.id).where(OrderLine.order_id == order_id).order_by(OrderLine.id)
        return str(connection.execute(query).scalars().first())


def test_a_refusal_after_the_money_changes_nothing(tour: Tour) -> None:
    order = tour.order(None).order_id
    capture(tour.office, order, "demo", "ref", tour.total_cents, "GBP")

    demo_notice(tour.office, order, "refused")
    end_payment(tour.office, order, release=True)
    settle(tour.office, order)

    assert (money_of(tour.office, order).status, tour.letters()) == ("paid", "ss ss ss")
    assert broken(tour.office) == []


def test_giving_up_and_paying_at_once_ends_in_tickets(tour: Tour) -> None:
    order = tour.order(None).order_id

    giving_up = in_thread(lambda: end_payment(tour.office, order))
    paying = in_thread(lambda: demo_notice(tour.office, order, "paid"))
    assert not isinstance(giving_up(), Exception) or isinstance(giving_up(), Busy)
    assert not isinstance(paying(), Exception)
    settle_open(tour.office)

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.back_cents) == ("paid", 6, 0)
    assert broken(tour.office) == []


def test_given_up_places_are_in_the_basket_again(tour: Tour) -> None:
    order = tour.order(None).order_id

    end_payment(tour.office, order)

    assert {hold.state for hold in basket_view(tour.office, "bo").holds} == {"live"}
    assert money_of(tour.office, order).status == "cancelled"


def test_places_given_back_are_free_and_the_order_cancelled_not_expired(tour: Tour) -> None:
    order = tour.order(None).order_id

    end_payment(tour.office, order, release=True)

    assert tour.letters() == "ff ff ff"
    assert money_of(tour.office, order).status == "cancelled"


def test_a_paid_order_given_back_loses_its_tickets_and_gets_its_money_once(tour: Tour) -> None:
    order = tour.order("paid").order_id

    for _ in range(2):
        give_back_sold(tour.office, order, "the singer is ill", "ada")

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.refunds) == ("refunded", 0, 1)
    assert money.back_cents == tour.total_cents
    assert tour.letters() == "ff ff ff"
    assert broken(tour.office) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_giving_a_paid_order_back_is_finished_whenever_it_is_broken_off(
    tour: Tour, number: int
) -> None:
    order = tour.order("paid").order_id

    with faults(f"store.commit=fail@{number}"):
        give_back_sold(tour.office, order, "ill", "ada")
    settle_open(tour.office)

    money = money_of(tour.office, order)
    assert (money.status, money.tickets, money.refunds) == ("refunded", 0, 1)
    assert broken(tour.office) == []


def test_a_notice_for_no_order_is_refused(office: BoxOffice) -> None:
    with pytest.raises(NotFound):
        payment_notice(office, "NOBODY00", "demo", "ref", 100, "GBP", "paid")


def test_a_notice_that_says_nothing_is_refused(tour: Tour) -> None:
    order = tour.order(None).order_id

    with pytest.raises(Invalid):
        payment_notice(tour.office, order, "demo", "ref", 100, "GBP", "perhaps")
