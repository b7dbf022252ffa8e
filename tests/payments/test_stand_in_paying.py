"""The pay page of the stand-in for Stripe, used as a browser without script would."""

from collections.abc import Iterator

import httpx
import pytest

from tests.services.stand_in import Stripe, stand_in

DONE = "http://127.0.0.1:1/done?session="


@pytest.fixture(scope="module")
def shared() -> Iterator[Stripe]:
    """One stand-in for tests that each use a session of their own."""
    with stand_in() as running:
        yield running


def press(shared: Stripe, session: str, how: str, step: str = "") -> httpx.Response:
    """Press a button on the pay page of a session."""
    return shared.web.post(f"/pay/{session}{step}", data={"how": how})


def status_of(shared: Stripe, session: str) -> tuple[str | None, str]:
    found = shared.sdk().v1.checkout.sessions.retrieve(session)
    return found.status, found.payment_status


def test_the_page_says_loudly_that_no_money_moves(shared: Stripe) -> None:
    session = shared.open_session(2450)

    page = shared.web.get(str(session.url))

    assert page.status_code == 200
    assert "This is a stand-in for Stripe. No money moves." in page.text
    assert "Row A, seat 1" in page.text
    assert "Pay 24.50 EUR" in page.text
    assert 'href="http://127.0.0.1:1/back"' in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_words_of_the_shop_cannot_become_markup(shared: Stripe) -> None:
    price = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "<b>&"}}
    session = shared.open_session(line_items=[{"price_data": price, "quantity": 1}])

    assert "&lt;b&gt;&amp;" in shared.web.get(str(session.url)).text


def test_paying_leads_back_to_the_shop(shared: Stripe) -> None:
    session = shared.open_session()

    answer = press(shared, session.id, "card")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{DONE}{session.id}")
    assert status_of(shared, session.id) == ("complete", "paid")


def test_paying_twice_is_refused_with_words(shared: Stripe) -> None:
    session = shared.open_session()
    press(shared, session.id, "card")

    answer = press(shared, session.id, "card")

    assert answer.status_code == 409
    assert "paid already. Nothing was charged again." in answer.text
    payments = shared.sdk().v1.checkout.sessions.list({"limit": 1, "status": "complete"})
    assert len(payments.data) == 1


def test_paying_after_expiry_is_refused_with_words(shared: Stripe) -> None:
    session = shared.open_session()
    shared.sdk().v1.checkout.sessions.expire(session.id)

    assert "expired. Nothing was charged." in press(shared, session.id, "card").text
    assert shared.web.get(f"/pay/{session.id}").status_code == 410


def test_after_a_declined_card_another_one_can_pay(shared: Stripe) -> None:
    session = shared.open_session()

    answer = press(shared, session.id, "decline")

    assert answer.headers["Location"] == f"/pay/{session.id}"
    assert status_of(shared, session.id) == ("open", "unpaid")
    assert "Your card was declined." in shared.web.get(f"/pay/{session.id}").text
    press(shared, session.id, "card")
    assert status_of(shared, session.id) == ("complete", "paid")


def test_a_declined_payment_says_why(shared: Stripe) -> None:
    intent_id = shared.paid_session(how="decline")["payment_intent"]

    intent = shared.sdk().v1.payment_intents.retrieve(intent_id)

    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "card_declined"


def test_a_bank_that_asks_is_answered_on_a_second_page(shared: Stripe) -> None:
    session = shared.open_session()
    step = "/authentication"

    answer = press(shared, session.id, "three_d_secure")

    assert answer.headers["Location"] == f"/pay/{session.id}{step}"
    assert status_of(shared, session.id) == ("open", "unpaid")
    assert "Your bank asks" in shared.web.get(f"/pay/{session.id}{step}").text
    assert press(shared, session.id, "passes", step).headers["Location"] == f"{DONE}{session.id}"
    assert status_of(shared, session.id) == ("complete", "paid")


def test_a_bank_that_is_told_no_leaves_the_session_open(shared: Stripe) -> None:
    session = shared.open_session()
    press(shared, session.id, "three_d_secure")

    answer = press(shared, session.id, "fails", "/authentication")

    assert answer.headers["Location"] == f"/pay/{session.id}"
    assert status_of(shared, session.id) == ("open", "unpaid")
    assert "failed authentication" in shared.web.get(f"/pay/{session.id}").text
    assert press(shared, session.id, "passes", "/authentication").status_code == 409


@pytest.mark.parametrize(("how", "end"), [("paid", "paid"), ("unpaid", "unpaid")])
def test_a_delayed_method_completes_first_and_pays_later(
    shared: Stripe, how: str, end: str
) -> None:
    session = shared.open_session()

    assert press(shared, session.id, "later").headers["Location"] == f"{DONE}{session.id}"

    assert status_of(shared, session.id) == ("complete", "unpaid")
    assert press(shared, session.id, how).status_code == 303
    assert status_of(shared, session.id) == ("complete", end)
    told = "succeeded" if how == "paid" else "failed"
    kind = f"checkout.session.async_payment_{told}"
    [event] = shared.sdk().v1.events.list({"type": kind}).data
    assert event.data.object["id"] == session.id
    assert press(shared, session.id, how).status_code == 409


def test_a_session_for_cards_only_takes_no_delayed_method(shared: Stripe) -> None:
    session = shared.open_session(allowed_payment_method_types=["card"])

    assert "comes later" not in shared.web.get(str(session.url)).text
    assert press(shared, session.id, "later").status_code == 409
    assert status_of(shared, session.id) == ("open", "unpaid")


def test_a_free_session_needs_no_payment(shared: Stripe) -> None:
    session = shared.paid_session(0)

    assert (session["status"], session["payment_status"]) == ("complete", "no_payment_required")
    assert session["payment_intent"] is None


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/favicon.ico", 404), ("/pay/cs_test_none", 404)]
)
def test_other_pages_say_what_they_are(shared: Stripe, path: str, status: int) -> None:
    page = shared.web.get(path)

    assert page.status_code == status
    assert "No money moves" in page.text


def test_an_unknown_button_changes_nothing(shared: Stripe) -> None:
    session = shared.open_session()

    assert press(shared, session.id, "steal").status_code == 400
    assert status_of(shared, session.id) == ("open", "unpaid")
