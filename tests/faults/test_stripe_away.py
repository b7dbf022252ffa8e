"""Stripe hangs or is down: whoever pays by card is told soon, and nobody else notices."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import httpx
import pytest

from app.payments.stand_in.exchange import Answer, Request
from app.simulate import seat_ids
from app.tokens import new_id
from tests.budget import seldom
from tests.conftest import Serve
from tests.services.box_office import BoxOffice
from tests.services.stand_in import Stripe, stand_in

pytestmark = pytest.mark.faults

EVENT, WITH_COUNTER = "away", "the-salt-road"
CALLS_PROMISED, FAILURES_PROMISED = 8, 5
SEAT_COUNT = 600
ANSWER_SECONDS_LIMIT = 6.0
AT_ONCE_SECONDS = 1.0  # no call to anybody takes part in it
HANG_SECONDS = 10.0
SLOW_SECONDS, ALMOST_SECONDS = 2.5, 3.1  # below the time that we give Stripe for an answer
HANGING_SECONDS = 3.0  # whoever meets a Stripe that hangs waits for so long at least
BUYER_COUNT = 16
BUYER_PAUSE_SECONDS = 0.5
ALONE_SECONDS = 1.5
BESIDE_SECONDS = 4.0  # as long as a call may hang
LOOK_PAUSE_SECONDS = 0.005
P99_FACTOR, P99_NOISE_SECONDS = 1.5, 0.020
MEASURINGS_LIMIT = 3  # this machine may be busy with other things; a shop that waits is so always


@dataclass
class Asked:
    """How often Stripe was asked, and how often at once."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0
    now: int = 0
    most: int = 0

    def watch(self, answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        """The same answers, counted."""

        def counted(request: Request) -> Answer:
            if not request.path.startswith("/v1/"):
                return answer(request)
            with self.guard:
                self.count, self.now = self.count + 1, self.now + 1
                self.most = max(self.most, self.now)
            try:
                return answer(request)
            finally:
                with self.guard:
                    self.now -= 1

        return counted


@dataclass
class Shop:
    """A box office with seats to sell, and the Stripe that it asks."""

    office: BoxOffice
    stripe: Stripe
    asked: Asked
    seats: list[str]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.office.url, timeout=30)

    def hang(self, seconds: float = HANG_SECONDS) -> None:
        """From now on Stripe is slow."""
        self.stripe.break_next("/v1/*", "late", count=1_000, seconds=seconds)

    def hold(self, client: httpx.Client, event: str = EVENT) -> str:
        """The basket that holds a seat of its own."""
        seat = self.seats.pop() if event == EVENT else _free_seat(client, event)
        answer = _post(client, f"/api/v1/events/{event}/holds", {"seats": [seat]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["basket"])

    def order(self, client: httpx.Client, payment: str = "stripe") -> tuple[dict[str, Any], float]:
        """What a buyer of one seat is told, and after how many seconds."""
        basket = self.hold(client, WITH_COUNTER if payment == "manual" else EVENT)
        wanted = {"basket": basket, "name": "Bo", "email": f"{new_id()}@example.org"}
        if payment == "demo":
            wanted["demo_outcome"] = "paid"
        started_at = time.monotonic()
        answer = _post(client, "/api/v1/orders", wanted | {"payment": payment})
        seconds = time.monotonic() - started_at
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told, seconds

    def orders_at_once(self, count: int) -> list[tuple[dict[str, Any], float]]:
        """What so many buyers are told who press Pay in the same moment."""
        with ThreadPoolExecutor(count) as pool, self.client() as client:
            return list(pool.map(lambda _: self.order(client), range(count)))


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    with stand_in() as running:
        yield running


@pytest.fixture
def shop(serve: Serve, stripe: Stripe) -> Shop:
    """A shop that Stripe has answered once: its key is good."""
    asked, server = Asked(), stripe.running._server
    server.answer = asked.watch(server.answer)
    office = serve(stripe.settings())
    stripe.wait_for(lambda: asked.count > 0)
    seats = seat_ids(office.demo(seats=SEAT_COUNT, event=EVENT)["seats"])
    return Shop(office, stripe, asked, seats)


# ---- whoever pays by card -----------------------------------------------------------------------


def test_the_press_on_pay_is_answered_while_stripe_hangs(shop: Shop) -> None:
    shop.hang()
    (told, by_program), (page, by_page) = _press_pay(shop)

    assert max(by_program, by_page) < ANSWER_SECONDS_LIMIT
    assert (told["status"], "pay_url" in told) == ("paying", False)
    assert "nothing is charged twice" in page


@pytest.mark.parametrize("how", ["503", "closed"])
def test_the_press_on_pay_is_answered_while_stripe_is_down(shop: Shop, how: str) -> None:
    shop.stripe.faults(down_seconds=60, down_how=how)
    (told, by_program), (page, by_page) = _press_pay(shop)

    assert max(by_program, by_page) < ANSWER_SECONDS_LIMIT
    assert (told["status"], "pay_url" in told) == ("paying", False)
    assert "nothing is charged twice" in page


@pytest.mark.long
@pytest.mark.parametrize(("method", "how"), [("*", "503"), ("POST", "500_before")])
def test_the_press_on_pay_is_answered_while_stripe_fails_slowly(
    shop: Shop, method: str, how: str
) -> None:
    shop.stripe.break_next("/v1/*", how, method=method, count=1_000, seconds=ALMOST_SECONDS)
    with shop.client() as client:
        told, seconds = shop.order(client)

    assert seconds < ANSWER_SECONDS_LIMIT
    assert (told["status"], "pay_url" in told) == ("paying", False)


@pytest.mark.long
def test_slow_calls_are_few_at_once(shop: Shop) -> None:
    shop.hang(SLOW_SECONDS)

    answers = shop.orders_at_once(3 * CALLS_PROMISED)

    assert shop.asked.most == CALLS_PROMISED
    assert max(seconds for _, seconds in answers) < ANSWER_SECONDS_LIMIT
    assert sum("pay_url" in told for told, _ in answers) >= CALLS_PROMISED


@pytest.mark.parametrize("how", ["closed", *seldom("hang")])
def test_after_failures_in_a_row_nobody_waits_for_stripe(shop: Shop, how: str) -> None:
    if how == "hang":
        shop.hang()
    else:
        shop.stripe.faults(down_seconds=60, down_how=how)
    shop.orders_at_once(CALLS_PROMISED)
    before = shop.asked.count
    assert before > FAILURES_PROMISED

    answers = shop.orders_at_once(CALLS_PROMISED)

    assert max(seconds for _, seconds in answers) < AT_ONCE_SECONDS
    assert shop.asked.count == before


# ---- everybody else -----------------------------------------------------------------------------


def test_other_ways_of_paying_and_the_health_check_go_on(shop: Shop) -> None:
    shop.hang()
    with _buyers(shop), shop.client() as client:
        time.sleep(1)  # until all of them wait
        demo, manual = shop.order(client, "demo"), shop.order(client, "manual")
        health = shop.office.health()

    assert (demo[0]["status"], manual[0]["status"]) == ("paid", "pending")
    assert max(demo[1], manual[1]) < AT_ONCE_SECONDS
    assert health == 200


@pytest.mark.long
def test_other_pages_are_as_fast_beside_16_who_cannot_pay(shop: Shop) -> None:
    told = []
    for _ in range(MEASURINGS_LIMIT):
        before = _p99(shop, ALONE_SECONDS)
        shop.hang()
        with _buyers(shop) as waited:
            beside = _p99(shop, BESIDE_SECONDS)
        assert max(waited) > HANGING_SECONDS
        shop.stripe.faults(reset=True)
        alone = max(before, _p99(shop, ALONE_SECONDS))
        told.append((round(alone, 4), round(beside, 4)))
        if beside <= P99_FACTOR * alone + P99_NOISE_SECONDS:
            return
        shop.office.restart()  # its breaker has forgotten

    raise AssertionError(f"p99 alone and beside them, in seconds: {told}")


@contextmanager
def _buyers(shop: Shop) -> Iterator[list[float]]:
    """16 who try to pay by card, again and again, and the seconds that they waited."""
    over = threading.Event()
    waited: list[float] = []

    def buy(_number: int) -> None:
        with shop.client() as client:
            while not over.is_set():
                _told, seconds = shop.order(client)
                waited.append(seconds)
                over.wait(BUYER_PAUSE_SECONDS)

    with ThreadPoolExecutor(BUYER_COUNT) as pool:
        under_way = [pool.submit(buy, number) for number in range(BUYER_COUNT)]
        try:
            yield waited
        finally:
            over.set()
        for one in under_way:
            one.result()
    assert max(waited) < ANSWER_SECONDS_LIMIT


def _p99(shop: Shop, seconds: float) -> float:
    """The seconds of 99 in 100 looks at the event's page and at its state, at most."""
    took, until = [], time.monotonic() + seconds
    with shop.client() as client:
        while time.monotonic() < until:
            for path in (f"/e/{EVENT}", f"/api/v1/events/{EVENT}/state"):
                started_at = time.monotonic()
                answer = client.get(path)
                took.append(time.monotonic() - started_at)
                assert answer.status_code == 200
            time.sleep(LOOK_PAUSE_SECONDS)
    return quantiles(took, n=100)[98]


def _press_pay(shop: Shop) -> tuple[tuple[dict[str, Any], float], tuple[str, float]]:
    """What a program and a buyer without script are told who press Pay in the same moment."""
    with ThreadPoolExecutor(1) as pool, shop.client() as client:
        by_page = pool.submit(_check_out, shop)
        return shop.order(client), by_page.result()


def _free_seat(client: httpx.Client, event: str) -> str:
    seats = client.get(f"/api/v1/events/{event}/seats").json()["seats"]
    return next(str(seat["id"]) for seat in seats if seat["state"] == "f")


def _check_out(shop: Shop) -> tuple[str, float]:
    """The page that a buyer without script sees after pressing Pay, and after how many seconds."""
    with shop.client() as client:
        page = client.get(f"/e/{EVENT}/seats").text
        held = {"csrf": _hidden("csrf", page), "key": new_id(), "seat": shop.seats.pop()}
        client.post(f"/e/{EVENT}/holds", data=held)
        page = client.get("/checkout").text
        typed = {"csrf": _hidden("csrf", page), "key": _hidden("key", page), "name": "Bo Fenwick",
                 "email": f"{new_id()}@example.org", "payment": "stripe"}  # fmt: skip
        started_at = time.monotonic()
        answer = client.post("/checkout", data=typed, follow_redirects=True)
        return answer.text, time.monotonic() - started_at


def _hidden(name: str, page: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": new_id()})
