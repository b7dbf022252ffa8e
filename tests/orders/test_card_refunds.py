"""Money back to cards, at the stand-in: once, whatever Stripe answers or forgets to answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.inventory.commands import ChangeStatus
from app.models import DeliveryRow, JournalEntry, Refund
from app.orders.deliveries import act_again, act_on_deliveries
from app.orders.refunding import open_refunds, refund_order, refund_tickets, try_refund_again
from app.orders.refunds_told import ask_about_submitted
from app.orders.settling import capture, settle
from tests.carrying import carry_out_due
from tests.orders.buying import Tour, broken, money_of
from tests.orders.cards import deliver, look, office, ordered, session_of, shared, stripe
from tests.orders.test_refunding import fail, refunds_of, tickets_of
from tests.services.stand_in import Stripe

__all__ = ["office", "shared", "stripe"]  # fixtures


@pytest.fixture
def paid(office: BoxOffice, tour: Tour, stripe: Stripe) -> str:
    """Bo's order for two seats at each of three shows, paid by card."""
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)
    look(office, order_id)
    return order_id


def submit_all(office: BoxOffice) -> list[bool]:
    """Carry out every refund that is due; which of them were carried out."""
    return [is_done for _kind, is_done in carry_out_due(office, "refund.submit")]


def at_stripe(stripe: Stripe, office: BoxOffice, order_id: str) -> list[dict[str, Any]]:
    """What went back at the stand-in for an order."""
    session = session_of(office, order_id).reference
    intent = next(one for one in stripe.state()["sessions"] if one["id"] == session)
    return [
        one
        for one in stripe.state()["refunds"]
        if one["payment_intent"] == intent["payment_intent"]
    ]


def test_one_ticket_goes_back_to_the_card_and_no_more(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str
) -> None:
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")

    assert submit_all(office) == [True]

    [there] = at_stripe(stripe, office, paid)
    [here] = refunds_of(office, paid)
    assert there["amount"] == here.amount_cents == tour.total_cents // 6
    assert (here.state, here.reference) == ("succeeded", there["id"])
    assert broken(office) == []


@pytest.mark.parametrize("how", ["500", "500_once", "lost"])
def test_a_refund_whose_answer_is_lost_is_made_once(
    office: BoxOffice, stripe: Stripe, paid: str, how: str
) -> None:
    refund_order(office, paid, "cancelled", "ada")
    stripe.break_next("/v1/refunds", how, method="POST", count=3)

    submit_all(office)
    submit_all(office)

    money = money_of(office, paid)
    there = at_stripe(stripe, office, paid)
    assert (len(there), sum(one["amount"] for one in there)) == (3, money.came_cents)
    assert {one.state for one in refunds_of(office, paid)} == {"succeeded"}


def test_while_stripe_is_away_a_refund_waits(office: BoxOffice, stripe: Stripe, paid: str) -> None:
    refund_order(office, paid, "cancelled", "ada")
    stripe.faults(down_seconds=60)

    assert submit_all(office) == [False, False, False]

    assert {one.state for one in refunds_of(office, paid)} == {"requested"}


def test_a_refund_that_fails_days_later_surfaces_and_is_tried_again(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    stripe.faults(refunds="pending")
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")
    submit_all(office)
    [refund] = refunds_of(office, paid)
    assert refund.state == "submitted"

    [there] = at_stripe(stripe, office, paid)
    failed = {**there, "status": "failed", "failure_reason": "expired_or_canceled_card"}
    stripe.end_refund(there["id"], "failed")
    deliver(office, stripe, "refund.failed", failed, "evt_1")

    assert [line.id for line in open_refunds(office)] == [refund.id]
    stripe.faults(reset=True)
    try_refund_again(office, refund.id, "ada")
    submit_all(office)
    assert [one.state for one in refunds_of(office, paid)] == ["failed", "succeeded"]
    assert broken(office) == []


def test_calls_about_a_refund_may_come_in_any_order(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")
    submit_all(office)
    [there] = at_stripe(stripe, office, paid)

    deliver(office, stripe, "refund.updated", there, "evt_1")
    deliver(office, stripe, "refund.created", {**there, "status": "pending"}, "evt_2")

    assert [one.state for one in refunds_of(office, paid)] == ["succeeded"]


def by_hand(
    office: BoxOffice, stripe: Stripe, order_id: str, cents: int, status: str = "succeeded"
) -> dict[str, Any]:
    """A refund that somebody made in Stripe's dashboard."""
    session = session_of(office, order_id).reference
    intent = next(one for one in stripe.state()["sessions"] if one["id"] == session)
    return {
        "id": "re_by_hand", "payment_intent": intent["payment_intent"], "status": status,
        "amount": cents, "currency": "gbp", "metadata": {},
    }  # fmt: skip


def test_a_refund_made_at_stripe_by_hand_is_entered_once_and_loud(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    thing = by_hand(office, stripe, paid, 100)

    for number, kind in enumerate(("created", "updated", "updated")):
        deliver(office, stripe, f"refund.{kind}", thing, f"evt_{number}")

    [here] = refunds_of(office, paid)
    assert (here.amount_cents, here.state, here.reference, here.ticket_ids) == (
        100, "succeeded", "re_by_hand", [],
    )  # fmt: skip
    query = select(JournalEntry.facts).where(JournalEntry.kind == "refund.foreign")
    with office.db.read() as connection:
        [facts] = connection.execute(query).scalars()
    assert facts["reference"] == "re_by_hand"
    assert money_of(office, paid).tickets == 6, "which ticket it is for nobody has said"
    assert broken(office) == []


def test_one_made_by_hand_may_fail_as_well(office: BoxOffice, stripe: Stripe, paid: str) -> None:
    deliver(office, stripe, "refund.created", by_hand(office, stripe, paid, 100), "evt_1")
    failed = by_hand(office, stripe, paid, 100, "failed")
    deliver(office, stripe, "refund.failed", failed, "evt_2")

    assert [one.state for one in refunds_of(office, paid)] == ["failed"]
    assert broken(office) == []


def test_after_one_made_by_hand_the_tickets_give_back_what_is_left(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str
) -> None:
    thing = by_hand(office, stripe, paid, tour.total_cents - 100)
    deliver(office, stripe, "refund.created", thing, "evt_1")

    refund_order(office, paid, "cancelled", "ada")

    assert sum(one.amount_cents for one in refunds_of(office, paid)) == tour.total_cents
    assert money_of(office, paid).tickets == 0
    assert broken(office) == []


def test_more_than_is_left_waits_until_ours_has_failed(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str
) -> None:
    refund_order(office, paid, "cancelled", "ada")
    thing = by_hand(office, stripe, paid, tour.total_cents)
    deliver(office, stripe, "refund.created", thing, "evt_1")
    assert len(refunds_of(office, paid)) == 3, "it waits"
    for one in refunds_of(office, paid):
        fail(office, one.id)

    with office.db.write() as connection:
        connection.execute(update(DeliveryRow).values(received_at=utc_now()))
    act_on_deliveries(office)

    whole = [one for one in refunds_of(office, paid) if one.state == "succeeded"]
    assert [one.amount_cents for one in whole] == [tour.total_cents]
    assert broken(office) == []


def test_news_that_were_lost_are_asked_for(office: BoxOffice, stripe: Stripe, paid: str) -> None:
    stripe.faults(refunds="pending")
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")
    submit_all(office)
    [there] = at_stripe(stripe, office, paid)
    assert ask_about_submitted(office, 0) == 0
    stripe.end_refund(there["id"], "succeeded")

    assert [ask_about_submitted(office, turn) for turn in (1, 2)] == [1, 0]

    assert [one.state for one in refunds_of(office, paid)] == ["succeeded"]
    assert broken(office) == []


def test_while_stripe_is_away_nobody_asks_in_vain(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    stripe.faults(refunds="pending")
    refund_tickets(office, paid, [tickets_of(office, paid)[0].id], "ill", "ada")
    submit_all(office)
    stripe.faults(down_seconds=60)

    assert ask_about_submitted(office, 0) == 0


def test_one_that_stripe_does_not_know_hides_no_other(
    office: BoxOffice, stripe: Stripe, paid: str
) -> None:
    stripe.faults(refunds="pending")
    for ticket in tickets_of(office, paid)[:2]:
        refund_tickets(office, paid, [ticket.id], "ill", "ada")
    submit_all(office)
    unknown, known = refunds_of(office, paid)
    with office.db.write() as connection:
        gone = update(Refund).where(Refund.id == unknown.id)
        connection.execute(gone.values(reference="re_of_another_account"))
    stripe.end_refund(known.reference, "succeeded")

    assert ask_about_submitted(office, 0) == 1


def test_once_nothing_is_left_a_failed_refund_waits_for_nobody(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str
) -> None:
    refund_order(office, paid, "cancelled", "ada")
    for one in refunds_of(office, paid):
        fail(office, one.id)
    assert len(open_refunds(office)) == 3

    thing = by_hand(office, stripe, paid, tour.total_cents)
    deliver(office, stripe, "refund.created", thing, "evt_1")

    assert open_refunds(office) == ()
    assert broken(office) == []


def test_a_refund_that_waits_for_ours_never_gives_up(
    office: BoxOffice, tour: Tour, stripe: Stripe, paid: str
) -> None:
    refund_order(office, paid, "cancelled", "ada")
    deliver(office, stripe, "refund.created", by_hand(office, stripe, paid, 100), "evt_1")

    for _ in range(3):
        with office.db.write() as connection:
            connection.execute(
                update(DeliveryRow).values(received_at=utc_now(), tries=DeliveryRow.tries + 50)
            )
        act_on_deliveries(office)

    with office.db.read() as connection:
        assert connection.execute(select(DeliveryRow.state)).scalar_one() == "new"


def test_calls_that_failed_can_be_acted_on_once_more(office: BoxOffice, stripe: Stripe) -> None:
    row = {
        "id": "evt_f", "gateway": "stripe", "kind": "refund.created", "facts": {},
        "state": "failed", "tries": 60, "at": utc_now(), "received_at": utc_now(),
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert(DeliveryRow), row)

    assert [act_again(office) for _ in range(2)] == [1, 0]


def test_money_that_must_go_back_goes_back_without_the_part_that_has(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    session = session_of(office, order_id)
    stripe.pay(session.reference)
    intent = by_hand(office, stripe, order_id, 100)["payment_intent"]
    assert capture(office, order_id, "stripe", intent, tour.total_cents, "GBP")
    deliver(office, stripe, "refund.created", by_hand(office, stripe, order_id, 100), "evt_1")
    tour.shows[0].inventory.ask(ChangeStatus("cancelled", "ill", "ada", wall_ms()))

    settle(office, order_id)

    money = money_of(office, order_id)
    assert (money.status, money.back_cents, money.refunds) == ("refunded", tour.total_cents, 2)
    assert broken(office) == []
