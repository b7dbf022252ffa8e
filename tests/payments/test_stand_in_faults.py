"""Idempotency keys, faults and limits of the stand-in for Stripe."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import stripe

from app.payments.stand_in import events, idempotency, ledger
from app.payments.stand_in.web import BODY_BYTES_LIMIT, CONNECTIONS_LIMIT
from tests.services.stand_in import KEY, Stripe, a_session, stand_in

SESSIONS = "/v1/checkout/sessions"


@pytest.fixture
def fresh() -> Iterator[Stripe]:
    """A stand-in that nobody has used."""
    with stand_in() as running:
        yield running


def ask(fresh: Stripe, key: str, cents: int = 2400, retries: int = 0) -> stripe.checkout.Session:
    """Open a session under an idempotency key."""
    sessions = fresh.sdk(retries=retries).v1.checkout.sessions
    return sessions.create(a_session(cents), {"idempotency_key": key})


def session_count(fresh: Stripe) -> int:
    return len(fresh.state()["sessions"])


# ---- idempotency keys ---------------------------------------------------------------------------


def test_the_same_key_gives_the_same_session(fresh: Stripe) -> None:
    first, second = ask(fresh, "order-1"), ask(fresh, "order-1")

    assert first.id == second.id
    assert session_count(fresh) == 1
    assert first.last_response is not None
    assert second.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_replay_tells_the_first_answer_whatever_happened_since(fresh: Stripe) -> None:
    fresh.pay(ask(fresh, "order-1").id)

    assert ask(fresh, "order-1").status == "open"


def test_other_keys_give_other_sessions(fresh: Stripe) -> None:
    assert ask(fresh, "order-1").id != ask(fresh, "order-2").id


def test_a_key_cannot_be_used_for_something_else(fresh: Stripe) -> None:
    session = ask(fresh, "order-1")

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as told:
        ask(fresh, "order-1", cents=100)
    assert told.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        fresh.sdk().v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "order-1"})
    assert session_count(fresh) == 1


def test_a_key_whose_call_was_invalid_can_be_used_again(fresh: Stripe) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        ask(fresh, "order-1", cents=1)

    assert ask(fresh, "order-1").status == "open"


def test_a_key_keeps_the_refusal_of_a_call_that_was_carried_out(fresh: Stripe) -> None:
    intent = fresh.paid_session(1000)["payment_intent"]
    refunds, options = fresh.sdk().v1.refunds, {"idempotency_key": "refund-1"}
    fresh.faults(refunds="pending")
    first = refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError):
        refunds.create({"payment_intent": intent}, options)  # type: ignore[arg-type]
    fresh.end_refund(first.id, "failed")

    with pytest.raises(stripe.InvalidRequestError) as told:
        refunds.create({"payment_intent": intent}, options)  # type: ignore[arg-type]

    assert told.value.code == "charge_already_refunded"
    assert told.value.headers is not None
    assert told.value.headers["Idempotent-Replayed"] == "true"


def test_a_key_in_use_is_refused(fresh: Stripe) -> None:
    fresh.break_next(SESSIONS, "late", seconds=0.6)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(ask, fresh, "order-1")
        fresh.wait_for(lambda: session_count(fresh) == 1)
        with pytest.raises(stripe.APIError) as told:
            ask(fresh, "order-1")
        first = slow.result(timeout=10)

    assert told.value.http_status == 409
    assert '"idempotency_key_in_use"' in str(told.value.http_body)
    assert ask(fresh, "order-1").id == first.id


def test_many_at_once_with_one_key_open_one_session(fresh: Stripe) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ask(fresh, "order-1", retries=8).id, range(24)))

    assert len(set(found)) == 1
    assert session_count(fresh) == 1


def test_keys_live_for_a_day(fresh: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(fresh, "order-1")
    monkeypatch.setattr(idempotency, "KEY_LIFE_SECONDS", 0)

    assert ask(fresh, "order-1").id != first.id


def test_only_so_many_keys_are_kept(fresh: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "KEYS_LIMIT", 3)
    first = ask(fresh, "order-1")
    for number in range(2, 5):
        ask(fresh, f"order-{number}")

    assert ask(fresh, "order-1").id != first.id


# ---- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["500_once", "lost"])
def test_a_retry_after_a_lost_answer_finds_the_one_session(fresh: Stripe, how: str) -> None:
    fresh.break_next(SESSIONS, how)
    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        ask(fresh, "order-1")
    assert session_count(fresh) == 1

    session = ask(fresh, "order-1")

    assert session.id == fresh.state()["sessions"][0]["id"]
    assert session_count(fresh) == 1


def test_a_500_after_the_work_is_kept_for_its_key(fresh: Stripe) -> None:
    fresh.break_next(SESSIONS, "500")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as told:
            ask(fresh, "order-1", retries=2)
        assert told.value.http_status == 500

    assert session_count(fresh) == 1


def test_the_sdk_itself_gets_over_a_lost_answer(fresh: Stripe) -> None:
    fresh.break_next(SESSIONS, "lost", count=1)

    assert ask(fresh, "order-1", retries=2).status == "open"
    assert session_count(fresh) == 1


@pytest.mark.parametrize(("how", "status"), [("500_before", 500), ("503", 503), ("429", 429)])
def test_a_call_that_fails_before_its_work_leaves_nothing(
    fresh: Stripe, how: str, status: int
) -> None:
    fresh.break_next(SESSIONS, how)

    with pytest.raises(stripe.StripeError) as told:
        ask(fresh, "order-1")

    assert told.value.http_status == status
    assert session_count(fresh) == 0
    assert ask(fresh, "order-1").status == "open"


def test_a_broken_path_leaves_others_alone(fresh: Stripe) -> None:
    fresh.break_next("/v1/checkout/sessions/*/expire", count=2)
    session = ask(fresh, "order-1")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            fresh.sdk().v1.checkout.sessions.expire(session.id)

    assert fresh.sdk().v1.checkout.sessions.retrieve(session.id).status == "expired"


@pytest.mark.parametrize("how", ["503", "closed"])
def test_while_it_is_down_nobody_is_answered(fresh: Stripe, how: str) -> None:
    fresh.faults(down_seconds=0.4, down_how=how)

    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        ask(fresh, "order-1")

    fresh.wait_for(lambda: fresh.web.get("/pay/x").status_code == 404)
    time.sleep(0.4)
    assert ask(fresh, "order-1").status == "open"
    assert session_count(fresh) == 1


def test_the_next_payments_are_declined(fresh: Stripe) -> None:
    fresh.faults(decline_next=1)

    assert fresh.paid_session()["status"] == "open"
    assert fresh.paid_session()["status"] == "complete"


def test_faults_can_be_taken_away(fresh: Stripe) -> None:
    fresh.faults(down_seconds=60, decline_next=3, breaks=[{"how": "lost"}])

    told = fresh.faults(reset=True)

    assert (told["down_seconds"], told["decline_next"], told["breaks"]) == (0, 0, [])
    assert ask(fresh, "order-1").status == "open"


@pytest.mark.parametrize(
    "wanted",
    [
        {"gremlins": 1},
        {"webhook_copies": 21},
        {"webhook_copies": 1.5},
        {"webhook_copies": True},
        {"webhook_drop_share": -0.1},
        {"webhooks": "no"},
        {"refunds": "maybe"},
        {"breaks": [{"how": "sideways"}]},
        {"breaks": [{"colour": "red"}]},
        {"breaks": "all"},
        {"decline_next": 1, "refunds": 1},
    ],
)
def test_a_fault_that_there_is_not_is_refused_whole(
    fresh: Stripe, wanted: dict[str, object]
) -> None:
    before = fresh.control("faults")

    answer = fresh.web.post("/stand-in/faults", json=wanted)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].endswith(".")
    assert fresh.control("faults") == before


# ---- the control calls and the wire -------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("pay", {}, 400),
        ("pay", {"session": "cs_test_none"}, 404),
        ("pay", {"session": 5}, 400),
        ("pay", [], 400),
        ("settle", {"session": "cs_test_none"}, 404),
        ("refund", {"refund": "re_none"}, 404),
        ("dispute", {"payment_intent": "pi_none"}, 404),
        ("clock", {"advance_seconds": -1}, 400),
        ("deliver", {"event": "evt_none"}, 404),
        ("nothing", {}, 404),
    ],
)
def test_a_control_call_that_makes_no_sense_is_refused(
    fresh: Stripe, path: str, asked: object, status: int
) -> None:
    answer = fresh.web.post(f"/stand-in/{path}", json=asked)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_form_of_another_site_cannot_control_it(fresh: Stripe) -> None:
    session = ask(fresh, "order-1")

    answer = fresh.web.post("/stand-in/pay", data={"session": session.id})

    assert answer.status_code == 415
    assert fresh.state()["taken"] == {}


def test_another_name_for_this_computer_is_not_answered(fresh: Stripe) -> None:
    answer = fresh.web.get("/stand-in/state", headers={"Host": "rebound.example.org"})

    assert answer.status_code == 421


def test_it_listens_on_loopback_only(fresh: Stripe) -> None:
    port = int(fresh.url.rpartition(":")[2])
    listening = {
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text("ascii").splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].rpartition(":")[2], 16) == port
    }

    assert listening == {f"0100007F:{port:04X}"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 421),
    ],
)
def test_what_is_too_much_or_no_http_is_refused(fresh: Stripe, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", int(fresh.url.rpartition(":")[2]))) as wire:
        wire.sendall(sent)
        wire.settimeout(5)
        answer = wire.recv(200)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_body_at_the_limit_is_read(fresh: Stripe) -> None:
    body = b"a=" + b"x" * (BODY_BYTES_LIMIT - 2)

    answer = fresh.web.post(SESSIONS, content=body, auth=(KEY, ""))

    assert answer.json()["error"]["code"] == "parameter_unknown"


def test_a_full_stand_in_says_so(fresh: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "OBJECTS_LIMIT", 2)
    for number in range(2):
        ask(fresh, f"order-{number}")

    with pytest.raises(stripe.RateLimitError, match="full"):
        ask(fresh, "order-2")

    assert session_count(fresh) == 2


def test_only_the_newest_events_are_kept(fresh: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVENTS_LIMIT", 6)
    monkeypatch.setattr(events, "TRIMMED_AT_ONCE", 2)
    for _ in range(4):
        fresh.paid_session()

    kept = [each.id for each in fresh.sdk().v1.events.list({"limit": 3}).auto_paging_iter()]

    assert 6 <= len(kept) <= 8
    assert fresh.sdk().v1.events.retrieve(kept[-1]).id == kept[-1]


def test_connections_are_kept(fresh: Stripe) -> None:
    with httpx.Client(base_url=fresh.url) as client:
        first, second = client.get("/"), client.get("/")

    assert first.extensions["network_stream"] is second.extensions["network_stream"]


def test_only_so_many_connections_get_a_thread(fresh: Stripe) -> None:
    before = threading.active_count()
    place = ("127.0.0.1", int(fresh.url.rpartition(":")[2]))
    wires = [socket.create_connection(place) for _ in range(CONNECTIONS_LIMIT + 40)]
    try:
        fresh.wait_for(lambda: threading.active_count() >= before + CONNECTIONS_LIMIT - 10)
        assert threading.active_count() <= before + CONNECTIONS_LIMIT
    finally:
        for wire in wires:
            wire.close()
