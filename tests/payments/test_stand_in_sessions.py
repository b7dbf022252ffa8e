"""Sessions, payments and lists of the stand-in for Stripe, asked by the real SDK over real HTTP."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from app.payments.stand_in.calls import CALLS
from app.payments.stand_in.shapes import shape_of
from tests.services.stand_in import KEY, Stripe, stand_in

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture(scope="module")
def shared() -> Iterator[Stripe]:
    """One stand-in for tests that leave nothing behind which others would see."""
    with stand_in() as running:
        yield running


@pytest.fixture
def fresh() -> Iterator[Stripe]:
    """A stand-in that nobody has used."""
    with stand_in() as running:
        yield running


def line(**changes: Any) -> list[Any]:
    """One line of a session, a little different."""
    price = {"currency": "eur", "unit_amount": 1000, "product_data": {"name": "A seat"}}
    return [{"price_data": price, "quantity": 1} | changes]


def refused(shared: Stripe, **changes: Any) -> stripe.InvalidRequestError:
    """How a session with these changes is refused."""
    with pytest.raises(stripe.InvalidRequestError) as told:
        shared.open_session(**changes)
    return told.value


def test_a_new_session_is_open_and_unpaid(shared: Stripe) -> None:
    session = shared.open_session(2400, locale="de")

    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.livemode) == ("open", "unpaid", False)
    assert (session.amount_total, session.currency) == (2400, "eur")
    assert (session.client_reference_id, session.customer_email) == ("ORDER123", "bo@example.org")
    assert session.metadata is not None
    assert session.metadata["order"] == "ORDER123"
    assert session.url == f"{shared.url}/pay/{session.id}"
    assert session.payment_intent is None


def test_the_total_is_the_sum_of_the_lines(shared: Stripe) -> None:
    lines = [*line(quantity=3), *line(quantity=2)]

    session = shared.open_session(line_items=lines)

    assert session.amount_total == 5000


def test_every_field_is_one_that_the_sdk_knows(shared: Stripe) -> None:
    shared.paid_session()
    state = shared.state()
    kinds = {
        "sessions": stripe.checkout.Session,
        "payment_intents": stripe.PaymentIntent,
        "charges": stripe.Charge,
    }

    unknown = [
        f"{kind}.{name}"
        for kind, known in kinds.items()
        for name in state[kind][0]
        if name not in known.__annotations__ and name not in ("id", "object")
    ]

    assert unknown == []


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"metadata": {"order": "x" * 501}}, None, "metadata[order]"),
        ({"line_items": line(colour=1)}, "parameter_unknown", "line_items[0][colour]"),
        (
            {"line_items": line(price_data={"currency": "eur", "product_data": {"tax_code": "x"}})},
            "parameter_missing",
            "line_items[0][price_data][product_data][name]",
        ),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"mode": "gift"}, None, "mode"),
        ({"mode": "subscription"}, "stand_in_cannot", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "/done"}, "url_invalid", "success_url"),
        ({"customer_email": "bo"}, "email_invalid", "customer_email"),
        ({"customer_email": ""}, "parameter_invalid_empty", "customer_email"),
        ({"locale": "tlh"}, None, "locale"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"line_items": line(quantity=0)}, None, "line_items[0][quantity]"),
        ({"line_items": "seat"}, None, "line_items"),
        ({"mode": {"a": "b"}}, None, "mode"),
        ({"cents": 49}, "amount_too_small", None),
        ({"discounts": [{"coupon": "x"}]}, "stand_in_cannot", "discounts"),
        ({"api_key": "sk_test_x"}, "parameter_unknown", "api_key"),
    ],
)
def test_wrong_parameters_are_refused_as_by_stripe(
    shared: Stripe, changes: dict[str, Any], code: str | None, param: str | None
) -> None:
    told = refused(shared, **changes)

    assert (told.http_status, told.code, told.param) == (400, code, param)


def test_a_refused_session_leaves_nothing_behind(fresh: Stripe) -> None:
    refused(fresh, colour="red")

    assert fresh.state()["sessions"] == []


@pytest.mark.parametrize("seconds", [30 * 60 - 60, DAY_SECONDS + 60])
def test_a_session_lives_for_half_an_hour_to_a_day(shared: Stripe, seconds: int) -> None:
    told = refused(shared, expires_at=int(time.time()) + seconds)

    assert (told.http_status, told.param) == (400, "expires_at")


@pytest.mark.parametrize("seconds", [30 * 60 + 60, DAY_SECONDS - 60])
def test_a_session_ends_when_it_was_asked_to(shared: Stripe, seconds: int) -> None:
    expires_at = int(time.time()) + seconds

    assert shared.open_session(expires_at=expires_at).expires_at == expires_at


def test_a_session_expires_by_itself(fresh: Stripe) -> None:
    session = fresh.open_session(expires_at=int(time.time()) + 1860)
    fresh.advance(1800)
    assert fresh.sdk().v1.checkout.sessions.retrieve(session.id).status == "open"

    fresh.advance(61)

    later = fresh.sdk().v1.checkout.sessions.retrieve(session.id)
    assert (later.status, later.url) == ("expired", None)
    [event] = fresh.sdk().v1.events.list({"type": "checkout.session.expired"}).data
    assert event.data.object["id"] == session.id


def test_an_open_session_can_be_expired_once(shared: Stripe) -> None:
    sessions = shared.sdk().v1.checkout.sessions
    session = shared.open_session()

    assert sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match='status of "expired"') as told:
        sessions.expire(session.id)
    assert told.value.http_status == 400


def test_a_paid_session_cannot_be_expired_by_a_call_or_by_time(fresh: Stripe) -> None:
    session = fresh.paid_session()

    with pytest.raises(stripe.InvalidRequestError):
        fresh.sdk().v1.checkout.sessions.expire(session["id"])
    fresh.advance(DAY_SECONDS + 1)

    assert fresh.state()["sessions"][0]["status"] == "complete"


def test_paying_completes_the_session(shared: Stripe) -> None:
    session_id = shared.paid_session(1950)["id"]

    session = shared.sdk().v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert (session.status, session.payment_status) == ("complete", "paid")
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received) == ("succeeded", 1950)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert session.line_items is not None
    assert session.line_items.data[0].description == "Row A, seat 1"


def test_a_payment_names_its_charge_by_id(shared: Stripe) -> None:
    intent_id = shared.paid_session()["payment_intent"]

    intent = shared.sdk().v1.payment_intents.retrieve(intent_id)

    assert isinstance(intent.latest_charge, str)
    assert shared.sdk().v1.charges.retrieve(intent.latest_charge).paid


def test_words_for_the_payment_reach_it(shared: Stripe) -> None:
    session = shared.open_session(payment_intent_data={"metadata": {"order": "Z"}})

    intent_id = shared.pay(session.id)["payment_intent"]

    assert shared.sdk().v1.payment_intents.retrieve(intent_id).metadata["order"] == "Z"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/checkout/sessions/cs_test_none"),
        ("post", "/v1/checkout/sessions/cs_test_none"),
        ("post", "/v1/checkout/sessions/cs_test_none/expire"),
        ("get", "/v1/payment_intents/pi_none"),
        ("get", "/v1/refunds/re_none"),
        ("get", "/v1/events/evt_none"),
        ("get", "/v1/disputes/du_none"),
        ("get", "/v1/charges/ch_none"),
    ],
)
def test_what_is_not_there_is_not_found(shared: Stripe, method: str, path: str) -> None:
    answer = shared.web.request(method, path, auth=(KEY, ""))

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "resource_missing")


def test_a_call_that_the_stand_in_does_not_know_is_refused(shared: Stripe) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as told:
        shared.sdk().v1.customers.list()

    assert told.value.http_status == 404


def test_sessions_are_listed_newest_first_page_by_page(fresh: Stripe) -> None:
    made = [fresh.open_session().id for _ in range(7)]
    fresh.pay(made[2])

    listed = fresh.sdk().v1.checkout.sessions.list({"limit": 3})
    assert [each.id for each in listed.data] == made[:3:-1]
    assert listed.has_more
    assert [each.id for each in listed.auto_paging_iter()] == made[::-1]
    complete = fresh.sdk().v1.checkout.sessions.list({"status": "complete"})
    assert [each.id for each in complete.data] == [made[2]]


def test_a_session_is_found_by_its_payment(shared: Stripe) -> None:
    session = shared.paid_session()

    found = shared.sdk().v1.checkout.sessions.list({"payment_intent": session["payment_intent"]})

    assert [each.id for each in found.data] == [session["id"]]


def test_sessions_are_listed_by_their_time(fresh: Stripe) -> None:
    fresh.open_session()
    fresh.advance(100)
    late = fresh.open_session()
    assert late.created is not None

    found = fresh.sdk().v1.checkout.sessions.list({"created": {"gte": late.created}})

    assert [each.id for each in found.data] == [late.id]


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_1_to_100_rows(shared: Stripe, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as told:
        shared.sdk().v1.checkout.sessions.list({"limit": limit})

    assert told.value.param == "limit"


def test_events_are_listed_newest_first_page_by_page(fresh: Stripe) -> None:
    for _ in range(4):
        fresh.paid_session()

    events = fresh.sdk().v1.events.list({"limit": 3})
    told = [(each.id, each.type) for each in events.auto_paging_iter()]
    assert len(set(told)) == len(told) == 16
    assert told[0][1] == "checkout.session.completed"
    completed = fresh.sdk().v1.events.list({"type": "checkout.session.*", "limit": 2})
    assert len(completed.data) == 2
    assert completed.has_more
    assert fresh.sdk().v1.events.list({"created": {"gt": int(time.time()) + 5}}).data == []


def test_a_key_can_be_tried(shared: Stripe) -> None:
    assert shared.sdk().v1.balance.retrieve().object == "balance"
    assert shared.sdk().v1.accounts.retrieve_current().object == "account"


@pytest.mark.parametrize(
    "key", ["sk_live_of_a_venue", "rk_live_of_a_venue", "pk_test_x", "sk_x", "sk_test_invalid_1"]
)
def test_other_keys_are_refused(shared: Stripe, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as told:
        shared.sdk(key).v1.balance.retrieve()

    assert told.value.http_status == 401


@pytest.mark.parametrize(
    ("auth", "status"),
    [((KEY, ""), 200), (("sk_live_x", ""), 401), (("sk_test_x_live_", ""), 401), (None, 401)],
)
def test_a_key_may_come_as_a_name_without_a_password(
    shared: Stripe, auth: tuple[str, str] | None, status: int
) -> None:
    answer = shared.web.get("/v1/balance", auth=auth)

    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    ["a[b=1", "a=1&a=2", "mode=x&mode[a]=1", "a" + "[b]" * 9 + "=1", "&".join(["a[]=1"] * 2001)],
)
def test_a_form_that_cannot_be_read_is_refused(shared: Stripe, body: str) -> None:
    answer = shared.web.post("/v1/checkout/sessions", content=body, auth=(KEY, ""))

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_metadata_can_be_changed_and_nothing_else(shared: Stripe) -> None:
    sessions = shared.sdk().v1.checkout.sessions
    session = shared.open_session()

    changed = sessions.update(session.id, {"metadata": {"seat": "A1"}})

    assert changed.metadata is not None
    assert (changed.metadata["order"], changed.metadata["seat"]) == ("ORDER123", "A1")
    with pytest.raises(stripe.InvalidRequestError):
        sessions.update(session.id, {"shipping_options": ""})


def test_every_parameter_that_the_sdk_has_can_be_checked() -> None:
    seen: set[type] = set()

    def read(parameters: type) -> None:
        if parameters not in seen:
            seen.add(parameters)
            for node in shape_of(parameters).nodes.values():
                for part in (node, node.list_of):
                    if part is not None and part.shape is not None:
                        read(part.shape)

    for call in CALLS:
        read(call.parameters)

    assert len(seen) > 100
