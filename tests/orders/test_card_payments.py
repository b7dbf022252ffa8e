"""Orders paid at Stripe, against the stand-in: nothing is lost, doubled or believed too early."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import DeliveryRow, JournalEntry, PaySession
from app.orders.deliveries import keep_delivery
from app.orders.ending import end_overdue, end_payment
from app.orders.reconciler import _open_sessions, _overdue
from app.orders.sessions import open_session
from app.payments.gateway import Bill, Session, as_remote
from app.payments.stripe_deliveries import BadNotice
from app.refusals import GatewayAway, NotFound, PaymentNotPossible, PaymentRunning
from tests.opened import opened
from tests.orders.buying import KEY, Tour, broken, money_of
from tests.orders.cards import (
    deliver,
    look,
    office,
    ordered,
    session_of,
    sessions_at,
    shared,
    signed,
    stripe,
    told,
)
from tests.orders.conftest import Later
from tests.services.stand_in import Stripe

__all__ = ["office", "shared", "stripe"]  # fixtures


# ---- begin --------------------------------------------------------------------------------------


def test_a_card_order_leads_to_a_session_with_every_place_on_its_bill(
    tour: Tour, stripe: Stripe
) -> None:
    placed = tour.order(None, payment="stripe")

    [session] = sessions_at(stripe, placed.order_id)
    assert placed.pay_url == session["url"]
    assert session["amount_total"] == tour.total_cents
    assert session["customer_email"] == "bo@example.org"
    assert session["metadata"] == {"order": placed.order_id, "attempt": "1"}
    assert 1800 <= session["expires_at"] - time.time() <= 1900
    assert tour.letters() == "hh hh hh"


def test_the_same_request_again_leads_to_the_same_session(tour: Tour, stripe: Stripe) -> None:
    first = tour.order(None, KEY, "stripe")

    again = tour.order(None, KEY, "stripe")

    assert again == first
    assert len(sessions_at(stripe, first.order_id)) == 1


def test_a_second_order_of_the_basket_is_refused_while_it_is_paid(tour: Tour) -> None:
    ordered(tour)

    with pytest.raises(PaymentRunning):
        tour.order(None, payment="stripe")


@pytest.mark.parametrize("how", ["500", "500_once", "lost"])
def test_an_answer_that_is_lost_makes_no_second_session(
    office: BoxOffice, tour: Tour, stripe: Stripe, how: str
) -> None:
    stripe.break_next("/v1/checkout/sessions", how, method="POST")
    placed = tour.order(None, payment="stripe")

    url = open_session(office, placed.order_id)

    [session] = sessions_at(stripe, placed.order_id)
    assert url == session["url"]
    assert placed.status == "paying"


def test_an_attempt_that_never_was_is_followed_by_another(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    stripe.break_next("/v1/checkout/sessions", "500_before", method="POST")

    order_id = ordered(tour)

    assert open_session(office, order_id) == sessions_at(stripe, order_id)[0]["url"]
    assert len(sessions_at(stripe, order_id)) == 1


def test_while_stripe_is_away_the_seats_are_kept_and_it_can_be_tried_again(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    stripe.faults(down_seconds=60)
    placed = tour.order(None, payment="stripe")
    with pytest.raises(GatewayAway):
        open_session(office, placed.order_id)
    stripe.faults(reset=True)

    url = open_session(office, placed.order_id)

    assert (placed.status, placed.pay_url) == ("paying", None)
    assert tour.letters() == "hh hh hh"
    assert url == sessions_at(stripe, placed.order_id)[0]["url"]


def test_the_demo_house_charges_no_card_with_a_live_key(tmp_path: Path) -> None:
    live = {"stripe_secret_key": "sk_live_of_a_test", "stripe_webhook_secret": "whsec_of_a_test"}
    with opened(tmp_path, **live) as office:
        tour = Tour(office)
        tour.hold_all()
        assert {office.catalogue.by_id(show.id).house.is_demo for show in tour.shows} == {True}

        with pytest.raises(PaymentNotPossible):
            tour.order(None, payment="stripe")

        assert tour.letters() == "hh hh hh"


# ---- paid ---------------------------------------------------------------------------------------


def test_a_paid_session_becomes_tickets_by_its_delivery(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)

    for _ in range(3):
        told(office, stripe, "checkout.session.completed", order_id, "evt_1")

    money = money_of(office, order_id)
    assert (money.status, money.payments, money.tickets) == ("paid", ("captured",), 6)
    assert tour.letters() == "ss ss ss"
    assert session_of(office, order_id).state == "paid"
    assert broken(office) == []


def test_a_delivery_that_was_lost_is_made_up_for_by_a_look(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)

    look(office, order_id)
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")

    assert money_of(office, order_id).payments == ("captured",)
    assert tour.letters() == "ss ss ss"
    assert broken(office) == []


def test_an_open_session_is_believed_to_be_nothing_more(office: BoxOffice, tour: Tour) -> None:
    order_id = ordered(tour)

    look(office, order_id)

    assert money_of(office, order_id).status == "paying"
    assert tour.letters() == "hh hh hh"


@pytest.mark.parametrize("changes", [{"amount_total": 1}, {"currency": "eur"}])
def test_money_that_is_not_the_orders_sum_goes_back(
    office: BoxOffice, tour: Tour, stripe: Stripe, changes: dict[str, Any]
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)

    told(office, stripe, "checkout.session.completed", order_id, "evt_1", **changes)

    money = money_of(office, order_id)
    assert (money.payments, money.refunds, money.tickets) == (("returned",), 1, 0)


def test_a_method_that_takes_days_keeps_the_places_until_the_bank_has_decided(
    office: BoxOffice, tour: Tour, stripe: Stripe, later: Later
) -> None:
    order_id = ordered(tour)
    session = session_of(office, order_id).reference
    stripe.pay(session, "later")
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")
    later(office.settings.payment_seconds + 60)
    assert _overdue(office) == []
    assert tour.letters() == "hh hh hh"

    stripe.settle(session)
    told(office, stripe, "checkout.session.async_payment_succeeded", order_id, "evt_2")

    assert money_of(office, order_id).status == "paid"
    assert broken(office) == []


def test_a_method_that_took_days_and_failed_gives_the_buyer_the_basket_back(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    session = session_of(office, order_id).reference
    stripe.pay(session, "later")
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")

    stripe.settle(session, paid=False)
    told(office, stripe, "checkout.session.async_payment_failed", order_id, "evt_2")

    assert money_of(office, order_id).status == "pending"
    assert tour.order("paid").status == "paid"
    assert broken(office) == []


# ---- not paid -----------------------------------------------------------------------------------


def test_a_buyer_who_stops_closes_the_session_first(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)

    end_payment(office, order_id)

    assert sessions_at(stripe, order_id)[0]["status"] == "expired"
    assert money_of(office, order_id).status == "cancelled"
    assert tour.order("paid").status == "paid"


def test_a_buyer_who_stops_after_paying_has_tickets(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)

    end_payment(office, order_id, release=True)

    assert money_of(office, order_id).status == "paid"
    assert tour.letters() == "ss ss ss"


def test_nothing_is_ended_while_nobody_can_say_whether_it_was_paid(
    office: BoxOffice, tour: Tour, stripe: Stripe, later: Later
) -> None:
    order_id = ordered(tour)
    stripe.faults(down_seconds=60)
    later(office.settings.payment_seconds + 60)

    with pytest.raises(GatewayAway):
        end_payment(office, order_id, release=True)
    [order] = _overdue(office)
    with pytest.raises(GatewayAway):
        end_overdue(office, order)

    assert money_of(office, order_id).status == "paying"
    assert tour.letters() == "hh hh hh"


def test_past_the_deadline_the_session_is_closed_before_the_places_are_free(
    office: BoxOffice, tour: Tour, stripe: Stripe, later: Later
) -> None:
    order_id = ordered(tour)
    later(office.settings.payment_seconds + 60)

    [order] = _overdue(office)
    end_overdue(office, order)

    assert sessions_at(stripe, order_id)[0]["status"] == "expired"
    assert money_of(office, order_id).status == "expired"
    assert tour.letters() == "ff ff ff"


def test_a_session_that_nobody_can_ask_about_counts_as_closed_two_minutes_after_its_end(
    office: BoxOffice, tour: Tour, stripe: Stripe, later: Later
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)  # and its notice is lost
    stripe.faults(down_seconds=60)
    later(office.settings.payment_seconds + 60)
    set_end(office, order_id, seconds_ago=100)
    [order] = _overdue(office)
    with pytest.raises(GatewayAway):
        end_overdue(office, order)

    set_end(office, order_id, seconds_ago=121)
    end_overdue(office, order)

    assert tour.letters() == "ff ff ff"
    assert session_of(office, order_id).state == "unsure"
    stripe.faults(reset=True)
    office.gateways["stripe"]._calls._failures = 0  # type: ignore[attr-defined]
    assert [row.order_id for row in _open_sessions(office)] == [order_id]
    look(office, order_id)
    assert money_of(office, order_id).status == "paid", "late money, and all places were free"
    assert broken(office) == []


def test_late_money_for_places_that_are_gone_goes_back_once(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    end_payment(office, order_id, release=True)
    tour.shows[1].hold("cy", 3)
    reference = session_of(office, order_id).reference
    [session] = sessions_at(stripe, order_id)
    paid = session | {"payment_status": "paid", "payment_intent": "pi_late"}

    for number in range(3):
        deliver(office, stripe, "checkout.session.completed", paid, f"evt_{number}")

    money = money_of(office, order_id)
    assert reference == session["id"]
    assert (money.status, money.refunds, money.tickets) == ("refunded", 1, 0)
    assert money.came_cents == money.back_cents
    assert broken(office) == []


def set_end(office: BoxOffice, order_id: str, seconds_ago: int) -> None:
    """Let the order's session have ended so long ago, on our clock."""
    with office.db.write() as connection:
        connection.execute(
            update(PaySession)
            .where(PaySession.order_id == order_id)
            .values(closes_at=utc_now() - timedelta(seconds=seconds_ago))
        )


def test_a_session_that_opens_while_its_order_is_ended_leads_nowhere_and_is_asked_about(
    office: BoxOffice, tour: Tour, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = as_remote(office.gateways["stripe"])
    assert gateway is not None
    begin, ended = gateway.begin, []

    def begin_late(bill: Bill) -> Session:
        session = begin(bill)
        ended.append(bill.order_id)
        end_payment(office, bill.order_id, release=True)  # in another tab
        return session

    monkeypatch.setattr(gateway, "begin", begin_late)
    placed = tour.order(None, payment="stripe")

    row = session_of(office, placed.order_id)
    assert ended == [placed.order_id]
    assert placed.pay_url is None
    assert (row.state, money_of(office, placed.order_id).status) == ("unsure", "cancelled")
    stripe.pay(row.reference)  # whoever got hold of it all the same
    look(office, placed.order_id)
    assert money_of(office, placed.order_id).payments != ()
    assert broken(office) == []


def test_a_bank_that_never_decides_gives_the_places_back_after_two_weeks(
    office: BoxOffice, tour: Tour, stripe: Stripe, later: Later
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference, "later")
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")
    later(office.settings.payment_seconds + 60)
    with office.db.write() as connection:
        connection.execute(update(PaySession).values(begun_at=utc_now() - timedelta(days=15)))

    [order] = _overdue(office)
    end_overdue(office, order)

    assert tour.letters() == "ff ff ff"
    assert session_of(office, order_id).state == "unsure"


def test_a_session_that_stripe_does_not_know_keeps_the_places_until_its_end(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    with office.db.write() as connection:  # as after a change of account
        connection.execute(update(PaySession).values(reference="cs_test_elsewhere"))

    with pytest.raises(GatewayAway):
        end_payment(office, order_id)

    assert tour.letters() == "hh hh hh"


def test_sessions_of_the_other_mode_are_not_asked_about(office: BoxOffice, tour: Tour) -> None:
    ordered(tour)
    assert len(_open_sessions(office)) == 1

    with office.db.write() as connection:
        connection.execute(update(PaySession).values(is_live=True))

    assert _open_sessions(office) == []


# ---- deliveries ---------------------------------------------------------------------------------


def test_an_expired_session_frees_the_places(office: BoxOffice, tour: Tour, stripe: Stripe) -> None:
    order_id = ordered(tour)
    stripe.control("expire", {"session": session_of(office, order_id).reference})

    told(office, stripe, "checkout.session.expired", order_id, "evt_1")

    assert money_of(office, order_id).status == "expired"
    assert tour.letters() == "ff ff ff"


def test_an_old_expiry_does_not_end_an_order_that_is_paid(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")

    told(office, stripe, "checkout.session.expired", order_id, "evt_2", status="expired")

    assert money_of(office, order_id).status == "paid"
    assert tour.letters() == "ss ss ss"


def test_kinds_that_nobody_acts_on_are_kept_without_their_content(
    office: BoxOffice, stripe: Stripe
) -> None:
    thing = {"id": "ch_1", "payment_method_details": {"card": {"last4": "4242"}}}

    deliver(office, stripe, "charge.succeeded", thing, "evt_1")

    with office.db.read() as connection:
        [row] = connection.execute(select(DeliveryRow.__table__)).all()
    assert (row.state, row.facts) == ("ignored", {})


def test_a_delivery_about_nothing_of_ours_is_ignored(office: BoxOffice, stripe: Stripe) -> None:
    thing = {"id": "cs_x", "client_reference_id": "NOTOURS1", "payment_status": "paid"}

    deliver(office, stripe, "checkout.session.completed", thing, "evt_1")

    with office.db.read() as connection:
        assert connection.scalar(select(DeliveryRow.state)) == "ignored"


def test_a_delivery_that_cannot_be_acted_on_waits_and_holds_up_no_other(
    office: BoxOffice, tour: Tour, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = ordered(tour)
    stripe.pay(session_of(office, order_id).reference)
    monkeypatch.setitem(
        __import__("app.orders.deliveries", fromlist=["_ACTS"])._ACTS,
        "checkout.session.expired",
        lambda *_: 1 / 0,
    )

    told(office, stripe, "checkout.session.expired", order_id, "evt_1")
    told(office, stripe, "checkout.session.completed", order_id, "evt_2")

    assert money_of(office, order_id).status == "paid"
    with office.db.read() as connection:
        rows = dict(connection.execute(select(DeliveryRow.id, DeliveryRow.state)).all())
    assert rows == {"evt_1": "new", "evt_2": "done"}


def test_a_dispute_is_written_into_the_journal(
    office: BoxOffice, tour: Tour, stripe: Stripe
) -> None:
    order_id = ordered(tour)
    paid = stripe.pay(session_of(office, order_id).reference)
    told(office, stripe, "checkout.session.completed", order_id, "evt_1")
    thing = {
        "id": "du_1", "payment_intent": paid["payment_intent"], "status": "needs_response",
        "reason": "fraudulent", "amount": 100, "currency": "gbp",
    }  # fmt: skip

    deliver(office, stripe, "charge.dispute.created", thing, "evt_2")

    with office.db.read() as connection:
        kinds = connection.execute(
            select(JournalEntry.kind).where(JournalEntry.order_id == order_id)
        ).scalars()
        assert "payment.disputed" in set(kinds)


def _forged(secret: str) -> dict[str, tuple[bytes, str]]:
    thing = {"id": "cs_1", "client_reference_id": "X", "payment_status": "paid"}
    kind = "checkout.session.completed"
    body, right = signed(secret, kind, thing, "evt_1")
    old = int(time.time()) - 301
    from stripe import WebhookSignature as Signature

    stale = Signature.generate_signature_header(body.decode(), secret, old)
    ahead = Signature.generate_signature_header(body.decode(), secret, old + 700)
    no_object = signed(secret, kind, thing, "evt_1", data={"object": [1]})
    no_data = signed(secret, kind, thing, "evt_1", data=7)
    other_mode = signed(secret, kind, thing, "evt_1", livemode=True)
    a_list = b"[1]"
    listed = a_list, Signature.generate_signature_header("[1]", secret)
    a_word = b"nonsense"
    worded = a_word, Signature.generate_signature_header("nonsense", secret)
    long_id = signed(secret, kind, thing, "evt_" + "x" * 300)
    moment = right.split(",")[0]
    return {
        "no signature": (body, ""),
        "another secret": signed("whsec_other", kind, thing, "evt_1"),
        "a changed body": (body.replace(b"paid", b"Paid"), right),
        "not ASCII": (body, f"{moment},v1=ü"),
        "two moments": (body, f"t=1,{right}"),
        "no moment": (body, right.split(",")[1]),
        "words for a moment": (body, f"t=soon,{right.split(',')[1]}"),
        "another scheme": (body, right.replace("v1=", "v0=")),
        "stale": (body, stale),
        "from the future": (body, ahead),
        "too long": (body + b" " * 300_000, right),
        "not UTF-8": (b"\xff\xfe", right),
        "not an object": listed,
        "no JSON": worded,
        "no thing": no_object,
        "no data": no_data,
        "the other mode": other_mode,
        "a long id": long_id,
    }


@pytest.mark.parametrize("name", sorted(_forged("whsec_of_a_test")))
def test_what_is_not_signed_fresh_and_whole_is_refused(
    office: BoxOffice, stripe: Stripe, name: str
) -> None:
    body, signature = _forged(stripe.secret)[name]

    with pytest.raises(BadNotice):
        keep_delivery(office, "stripe", body, signature)

    with office.db.read() as connection:
        assert connection.scalar(select(DeliveryRow.id)) is None


def test_one_right_signature_among_others_is_enough(office: BoxOffice, stripe: Stripe) -> None:
    body, right = signed(stripe.secret, "charge.succeeded", {"id": "ch_1"}, "evt_1")

    assert keep_delivery(office, "stripe", body, f"{right},v1=00,v1=ü,v0=1")
    assert not keep_delivery(office, "stripe", body, right), "the same again is the same"


def test_where_no_cards_are_taken_there_are_no_deliveries(tmp_path: Path, stripe: Stripe) -> None:
    body, right = signed(stripe.secret, "charge.succeeded", {"id": "ch_1"}, "evt_1")

    with opened(tmp_path) as office, pytest.raises(NotFound):
        keep_delivery(office, "stripe", body, right)
