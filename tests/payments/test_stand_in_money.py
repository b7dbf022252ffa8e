"""Refunds and disputes of the stand-in for Stripe: never more than was paid, to the cent."""

from collections.abc import Iterator

import pytest
import stripe

from tests.services.stand_in import Stripe, stand_in


@pytest.fixture
def fresh() -> Iterator[Stripe]:
    """A stand-in that nobody has used."""
    with stand_in() as running:
        yield running


def kinds(fresh: Stripe) -> list[str]:
    """The types of all events, oldest first."""
    return [str(each.type) for each in fresh.sdk().v1.events.list({"limit": 100}).data][::-1]


def test_a_refund_gives_all_back(fresh: Stripe) -> None:
    intent = fresh.paid_session(2400)["payment_intent"]

    refund = fresh.sdk().v1.refunds.create({"payment_intent": intent, "metadata": {"why": "x"}})

    assert (refund.amount, refund.currency, refund.status) == (2400, "eur", "succeeded")
    assert kinds(fresh)[-2:] == ["refund.created", "charge.refunded"]
    assert fresh.state()["returned"] == {"eur": 2400}
    metadata = fresh.sdk().v1.refunds.retrieve(refund.id).metadata
    assert metadata is not None
    assert metadata["why"] == "x"


def test_parts_are_given_back_until_nothing_is_left(fresh: Stripe) -> None:
    intent = fresh.paid_session(2400)["payment_intent"]
    refunds = fresh.sdk().v1.refunds
    refunds.create({"payment_intent": intent, "amount": 1000})

    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({"payment_intent": intent, "amount": 1401})
    assert (told.value.http_status, told.value.code) == (400, "amount_too_large")
    refunds.create({"payment_intent": intent, "amount": 1400})
    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({"payment_intent": intent})
    assert told.value.code == "charge_already_refunded"
    assert fresh.state()["returned"] == {"eur": 2400}
    listed = refunds.list({"payment_intent": intent})
    assert [each.amount for each in listed.data] == [1400, 1000]


def test_an_unpaid_payment_cannot_be_refunded(fresh: Stripe) -> None:
    intent = fresh.paid_session(how="decline")["payment_intent"]

    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        fresh.sdk().v1.refunds.create({"payment_intent": intent})


def test_refunds_of_nothing_are_refused(fresh: Stripe) -> None:
    refunds = fresh.sdk().v1.refunds

    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({"payment_intent": "pi_none"})
    assert (told.value.code, told.value.param) == ("resource_missing", "payment_intent")
    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({})
    assert told.value.code == "parameter_missing"
    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({"payment_intent": "pi_none", "sum": 1})  # type: ignore[arg-type]
    assert told.value.code == "parameter_unknown"


@pytest.mark.parametrize("amount", [0, -5])
def test_a_refund_is_of_at_least_one_cent(fresh: Stripe, amount: int) -> None:
    intent = fresh.paid_session()["payment_intent"]

    with pytest.raises(stripe.InvalidRequestError) as told:
        fresh.sdk().v1.refunds.create({"payment_intent": intent, "amount": amount})

    assert told.value.code == "parameter_invalid_integer"


def test_a_pending_refund_waits_for_its_end(fresh: Stripe) -> None:
    fresh.faults(refunds="pending")
    intent = fresh.paid_session(2400)["payment_intent"]
    refund = fresh.sdk().v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    assert fresh.state()["returning"] == {"eur": 2400}

    fresh.end_refund(refund.id, "succeeded")

    assert fresh.state()["returned"] == {"eur": 2400}
    assert kinds(fresh)[-3:] == ["refund.created", "refund.updated", "charge.refunded"]


def test_a_failed_refund_leaves_the_money_here(fresh: Stripe) -> None:
    fresh.faults(refunds="pending")
    intent = fresh.paid_session(2400)["payment_intent"]
    refund = fresh.sdk().v1.refunds.create({"payment_intent": intent})

    fresh.end_refund(refund.id, "failed")

    state = fresh.state()
    assert (state["returned"], state["returning"]) == ({}, {})
    assert kinds(fresh)[-2:] == ["refund.updated", "refund.failed"]
    fresh.faults(refunds="succeed")
    assert fresh.sdk().v1.refunds.create({"payment_intent": intent}).amount == 2400


@pytest.mark.parametrize(("mode", "end"), [("later", "succeeded"), ("fail", "failed")])
def test_a_refund_ends_by_itself(fresh: Stripe, mode: str, end: str) -> None:
    fresh.faults(refunds=mode, refund_seconds=0.2)
    intent = fresh.paid_session()["payment_intent"]
    refund = fresh.sdk().v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"

    fresh.wait_for(lambda: fresh.sdk().v1.refunds.retrieve(refund.id).status == end)


def test_a_dispute_takes_the_money_until_it_is_won(fresh: Stripe) -> None:
    intent = fresh.paid_session(2400)["payment_intent"]

    dispute = fresh.control("dispute", {"payment_intent": intent})
    assert fresh.state()["disputed"] == {"eur": 2400}
    with pytest.raises(stripe.InvalidRequestError) as told:
        fresh.sdk().v1.refunds.create({"payment_intent": intent})
    assert told.value.code == "charge_disputed"
    fresh.control("dispute", {"dispute": dispute["id"], "status": "won"})

    assert fresh.state()["disputed"] == {}
    assert fresh.sdk().v1.disputes.retrieve(dispute["id"]).status == "won"
    assert [kind for kind in kinds(fresh) if "dispute." in kind] == [
        *("charge.dispute.created", "charge.dispute.funds_withdrawn"),
        *("charge.dispute.funds_reinstated", "charge.dispute.closed"),
    ]


def test_a_lost_dispute_keeps_the_money_away(fresh: Stripe) -> None:
    intent = fresh.paid_session(2400)["payment_intent"]
    dispute = fresh.control("dispute", {"payment_intent": intent, "amount": 1000})

    fresh.control("dispute", {"dispute": dispute["id"], "status": "lost"})

    assert fresh.state()["disputed"] == {"eur": 1000}
    [listed] = fresh.sdk().v1.disputes.list({"payment_intent": intent}).data
    assert listed.status == "lost"
    assert fresh.sdk().v1.balance.retrieve().available[0].amount == 1400


def test_sums_are_kept_per_currency(fresh: Stripe) -> None:
    fresh.paid_session(1000)
    price = {"currency": "chf", "unit_amount": 700, "product_data": {"name": "A seat"}}
    fresh.pay(fresh.open_session(line_items=[{"price_data": price, "quantity": 2}]).id)

    assert fresh.state()["taken"] == {"eur": 1000, "chf": 1400}
