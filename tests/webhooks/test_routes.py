"""POST /webhooks/stripe: proved and kept once, or refused; for programs, without any cookie."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import build_app
from app.box_office import BoxOffice
from app.models import DeliveryRow
from app.payments.stripe_deliveries import BODY_LIMIT_BYTES, STALE_SECONDS
from app.tokens import new_id
from tests.opened import opened
from tests.orders.cards import signed

PATH = "/webhooks/stripe"
SECRET = "whsec_of_a_test"
KIND = "checkout.session.completed"
SESSION = {
    "id": "cs_test_1", "object": "checkout.session", "client_reference_id": "8WD3RX7K",
    "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 4400, "currency": "gbp",
    "customer_details": {"email": "bo@example.org", "name": "Bo Fenwick"},
}  # fmt: skip
CARDS = {
    "stripe_secret_key": "sk_test_of_a_test",
    "stripe_webhook_secret": SECRET,
    "stripe_api_base": "http://127.0.0.1:1",  # nobody is asked here
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """A box office that takes cards, with its rate limits on."""
    folder = tmp_path_factory.mktemp("cards")
    with opened(folder, **CARDS, fullhouse_rate_limits="on") as office:
        yield office


@pytest.fixture(scope="module")
def app(office: BoxOffice) -> Flask:
    return build_app(office)


def call(app: Flask, body: bytes, signature: str | None, **headers: str) -> TestResponse:
    """What Stripe would be answered; underscores in header names stand for dashes."""
    headers = {name.replace("_", "-"): text for name, text in headers.items()}
    if signature is not None:
        headers["Stripe-Signature"] = signature
    return app.test_client().post(PATH, data=body, headers=headers, content_type="application/json")


def told(event: str = "", secret: str = SECRET, **changes: Any) -> tuple[bytes, str]:
    """Body and signature of a call about a paid session."""
    return signed(secret, KIND, SESSION, event or f"evt_{new_id()}", **changes)


def kept(office: BoxOffice, event: str) -> list[Any]:
    """The rows under this id."""
    with office.db.read() as connection:
        return list(
            connection.execute(select(DeliveryRow.__table__).where(DeliveryRow.id == event))
        )


def kept_count(office: BoxOffice) -> int:
    with office.db.read() as connection:
        return connection.execute(select(func.count()).select_from(DeliveryRow)).scalar_one()


def assert_refused(answer: TestResponse, status: int = 400, code: str = "bad_delivery") -> None:
    """A problem for programs, with its code and without a cookie."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == code
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_signed_call_is_answered_at_once_and_kept(app: Flask, office: BoxOffice) -> None:
    answer = call(app, *told("evt_good"))

    assert (answer.status_code, answer.data) == (204, b"")
    [row] = kept(office, "evt_good")
    assert row.facts["order"] == "8WD3RX7K"


def test_a_call_needs_no_proof_of_a_page_and_gets_no_cookie(app: Flask) -> None:
    body, signature = told()

    answer = call(app, body, signature, Origin="https://stripe.com", Sec_Fetch_Site="cross-site")

    assert answer.status_code == 204
    assert answer.headers.getlist("Set-Cookie") == []


def test_the_same_call_again_is_the_same(app: Flask, office: BoxOffice) -> None:
    body, signature = told("evt_again")

    answers = {call(app, body, signature).status_code for _ in range(100)}

    assert answers == {204}
    assert len(kept(office, "evt_again")) == 1


def test_a_kind_that_is_not_ours_is_taken_and_changes_nothing(
    app: Flask, office: BoxOffice
) -> None:
    body, signature = signed(SECRET, "customer.created", {"id": "cus_1"}, "evt_other")

    assert call(app, body, signature).status_code == 204
    [row] = kept(office, "evt_other")
    assert (row.state, row.facts) == ("ignored", {})


def test_nothing_of_the_buyer_is_kept_with_a_call(app: Flask, office: BoxOffice) -> None:
    call(app, *told("evt_private"))

    [row] = kept(office, "evt_private")
    assert "bo@example.org" not in str(row)
    assert "Fenwick" not in str(row)


@pytest.mark.parametrize(
    "signature",
    [None, "", "t=1", "v1=00", f"t={int(time.time())},v1={'0' * 64}", "t=é,v1=ß", "x" * 5_000],
    ids=["none", "empty", "only a moment", "no moment", "a guess", "not ASCII", "endless"],
)
def test_a_call_without_a_good_signature_is_refused(
    app: Flask, office: BoxOffice, signature: str | None
) -> None:
    before = kept_count(office)

    assert_refused(call(app, told()[0], signature))
    assert kept_count(office) == before


def test_another_secret_s_signature_is_refused(app: Flask, office: BoxOffice) -> None:
    assert_refused(call(app, *told("evt_forged", secret="whsec_guessed")))
    assert kept(office, "evt_forged") == []


def test_a_changed_body_is_refused(app: Flask) -> None:
    body, signature = told()

    assert_refused(call(app, body.replace(b"4400", b"4401"), signature))


def test_a_stale_call_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr(time, "time", lambda: now - STALE_SECONDS - 5)
        body, signature = told()

    assert_refused(call(app, body, signature))


def test_a_call_of_live_mode_is_refused_in_test_mode(app: Flask, office: BoxOffice) -> None:
    assert_refused(call(app, *told("evt_live", livemode=True)))
    assert kept(office, "evt_live") == []


def test_an_oversized_call_is_refused(app: Flask, office: BoxOffice) -> None:
    before = kept_count(office)

    assert_refused(call(app, *told(padding="x" * BODY_LIMIT_BYTES)))
    assert kept_count(office) == before


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"null", b'{"id": 1}', b"\xff\xfe"])
def test_a_signed_call_that_says_nothing_is_refused(app: Flask, body: bytes) -> None:
    assert_refused(call(app, body, signature_of(body)))


@pytest.mark.parametrize("thing", [[], "cs_test_1", 7, None])
def test_a_call_about_no_object_is_refused(app: Flask, office: BoxOffice, thing: Any) -> None:
    body, signature = signed(SECRET, KIND, thing, "evt_no_object")

    assert_refused(call(app, body, signature))
    assert kept(office, "evt_no_object") == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_a_post_is_a_call(app: Flask, method: str) -> None:
    answer = app.test_client().open(PATH, method=method)

    assert_refused(answer, 405, "wrong_method")
    assert "POST" in answer.headers["Allow"]


def test_without_stripe_there_is_nobody_to_take_calls(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with opened(tmp_path_factory.mktemp("no-cards")) as office:
        assert_refused(call(build_app(office), *told()), 404, "not_found")


def signature_of(body: bytes) -> str:
    """A good signature, whatever the body says."""
    now = int(time.time())
    proof = hmac.new(SECRET.encode(), f"{now}.".encode() + body, sha256).hexdigest()
    return f"t={now},v1={proof}"
