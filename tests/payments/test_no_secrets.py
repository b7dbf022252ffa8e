"""No key and nothing of a card is ever written down: not in files, logs, letters or pages."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulate import seat_ids
from app.tokens import new_id
from tests.orders.cards import signed
from tests.services.box_office import BoxOffice, box_office, run_command
from tests.services.smtp import mail_server
from tests.services.stand_in import KEY, SECRET, Stripe, stand_in

NUMBER, LAST_DIGITS, CLIENT_SECRET = "4929420573595709", "5709-last-digits", "pi_1_secret_of_a_test"
TAKEN_BACK = "sk_test_invalid_as_if_it_had_been_taken_back"
NEVER = (KEY, SECRET, TAKEN_BACK, NUMBER, LAST_DIGITS, CLIENT_SECRET, "4242424242424242")
NEVER_LAST_FOUR = (b'"4242"', b'"0002"', b"last4")  # as the stand-in's own charges tell them
WRONG_KEY_WORDS = "Stripe does not accept STRIPE_SECRET_KEY"
ANSWER_SECONDS = 15


@dataclass
class Traces:
    """Everything that was left behind by buyers whose cards were refused, taken or not asked."""

    folder: Path
    order_path: str = ""
    pay_urls: list[str] = field(default_factory=list)
    written: dict[str, bytes] = field(default_factory=dict)

    def look_at_files(self) -> None:
        """Keep what every file below the folder holds now: data, copies and logs."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                self.written[str(path.relative_to(self.folder))] = path.read_bytes()

    def with_any(self, *words: bytes) -> list[str]:
        """Where one of these words stands."""
        return [f"{word!r} in {name}" for name, text in self.written.items() for word in words
                if word in text]  # fmt: skip

    def logs(self) -> dict[str, bytes]:
        """What is there for whoever reads logs."""
        return {name: text for name, text in self.written.items() if name.endswith(LOGS)}


LOGS = (".log", ".jsonl")


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    left = Traces(tmp_path_factory.mktemp("house"))
    with stand_in() as stripe, mail_server() as mail:
        settings = {**stripe.settings(), "SMTP_URL": mail.url}
        with box_office(left.folder, settings=settings) as office:
            stripe.send_webhooks_to(f"{office.url}/webhooks/stripe", types=("*",))
            seats = seat_ids(office.demo(seats=50, event="gala")["seats"])
            _buy(office, stripe, left, seats[0])
            _tell(office, left)
            [letter] = mail.wait_for(1)
            left.written["letter"] = letter.as_bytes()
            left.written["doctor"] = office.fullhouse("doctor").encode()
            left.written["backup"] = office.fullhouse("backup").encode()
            left.look_at_files()
        with box_office(left.folder, settings=settings | _wrong_key()) as office:
            _try_in_vain(office, left, seats[1])
            stripe.wait_for(lambda: WRONG_KEY_WORDS in office.log_text())
            _try_in_vain(office, left, seats[2])
            _code, said = run_command(["doctor"], folder=left.folder, settings=office.settings)
            left.written["doctor, wrong key"] = said.encode()
    left.look_at_files()
    return left


def test_no_key_no_card_and_no_secret_is_written_anywhere(traces: Traces) -> None:
    assert traces.with_any(*(word.encode() for word in NEVER), *NEVER_LAST_FOUR) == []


def test_no_log_says_where_somebody_pays(traces: Traces) -> None:
    logs = Traces(traces.folder, written=traces.logs())

    assert {"server.log", "data/logs/access.jsonl"} <= logs.written.keys()
    assert (
        logs.with_any(*(url.encode() for url in traces.pay_urls), traces.order_path.encode()) == []
    )


def test_a_wrong_key_is_told_without_being_shown(traces: Traces) -> None:
    told = WRONG_KEY_WORDS.encode()

    assert told in traces.written["doctor, wrong key"]
    assert told in traces.written["server.log"]
    assert b"Cards cannot be taken just now" in traces.written["order in vain"]


@pytest.mark.parametrize(
    "place", ["data/fullhouse.db", "backup copy", "data/logs/access.jsonl", "letter", "order"]
)
def test_the_search_finds_what_is_there(traces: Traces, place: str) -> None:
    code = traces.order_path.split("/")[2].encode()
    places = [name for name in traces.written if name == place or "backups/" in name]

    assert any(code in traces.written[name] or _spoken(code) in traces.written[name]
               for name in places)  # fmt: skip


def _spoken(code: bytes) -> bytes:
    return code[:4] + b" " + code[4:]


def _wrong_key() -> dict[str, str]:
    return {"STRIPE_SECRET_KEY": TAKEN_BACK}


def _buy(office: BoxOffice, stripe: Stripe, left: Traces, seat: str) -> None:
    """A refused card, another one, and every page on the way."""
    with httpx.Client(base_url=office.url, timeout=ANSWER_SECONDS) as client:
        order = _order(client, seat)
        left.order_path = f"/o/{order['code']}/{order['secret']}"
        left.pay_urls.append(order["pay_url"])
        session = order["pay_url"].rpartition("/")[2]
        left.written["waiting"] = client.get(left.order_path).content
        stripe.pay(session, "decline")
        stripe.pay(session, "card")
        stripe.wait_for(lambda: b"is booked" in client.get(left.order_path).content)
        stripe.wait_until_delivered()
        left.written["order"] = client.get(left.order_path).content


def _tell(office: BoxOffice, left: Traces) -> None:
    """Calls that say more than they ever should: taken, refused, and broken inside."""
    thing = {
        "id": "cs_test_more", "client_reference_id": "8WD3RX7K", "payment_status": "paid",
        "payment_intent": "pi_1", "amount_total": 2400, "currency": "gbp",
        "client_secret": CLIENT_SECRET,
        "card": {"number": NUMBER, "last4": LAST_DIGITS},
    }  # fmt: skip
    kind = "checkout.session.completed"
    broken = json.loads(json.dumps(thing)) | {"amount_total": NUMBER}
    calls = [
        signed(SECRET, kind, thing, f"evt_{new_id()}"),
        signed("whsec_guessed", kind, thing, f"evt_{new_id()}"),
        signed(SECRET, kind, broken, f"evt_{new_id()}"),
        signed(SECRET, "charge.failed", thing, f"evt_{new_id()}"),
        (NUMBER.encode(), NUMBER),
    ]
    with httpx.Client(base_url=office.url, timeout=ANSWER_SECONDS) as client:
        for number, (body, signature) in enumerate(calls):
            headers = {"Stripe-Signature": signature}
            answer = client.post("/webhooks/stripe", content=body, headers=headers)
            assert answer.status_code in (204, 400), answer.text
            left.written[f"answer {number}"] = answer.content
    time.sleep(1)  # until somebody has acted on them, and the logs are written


def _try_in_vain(office: BoxOffice, left: Traces, seat: str) -> None:
    """Somebody wants to pay by card while the key is wrong."""
    with httpx.Client(base_url=office.url, timeout=ANSWER_SECONDS) as client:
        answer = _ask_for_order(client, seat)
        assert "pay_url" not in answer.json()
        left.written["order in vain"] = answer.content
        left.written["checkout"] = client.get("/checkout").content


def _order(client: httpx.Client, seat: str) -> dict[str, Any]:
    answer = _ask_for_order(client, seat)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _ask_for_order(client: httpx.Client, seat: str) -> httpx.Response:
    headers = {"Idempotency-Key": new_id()}
    hold = client.post("/api/v1/events/gala/holds", json={"seats": [seat]}, headers=headers)
    wanted = {"basket": hold.json()["basket"], "name": "Bo", "email": "bo@example.org",
              "payment": "stripe"}  # fmt: skip
    return client.post("/api/v1/orders", json=wanted, headers={"Idempotency-Key": new_id()})
