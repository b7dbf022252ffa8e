"""One order over three events, killed or refused at every step: all or nothing, money exact."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.budget import seldom
from tests.conftest import Serve
from tests.crash.demo_event import demo_seats
from tests.model.api import Api, Reply
from tests.services.box_office import BoxOffice

pytestmark = pytest.mark.crash
EVENTS = ("first", "second", "third")
SEATS_EACH = 2
SETTLED_SECONDS = 25.0
DEATH_SECONDS = 15.0
PAYMENT_SECONDS = 3
SWEPT_SECONDS = 6.0

KILLS = (
    "order.pending=kill",
    "payment.frozen=kill@2",
    "payment.captured=kill",
    "sell.committed=kill@2",
    *seldom(*(f"{step}=kill@{n}" for step in ("payment.frozen", "sell.committed") for n in (1, 3))),
)
NO_WAY_BACK = ("payment.captured", "sell.committed")
REFUSALS = ("payment.start=refuse@2", *seldom("payment.start=refuse@1", "payment.start=refuse@3"))
GONE = ("sell.start=refuse@2", *seldom("sell.start=refuse@1", "sell.start=refuse@3"))

MONEY = """
    SELECT orders.id, orders.status, orders.total_cents,
        (SELECT coalesce(sum(amount_cents), 0) FROM payments
            WHERE payments.order_id = orders.id),
        (SELECT count(*) FROM payments WHERE payments.order_id = orders.id),
        (SELECT coalesce(sum(amount_cents), 0) FROM refunds
            WHERE refunds.order_id = orders.id AND refunds.state <> 'failed'),
        (SELECT count(*) FROM tickets
            WHERE tickets.order_id = orders.id AND tickets.state = 'issued')
    FROM orders WHERE email = ?
"""
EMAIL = "bo@tour.example"  # the demo house has orders of its own


@dataclass(frozen=True, slots=True)
class Money:
    """What the database says of one order."""

    code: str
    status: str
    total_cents: int
    came_cents: int
    payment_count: int
    went_back_cents: int
    ticket_count: int


class Tour:
    """A buyer with places at three events in one basket."""

    def __init__(self, office: BoxOffice) -> None:
        self.office = office
        self.api = Api(office.url)
        self.seats = {slug: demo_seats(office, slug, 12)[:SEATS_EACH] for slug in EVENTS}
        self.basket = ""
        self.total_cents = 0

    def hold_all(self) -> None:
        """Put two seats of each event into one basket."""
        for slug, seats in self.seats.items():
            ask: dict[str, Any] = {"seats": seats}
            if self.basket:
                ask["basket"] = self.basket
            reply = self.api.post(f"/events/{slug}/holds", ask)
            assert reply.status == 201, reply
            self.basket = reply.content["basket"]
            self.total_cents += reply.content["total_cents"]

    def order(self, outcome: str | None, key: str) -> Reply:
        """Order everything in the basket."""
        ask = {"basket": self.basket, "name": "Bo", "email": EMAIL, "payment": "demo"}
        if outcome is not None:
            ask["demo_outcome"] = outcome
        return self.api.post("/orders", ask, key)

    def letters(self) -> dict[str, str]:
        """What the map shows of the chosen seats, event by event."""
        shown = {}
        for slug, seats in self.seats.items():
            listed = self.api.get(f"/events/{slug}/seats").content["seats"]
            state = self.api.get(f"/events/{slug}/state").content["seats"]
            letters = dict(zip((seat["id"] for seat in listed), state, strict=True))
            shown[slug] = "".join(letters[seat] for seat in seats)
        return shown

    def money(self) -> list[Money]:
        """All orders with their money."""
        path = self.office.data_dir / "fullhouse.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return [Money(*row) for row in database.execute(MONEY, (EMAIL,))]
        finally:
            database.close()


@pytest.mark.parametrize("fault", KILLS)
def test_killed_at_any_step_it_is_all_or_nothing(serve: Serve, fault: str) -> None:
    tour, key = _tour(serve, {"FULLHOUSE_FAULT": fault}), "one-key-for-the-order"
    tour.hold_all()

    with pytest.raises(OSError, match=r"\w"):
        tour.order("paid", key)
    _expect_dead(tour.office)
    _behave(tour.office)

    if fault.startswith(NO_WAY_BACK):
        _wait_for(lambda: tour.letters() == dict.fromkeys(EVENTS, "ss"))
    again = tour.order("paid", key)
    assert (again.status, again.content["status"]) == (201, "paid"), again
    assert len(again.content["tickets"]) == SEATS_EACH * len(EVENTS)
    assert again.content["total_cents"] == tour.total_cents
    assert tour.letters() == dict.fromkeys(EVENTS, "ss")
    _expect_paid_once(tour)


@pytest.mark.parametrize("fault", REFUSALS)
def test_one_event_that_refuses_stops_the_order_before_any_money(serve: Serve, fault: str) -> None:
    tour = _tour(serve, {"FULLHOUSE_FAULT": fault})
    tour.hold_all()

    refused = tour.order("paid", "the-first-try-of-the-order")

    assert refused.status in (409, 410), refused
    assert all(money.came_cents == 0 for money in tour.money())
    assert all(money.ticket_count == 0 for money in tour.money())
    assert tour.letters() == dict.fromkeys(EVENTS, "hh")
    _behave(tour.office)
    assert tour.order("paid", "the-second-try-of-the-order").status == 201
    _expect_paid_once(tour)


@pytest.mark.parametrize("fault", GONE)
def test_a_frozen_hold_that_is_gone_is_taken_again_or_all_money_goes_back(
    serve: Serve, fault: str
) -> None:
    tour = _tour(serve, {"FULLHOUSE_FAULT": fault})
    tour.hold_all()

    reply = tour.order("paid", "one-key-for-the-order")
    assert reply.status == 201, reply

    _wait_for(lambda: _is_settled(tour))
    _expect_all_or_nothing(tour)


@pytest.mark.parametrize("taken", ["second", *seldom("first", "third")])
def test_late_money_for_a_place_that_is_gone_goes_back_whole_and_once(
    serve: Serve, taken: str
) -> None:
    tour = _tour(serve, {"FULLHOUSE_PAYMENT_SECONDS": str(PAYMENT_SECONDS)})
    tour.hold_all()
    order = tour.order(None, "one-key-for-the-order").content
    time.sleep(PAYMENT_SECONDS + 1)
    other = tour.api.post(f"/events/{taken}/holds", {"seats": tour.seats[taken][:1]})
    assert other.status == 201, other

    for _ in range(3):
        _play(tour, order)

    _wait_for(lambda: _is_settled(tour))
    (money,) = tour.money()
    assert (money.status, money.ticket_count) == ("refunded", 0)
    assert money.came_cents == money.went_back_cents == tour.total_cents
    for slug in EVENTS:
        assert "s" not in tour.letters()[slug]


def test_late_money_while_all_places_are_free_still_buys_them(serve: Serve) -> None:
    tour = _tour(serve, {"FULLHOUSE_PAYMENT_SECONDS": str(PAYMENT_SECONDS)})
    tour.hold_all()
    order = tour.order(None, "one-key-for-the-order").content
    time.sleep(PAYMENT_SECONDS + 1)

    for _ in range(3):
        _play(tour, order)

    _wait_for(lambda: tour.letters() == dict.fromkeys(EVENTS, "ss"))
    _expect_paid_once(tour)


def test_a_refused_card_leaves_all_three_holds(serve: Serve) -> None:
    tour = _tour(serve)
    tour.hold_all()

    assert tour.order("refused", "one-key-for-the-order").status == 402

    assert tour.letters() == dict.fromkeys(EVENTS, "hh")
    assert tour.order("paid", "another-key-for-the-order").status == 201
    _expect_paid_once(tour)


def test_an_unpaid_order_gives_everything_back_after_its_deadline(serve: Serve) -> None:
    tour = _tour(serve, {"FULLHOUSE_PAYMENT_SECONDS": str(PAYMENT_SECONDS)})
    tour.hold_all()
    assert tour.order(None, "one-key-for-the-order").content["status"] == "paying"

    until = time.monotonic() + PAYMENT_SECONDS + SWEPT_SECONDS
    _wait_for(lambda: tour.letters() == dict.fromkeys(EVENTS, "ff"), until)

    (money,) = tour.money()
    assert (money.came_cents, money.ticket_count) == (0, 0)


def _tour(serve: Serve, settings: dict[str, str] | None = None) -> Tour:
    return Tour(serve(settings))


def _behave(office: BoxOffice) -> None:
    office.program.env.pop("FULLHOUSE_FAULT")
    office.restart()


def _expect_dead(office: BoxOffice) -> None:
    office.program.wait(within_seconds=DEATH_SECONDS)


def _play(tour: Tour, order: dict[str, Any]) -> None:
    ask = {"order": order["code"], "outcome": "paid"}
    reply = tour.api.ask("POST", "/demo/payments", ask, {"Order-Secret": order["secret"]})
    assert reply.status < 500, reply


def _is_settled(tour: Tour) -> bool:
    return all(money.status in ("paid", "refunded") for money in tour.money())


def _expect_all_or_nothing(tour: Tour) -> None:
    (money,) = tour.money()
    assert money.came_cents == tour.total_cents
    if money.status == "paid":
        _expect_paid_once(tour)
    else:
        assert money.went_back_cents == tour.total_cents
        assert money.ticket_count == 0
        assert "s" not in "".join(tour.letters().values())


def _expect_paid_once(tour: Tour) -> None:
    paid = [money for money in tour.money() if money.status == "paid"]
    assert len(paid) == 1, tour.money()
    assert paid[0].total_cents == paid[0].came_cents - paid[0].went_back_cents == tour.total_cents
    assert paid[0].ticket_count == SEATS_EACH * len(EVENTS)
    for money in tour.money():
        if money.status != "paid":
            assert (money.came_cents - money.went_back_cents, money.ticket_count) == (0, 0)


def _wait_for(is_so: Callable[[], bool], until: float | None = None) -> None:
    until = until or time.monotonic() + SETTLED_SECONDS
    while not is_so():
        assert time.monotonic() < until, "not settled in time"
        time.sleep(0.1)
