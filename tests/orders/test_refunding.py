"""Money back: once, with its tickets, and never more than was paid."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.inventory.commands import ChangeStatus
from app.ledger_rows import enter_refund
from app.models import MassRefund, Payment, Refund, RefundState, Ticket
from app.orders.placing import place_order
from app.orders.refunding import (
    RefundNotPossible,
    begin_mass_refund,
    carry_on_mass_refunds,
    open_refunds,
    record_paid_out,
    refund_order,
    refund_part,
    refund_tickets,
    refunds_of_event,
    try_refund_again,
)
from app.refund_rows import write_refund
from app.refusals import Invalid, NotFound
from tests.orders.buying import BO, Tour, broken, effects, money_of


@pytest.fixture
def paid(tour: Tour) -> str:
    """Bo's order for two seats at each of three shows, paid."""
    return tour.order("paid").order_id


def tickets_of(office: BoxOffice, order_id: str) -> list[Any]:
    """The order's tickets, by event."""
    query = (
        select(Ticket.id, Ticket.event_id, Ticket.state)
        .where(Ticket.order_id == order_id)
        .order_by(Ticket.event_id, Ticket.id)
    )
    with office.db.read() as connection:
        return list(connection.execute(query))


def refunds_of(office: BoxOffice, order_id: str) -> list[Any]:
    """The order's refunds."""
    query = select(Refund.__table__).where(Refund.order_id == order_id).order_by(Refund.id)
    with office.db.read() as connection:
        return list(connection.execute(query))


def fail(office: BoxOffice, refund_id: str) -> None:
    with office.db.write() as connection:
        connection.execute(
            update(Refund)
            .where(Refund.id == refund_id)
            .values(state=RefundState.FAILED, ended_at=utc_now())
        )
        enter_refund(connection, refund_id)


def test_one_ticket_of_several_goes_back_with_its_money_and_place(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    first = tickets_of(office, paid)[0]

    count = refund_tickets(office, paid, [first.id], "ill", "ada")

    [refund] = refunds_of(office, paid)
    assert count == 1
    assert (refund.amount_cents, refund.state, refund.reason) == (
        tour.total_cents // 6, "requested", "ill",
    )  # fmt: skip
    assert sorted(tour.letters()) == sorted("fs ss ss")
    assert money_of(office, paid).status == "paid"
    assert (effects(office, "refund.submit"), effects(office, "mail.money_back")) == (1, 1)
    assert broken(office) == []


def test_a_repeat_gives_nothing_back_twice(office: BoxOffice, paid: str) -> None:
    first = tickets_of(office, paid)[0]
    refund_tickets(office, paid, [first.id], "ill", "ada")

    assert refund_tickets(office, paid, [first.id], "ill", "ada") == 0

    assert len(refunds_of(office, paid)) == 1


def test_a_whole_order_goes_back_event_by_event(office: BoxOffice, tour: Tour, paid: str) -> None:
    count = refund_order(office, paid, "cancelled", "ada")

    money = money_of(office, paid)
    assert count == 6
    assert (money.refunds, money.back_cents, money.tickets) == (3, money.came_cents, 0)
    assert tour.letters() == "ff ff ff"
    assert broken(office) == []


def test_a_part_of_the_money_leaves_the_tickets_valid(office: BoxOffice, paid: str) -> None:
    for _ in range(2):
        refund_part(office, paid, 500, "the heating failed", "ada", "one key")

    [refund] = refunds_of(office, paid)
    assert (refund.amount_cents, refund.ticket_ids) == (500, [])
    assert money_of(office, paid).tickets == 6
    assert broken(office) == []


def test_tickets_after_a_part_give_back_what_is_left_and_no_more(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    refund_part(office, paid, tour.total_cents - 100, "a gift", "ada", "one key")

    refund_order(office, paid, "cancelled", "ada")

    money = money_of(office, paid)
    assert (money.back_cents, money.tickets) == (tour.total_cents, 0)
    assert broken(office) == []


def test_more_than_was_paid_never_goes_back(office: BoxOffice, tour: Tour, paid: str) -> None:
    refund_part(office, paid, 500, "a gift", "ada", "one key")

    with pytest.raises(RefundNotPossible):
        refund_part(office, paid, tour.total_cents - 499, "a gift", "ada", "another key")

    assert money_of(office, paid).back_cents == 500


def test_the_row_itself_is_refused_when_it_would_be_too_much(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    payment = f"demo:demo-{paid}-1"
    row = {
        "id": "refund:x", "payment_id": payment, "order_id": paid, "reason": "x",
        "amount_cents": tour.total_cents + 1, "ticket_ids": [], "requested_at": utc_now(),
    }  # fmt: skip
    with office.db.write() as connection:
        assert not write_refund(connection, row)
        assert write_refund(connection, row | {"amount_cents": tour.total_cents})
        assert not write_refund(connection, row | {"id": "refund:y", "amount_cents": 1})


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "two\nlines"])
def test_a_refund_needs_a_reason_that_can_be_read(
    office: BoxOffice, paid: str, reason: str
) -> None:
    with pytest.raises(Invalid):
        refund_order(office, paid, reason, "ada")

    assert money_of(office, paid).tickets == 6


def test_tickets_of_another_order_are_not_found(office: BoxOffice, tour: Tour, paid: str) -> None:
    tour.shows[0].hold("cy", 5)
    other = place_order(office, "cy", BO, "demo", "paid").order_id
    foreign = tickets_of(office, other)[0].id

    with pytest.raises(NotFound):
        refund_tickets(office, paid, [tickets_of(office, paid)[0].id, foreign], "ill", "ada")

    assert money_of(office, paid).tickets == 6
    assert money_of(office, other).tickets == 1


def test_an_order_that_is_not_paid_has_nothing_to_give_back(office: BoxOffice, tour: Tour) -> None:
    order_id = tour.order(None).order_id

    with pytest.raises(RefundNotPossible):
        refund_part(office, order_id, 1, "a gift", "ada", "one key")


def test_a_failed_refund_surfaces_and_can_be_tried_again_once(office: BoxOffice, paid: str) -> None:
    refund_order(office, paid, "cancelled", "ada")
    failed = refunds_of(office, paid)[0].id
    fail(office, failed)
    assert [line.id for line in open_refunds(office)] == [failed]

    again = {try_refund_again(office, failed, "ada") for _ in range(2)}

    assert again == {f"{failed}:again"}
    assert open_refunds(office) == ()
    assert money_of(office, paid).tickets == 0


def test_only_a_failed_refund_is_tried_again(office: BoxOffice, paid: str) -> None:
    refund_order(office, paid, "cancelled", "ada")

    with pytest.raises(RefundNotPossible):
        try_refund_again(office, refunds_of(office, paid)[0].id, "ada")


def test_only_money_that_was_taken_by_hand_is_paid_out_by_hand(
    office: BoxOffice, paid: str
) -> None:
    refund_order(office, paid, "cancelled", "ada")

    with pytest.raises(RefundNotPossible):
        record_paid_out(office, refunds_of(office, paid)[0].id, "dee")


def test_a_mass_refund_gives_every_order_of_the_event_back_and_no_other(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    show = tour.shows[1]
    others = []
    for number in range(5, 15):
        show.hold(f"buyer {number}", number)
        others.append(place_order(office, f"buyer {number}", BO, "demo", "paid").order_id)
    with pytest.raises(RefundNotPossible):
        begin_mass_refund(office, show.id, "the singer is ill", "ada")
    show.inventory.ask(ChangeStatus("cancelled", "", "ada", wall_ms()))
    begin_mass_refund(office, show.id, "the singer is ill", "ada")
    begin_mass_refund(office, show.id, "the singer is ill", "ada")

    for _ in range(3):
        carry_on_mass_refunds(office)

    assert {line.order_id for line in refunds_of_event(office, show.id)} == {paid, *others}
    assert all(money_of(office, other).back_cents > 0 for other in others)
    assert money_of(office, paid).tickets == 4
    assert tour.letters() == "ss ff ss"
    with office.db.read() as connection:
        assert connection.scalar(select(MassRefund.done_at)) is not None
    assert broken(office) == []


def test_two_at_the_same_time_give_no_more_than_was_paid(
    office: BoxOffice, tour: Tour, paid: str
) -> None:
    with office.db.read() as connection:
        payment = connection.execute(select(Payment.id)).scalar_one()
    written: list[bool] = []
    has_written = threading.Event()

    def give_back(name: str, rest_seconds: float) -> None:
        row = {
            "id": name, "payment_id": payment, "order_id": paid, "reason": "both",
            "amount_cents": tour.total_cents, "ticket_ids": [], "requested_at": utc_now(),
        }  # fmt: skip
        with office.db.write() as connection:
            written.append(write_refund(connection, row))
            has_written.set()
            time.sleep(rest_seconds)

    first = threading.Thread(target=give_back, args=("one", 0.3))
    first.start()
    assert has_written.wait(5)
    give_back("two", 0.0)
    first.join()

    assert written == [True, False]
    assert broken(office) == []
