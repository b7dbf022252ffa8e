"""Webhooks of the stand-in for Stripe: signed, tried again, and disturbed on request."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import stripe

from app.payments.stand_in.faults import Faults
from tests.services.stand_in import SECRET, Endpoint, Stripe, endpoint, stand_in


@pytest.fixture
def taking() -> Iterator[Endpoint]:
    """A page that takes webhooks."""
    with endpoint() as running:
        yield running


@pytest.fixture
def telling(taking: Endpoint) -> Iterator[Stripe]:
    """A stand-in that tells the endpoint, one message after the other."""
    with stand_in(worker_count=1) as running:
        running.send_webhooks_to(taking.url, retry_seconds=0.02)
        yield running


def sold(telling: Stripe, count: int) -> list[str]:
    """The ids of sessions that were paid one after the other."""
    return [telling.paid_session()["id"] for _ in range(count)]


def told(taking: Endpoint) -> list[str]:
    """The ids of the sessions that the endpoint heard of, in that order."""
    return [each.data.object["id"] for each in taking.events()]


def test_an_event_is_told_as_the_sdk_wants_it(telling: Stripe, taking: Endpoint) -> None:
    session = telling.paid_session()
    telling.wait_until_delivered()

    [event] = taking.events()
    assert (event.type, event.livemode) == ("checkout.session.completed", False)
    assert event.api_version == stripe.api_version
    assert event.data.object["id"] == session["id"]
    assert telling.sdk().construct_event(*taking.got[0], SECRET).id == event.id
    assert telling.sdk().v1.events.retrieve(event.id).type == event.type


@pytest.mark.parametrize(("true", "false"), [('"paid"', '"dead"'), ("v1=", "v1=0"), ("t=1", "t=2")])
def test_a_tampered_event_is_rejected(
    telling: Stripe, taking: Endpoint, true: str, false: str
) -> None:
    telling.paid_session()
    telling.wait_until_delivered()

    [(body, signature)] = taking.got
    body, signature = body.replace(true.encode(), false.encode()), signature.replace(true, false)
    with pytest.raises(stripe.SignatureVerificationError):
        telling.sdk().construct_event(body, signature, SECRET)


def test_a_session_shows_in_its_event_as_it_was_then(telling: Stripe, taking: Endpoint) -> None:
    session = telling.paid_session(how="later")
    telling.settle(session["id"])
    telling.wait_until_delivered()

    assert [(each.type, each.data.object["payment_status"]) for each in taking.events()] == [
        ("checkout.session.completed", "unpaid"),
        ("checkout.session.async_payment_succeeded", "paid"),
    ]


def test_what_nobody_asked_for_is_not_told(telling: Stripe, taking: Endpoint) -> None:
    telling.send_webhooks_to(taking.url, types=("payment_intent.succeeded",))

    telling.paid_session()

    telling.wait_until_delivered()
    assert [each.type for each in taking.events()] == ["payment_intent.succeeded"]


def test_an_endpoint_that_fails_is_told_again(telling: Stripe, taking: Endpoint) -> None:
    taking.status = 500
    telling.paid_session()
    telling.wait_for(lambda: len(taking.got) == 2)
    taking.status = 200
    made = telling.wait_until_delivered()

    assert [each["attempt"] for each in made] == list(range(1, len(made) + 1))
    assert [each["status"] for each in made[:2]] == [500, 500]
    assert made[-1]["status"] == 200
    assert len({each.id for each in taking.events()}) == 1


def test_nobody_listening_is_noted_and_given_up_in_the_end(telling: Stripe) -> None:
    telling.send_webhooks_to("http://127.0.0.1:1/none", retry_seconds=0.001)

    telling.paid_session()

    made = telling.wait_until_delivered()
    assert len(made) == 8
    assert {each["outcome"] for each in made} == {"unanswered"}


def test_copies_are_the_same_event(telling: Stripe, taking: Endpoint) -> None:
    telling.faults(webhook_copies=2)

    sold(telling, 2)

    telling.wait_until_delivered()
    assert sorted(Counter(each.id for each in taking.events()).values()) == [3, 3]


def test_a_delayed_event_comes_later(telling: Stripe, taking: Endpoint) -> None:
    telling.faults(webhook_delay_seconds=0.4)
    telling.paid_session()
    assert telling.control("waiting") == {"waiting": 1}
    assert taking.got == []

    telling.wait_until_delivered()

    assert len(taking.got) == 1


def test_mixed_events_all_come_in_another_order(telling: Stripe, taking: Endpoint) -> None:
    telling.faults(webhook_shuffle=10, seed=7)

    sessions = sold(telling, 10)

    telling.wait_until_delivered()
    assert told(taking) != sessions
    assert sorted(told(taking)) == sorted(sessions)


def test_mixing_does_not_wait_for_ever(telling: Stripe, taking: Endpoint) -> None:
    telling.faults(webhook_shuffle=1000)

    sold(telling, 2)

    telling.wait_until_delivered()
    assert len(taking.got) == 2


def test_the_same_seed_loses_the_same_events(taking: Endpoint) -> None:
    lost = []
    for _ in range(2):
        with stand_in(worker_count=1, faults=Faults(webhook_drop_share=0.5, seed=11)) as telling:
            telling.send_webhooks_to(taking.url)
            sold(telling, 12)
            made = telling.wait_until_delivered()
            lost.append([each["outcome"] for each in sorted(made, key=lambda each: each["at"])])

    assert lost[0] == lost[1]
    assert 0 < lost[0].count("dropped") < 12
    assert len(taking.got) == 24 - 2 * lost[0].count("dropped")


def test_without_webhooks_events_are_only_listed(telling: Stripe, taking: Endpoint) -> None:
    telling.faults(webhooks=False)

    telling.paid_session()

    assert [each["outcome"] for each in telling.wait_until_delivered()] == ["dropped"]
    assert taking.got == []
    assert telling.sdk().v1.events.list({"type": "checkout.session.completed"}).data


def test_an_event_can_be_sent_once_more(telling: Stripe, taking: Endpoint) -> None:
    telling.paid_session()
    [made] = telling.wait_until_delivered()

    telling.control("deliver", {"event": made["event"]})

    telling.wait_until_delivered()
    assert [each.id for each in taking.events()] == [made["event"]] * 2


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/x", "http://tickets.example.org/x", "http://10.0.0.1/x", "ftp://x"),
        *("http://127.0.0.1.example.org/", "http://bo@127.0.0.1/", "http://127.0.0.1:0/", "x"),
        *("http://[::1", "http://127.0.0.1/a b", "http://127.0.0.1:99999/"),
    ],
)
def test_events_go_to_this_computer_only(telling: Stripe, url: str) -> None:
    answer = telling.web.post("/stand-in/webhook", json={"url": url})

    assert answer.status_code == 400
    assert "a page of this computer" in answer.json()["error"]["message"]


def test_payments_told_thrice_and_mixed_add_up_to_the_cent(taking: Endpoint) -> None:
    faults = Faults(webhook_copies=2, webhook_shuffle=50)
    with ExitStack() as stack:
        telling = stack.enter_context(stand_in(faults=faults))
        telling.send_webhooks_to(taking.url)
        sessions = [telling.open_session().id for _ in range(60)]
        for session in sessions:
            telling.pay(session)
        telling.wait_until_delivered()

        assert Counter(told(taking)) == Counter(sessions * 3)
        assert telling.state()["taken"] == {"eur": 60 * 2400}


def test_the_same_seed_mixes_in_the_same_way(telling: Stripe, taking: Endpoint) -> None:
    orders = []
    for _ in range(2):
        taking.got.clear()
        telling.faults(webhook_shuffle=8, seed=5)
        sessions = sold(telling, 8)
        telling.wait_until_delivered()
        orders.append([sessions.index(session) for session in told(taking)])

    assert orders[0] == orders[1]
