"""Many buyers who pay by card at once, some of them too late, and what must be true afterwards."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from sqlalchemy import func, select

from app.config import read_settings
from app.db import Database
from app.invariants import check
from app.models import (
    DeliveryRow,
    DeliveryState,
    OutboxRow,
    Payment,
    PaymentState,
    Refund,
    RefundState,
)
from app.tokens import new_id
from tests.services.box_office import BoxOffice
from tests.services.environment import clean_env
from tests.services.stand_in import Stripe

WORKERS: Final = 16
ANSWER_SECONDS: Final = 60.0  # of trying again, for one answer
SETTLED_SECONDS: Final = 120.0
LATE_SHARE: Final = 10  # one in so many
UNSURE: Final = frozenset((429, 500, 502, 503, 504))
IN_FLIGHT: Final = "idempotency_in_flight"


@dataclass
class Sale:
    """One buyer: the order, its session, and whether the money came too late."""

    order_id: str
    secret: str
    session: str
    is_late: bool


@dataclass
class Storm:
    """Buyers at one event; each holds a seat, orders it and pays at the stand-in."""

    office: BoxOffice
    stripe: Stripe
    event: str
    seats: list[str]
    spare: list[str]
    seed: int
    late_share: int = LATE_SHARE
    sales: list[Sale] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self, meanwhile: Callable[[threading.Event], None] = lambda over: None) -> None:
        """Let everybody buy; `meanwhile` runs beside them until they are done."""
        over = threading.Event()
        beside = threading.Thread(target=meanwhile, args=(over,))
        beside.start()
        try:
            with ThreadPoolExecutor(WORKERS) as pool:
                list(pool.map(self._buy, range(len(self.seats))))
        finally:
            over.set()
            beside.join()

    def _buy(self, number: int) -> None:
        dice = random.Random(f"{self.seed} {number}")
        with httpx.Client(base_url=self.office.url, timeout=15) as client:
            try:
                sale = self._order(client, number, self._is_late(dice))
                if sale.is_late:
                    self._stop_paying(client, sale)
                    if dice.random() < 0.5:  # somebody else gets the seat
                        self._hold(client, self.seats[number])
                self.stripe.pay(sale.session, "too_late" if sale.is_late else "card")
                self.sales.append(sale)
            except Exception as fault:  # noqa: BLE001  told at the end
                self.faults.append(f"{number}: {fault!r}")

    def _is_late(self, dice: random.Random) -> bool:
        return self.late_share > 0 and dice.randrange(self.late_share) == 0

    def _order(self, client: httpx.Client, number: int, is_late: bool) -> Sale:
        hold = self._hold(client, self.seats[number])
        wanted = {
            "basket": hold["basket"], "name": "Bo", "email": f"bo{number}@example.org",
            "payment": "stripe",
        }  # fmt: skip
        key = new_id()
        order = self._post(client, "/api/v1/orders", wanted, key)
        until = time.monotonic() + ANSWER_SECONDS
        while "pay_url" not in order and time.monotonic() < until:  # its session is not open yet
            time.sleep(0.3)
            order = self._post(client, "/api/v1/orders", wanted, key)
        session = re.search(r"cs_test_\w+", order["pay_url"])
        assert session is not None
        return Sale(order["code"], order["secret"], session[0], is_late)

    def _hold(self, client: httpx.Client, seat: str) -> dict[str, Any]:
        """The seat; another one where it is kept as an offer for somebody whose money was late."""
        path, key = f"/api/v1/events/{self.event}/holds", {"Idempotency-Key": new_id()}
        wanted = {"seats": [seat]}
        answer = self._again(lambda: client.post(path, json=wanted, headers=key))
        if answer.status_code == 409:
            return self._hold(client, self.spare.pop())
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def _stop_paying(self, client: httpx.Client, sale: Sale) -> None:
        """Give the seats back by the page's own form."""
        path = f"/o/{sale.order_id}/{sale.secret}"

        def stop() -> httpx.Response:
            page = client.get(path)
            proof = re.search(r'name="csrf" value="([^"]+)"', page.text)
            if page.status_code != 200 or proof is None:
                return page
            fields = {"csrf": proof[1], "key": new_id(), "release": "1"}
            return client.post(f"{path}/cancellation", data=fields)

        answer = self._again(stop)
        assert answer.status_code in (200, 303), answer.text

    def _post(
        self, client: httpx.Client, path: str, body: dict[str, Any], key: str = ""
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key or new_id()}
        answer = self._again(lambda: client.post(path, json=body, headers=headers))
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def _again(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """The same request until somebody answers for certain."""
        until = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                answer = ask()
                is_unsure = answer.status_code in UNSURE or IN_FLIGHT in answer.text
                if not is_unsure or time.monotonic() > until:
                    return answer
            except httpx.HTTPError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.1)


def wait_until_settled(database: Database, stripe: Stripe) -> None:
    """Wait until every call has been acted on and every refund has been made."""
    until = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < until:
        if not stripe.control("deliveries")["waiting"] and not _open_count(database):
            return
        time.sleep(0.3)
    raise AssertionError(
        f"after {SETTLED_SECONDS} s {_open_count(database)} things are not settled"
    )


def _open_count(database: Database) -> int:
    queries = (
        select(func.count()).where(DeliveryRow.state == DeliveryState.NEW),
        select(func.count()).where(Payment.settled == 0, Payment.state == PaymentState.CAPTURED),
        select(func.count()).where(Refund.state != RefundState.SUCCEEDED),
        select(func.count()).where(
            OutboxRow.kind == "refund.submit", OutboxRow.state.in_(("due", "claimed"))
        ),
    )
    with database.read() as connection:
        return sum(int(connection.execute(query).scalar_one()) for query in queries)


def wrong_endings(database: Database, storm: Storm, stripe: Stripe) -> list[str]:
    """Everything that did not end as exactly one order or exactly one refund, in words."""
    state = stripe.state()
    intents = {one["id"]: one for one in state["payment_intents"]}
    sessions = {one["id"]: one for one in state["sessions"]}
    refunds: dict[str, list[dict[str, Any]]] = {}
    for refund in state["refunds"]:
        refunds.setdefault(refund["payment_intent"], []).append(refund)
    wrong = list(storm.faults)
    with database.read() as connection:
        wrong += check(connection)
        by_card = select(Payment.__table__).where(Payment.gateway == "stripe")
        payments = {row.reference: row for row in connection.execute(by_card)}
    for sale in storm.sales:
        intent = intents[sessions[sale.session]["payment_intent"]]
        payment = payments.get(intent["id"])
        back = sum(refund["amount"] for refund in refunds.get(intent["id"], []))
        count = len(refunds.get(intent["id"], []))
        if payment is None:
            wrong.append(f"{sale}: the money was taken and nobody knows of it")
        elif payment.state == PaymentState.CAPTURED and back:
            wrong.append(f"{sale}: sold and given back")
        elif payment.state == PaymentState.RETURNED and (count, back) != (1, intent["amount"]):
            wrong.append(f"{sale}: {count} refunds of {back}, paid {intent['amount']}")
    opened: dict[str, int] = {}
    for session in sessions.values():
        order = session["client_reference_id"]
        opened[order] = opened.get(order, 0) + 1
    wrong += [f"order {order} has {count} sessions" for order, count in opened.items() if count > 1]
    taken, returned = sum(state["taken"].values()), sum(state["returned"].values())
    kept = sum(row.amount_cents for row in payments.values() if row.state == PaymentState.CAPTURED)
    if taken - returned != kept:
        wrong.append(f"Stripe has {taken} - {returned}, we think {kept}")
    return wrong


def database_of(office: BoxOffice) -> Database:
    """Its database, to read."""
    return Database(read_settings(clean_env() | office.settings))
