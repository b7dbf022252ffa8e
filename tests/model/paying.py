"""Steps of paying, in time, late, twice or not at all, and what must be true after every step."""

from __future__ import annotations

import secrets
import time
from typing import Any

from tests.model.api import Reply
from tests.model.holding import HoldingSteps
from tests.model.shop_model import HoldModel, OrderModel, Phase
from tests.services.box_office import BoxOffice

PAYMENT_SECONDS = 4
REFUSED_CARD_SECONDS = 300
OFFER_SECONDS = 600
ORDERS_CHECKED_COUNT = 3


class PayingSteps(HoldingSteps):
    """Buyers who also pay."""

    def __init__(self, office: BoxOffice, slug: str) -> None:
        super().__init__(office, slug)
        self.version, self.seen = "", ""

    def order(self, hold: HoldModel, outcome: str | None) -> None:
        """Order what a live hold keeps; the card is good, bad, or not yet known."""
        self.let_time_pass_safely()
        if hold.phase is not Phase.LIVE:
            self.order_nothing(hold)
            return
        reply = self.post("/orders", _wish(hold.basket, outcome))
        if outcome == "refused":
            assert reply.status == 402, reply
            self._give_five_minutes(hold, reply)
            return
        assert reply.status == 201, reply
        content = reply.content
        order = OrderModel(
            content["code"],
            content["secret"],
            hold,
            frozenset(hold.seats),
            dict(hold.areas),
            hold.total_cents,
            content["status"],
        )
        self.model.orders.append(order)
        assert content["total_cents"] == hold.total_cents
        if outcome == "paid":
            assert content["status"] == "paid"
            self.model.pay(order)
            return
        assert (content["status"], content["tickets"]) == ("paying", [])
        assert content["pay_url"]
        hold.phase = Phase.PAYING
        hold.earliest_end = reply.sent_at + PAYMENT_SECONDS - 1
        hold.latest_end = reply.came_at + PAYMENT_SECONDS + 1

    def order_nothing(self, hold: HoldModel) -> None:
        """A basket that holds nothing, or is being paid for, cannot be ordered."""
        self.let_time_pass_safely()
        now = self.model.hold_of(hold.basket)
        if now is None:
            assert self.post("/orders", _wish(hold.basket, "paid")).status in (404, 409, 410)
        elif now.phase is Phase.PAYING:
            assert self.post("/orders", _wish(hold.basket, "paid")).code == "payment_running"

    def play_payment(self, order: OrderModel, outcome: str) -> None:
        """The gateway sends a notice, perhaps again, perhaps late."""
        self.let_time_pass_safely()
        ask = {"order": order.code, "outcome": outcome}
        reply = self._ask_with_secret(order, "POST", "/demo/payments", ask)
        assert reply.status < 500, reply
        if outcome == "paid":
            self._expect_paid(order)
        elif order.status == "paying":
            self._take_in_refusal(order)

    def expect_every_place_has_its_owner(self) -> None:
        """The public state, whole and by changes, shows each place as the model does."""
        whole = self.api.get(f"/events/{self.model.slug}/state").content
        letters = whole["seats"]
        assert len(letters) == len(self.model.seats)
        for seat, letter in zip(self.model.seats, letters, strict=True):
            assert letter in self.model.letters(seat), (seat, letter)
        for area, free in whole["areas"].items():
            assert self.model.least_area_free(area) <= free <= self.model.area_free(area)
        if self.version:
            path = f"/events/{self.model.slug}/state?since={self.version}"
            assert _applied(self.seen, self.api.get(path).content) == letters
        self.version, self.seen = whole["version"], letters

    def expect_every_order_has_its_tickets_and_price(self) -> None:
        """Paid orders have all their tickets, others have none; the price never changes."""
        for order in self.model.orders[-ORDERS_CHECKED_COUNT:]:
            reply = self._ask_with_secret(order, "GET", f"/orders/{order.code}")
            assert reply.status == 200, reply
            content, tickets = reply.content, reply.content["tickets"]
            assert content["total_cents"] == order.total_cents
            if order.status == "paid":
                assert content["status"] == "paid"
                assert len(tickets) == order.place_count
                assert {_seat_id(t["seat"]) for t in tickets if t["seat"]} == order.seats
            else:
                assert content["status"] in _shown(order.status), (order, content)
                assert tickets == []

    def _give_five_minutes(self, hold: HoldModel, reply: Reply) -> None:
        hold.earliest_end = max(hold.earliest_end, reply.sent_at + REFUSED_CARD_SECONDS - 1)
        hold.latest_end = max(hold.latest_end, reply.came_at + REFUSED_CARD_SECONDS + 1)

    def _expect_paid(self, order: OrderModel) -> None:
        """Money came: the order is fulfilled, or all of it goes back."""
        if order.status == "paying":
            self.model.pay(order)
        elif order.status in ("expired", "refused"):
            hold = self.model.hold_of(order.hold.basket)
            own, own_areas = (hold.seats, hold.areas) if hold else (set(), {})
            free = all(self.model.is_free(seat) or seat in own for seat in order.seats)
            roomy = all(
                count <= self.model.area_free(area) + own_areas.get(area, 0)
                for area, count in order.areas.items()
            )
            self._take_in_late_money(order, free and roomy, hold)

    def _take_in_late_money(
        self, order: OrderModel, possible: bool, hold: HoldModel | None
    ) -> None:
        content = self._ask_with_secret(order, "GET", f"/orders/{order.code}").content
        if content["status"] == "paid":
            assert possible, content
            self.model.pay(order)
            if hold is not None and hold.seats & order.seats:
                self.model.end(hold, Phase.SOLD)
            return
        assert content["status"] == "refunded", content
        assert not possible or hold is not None, content  # its own basket may be in the way
        order.status = "refunded"
        self._take_in_offer(order)

    def _take_in_offer(self, order: OrderModel) -> None:
        """Places near the lost ones may be kept as an offer: somebody's hold, of that size."""
        state = self.api.get(f"/events/{self.model.slug}/state").content
        letters = dict(zip(self.model.seats, state["seats"], strict=True))
        seats = {s for s, letter in letters.items() if letter == "h" and self.model.is_free(s)}
        areas = {a: self.model.area_free(a) - free for a, free in state["areas"].items()}
        areas = {area: count for area, count in areas.items() if count > 0}
        assert len(seats) + sum(areas.values()) <= order.place_count
        if seats or areas:
            end = time.monotonic() + OFFER_SECONDS
            offer = HoldModel("offer", "offer", 0, seats, areas)
            offer.earliest_end, offer.latest_end = end - 2, end + 2
            self.model.offers.append(offer)

    def _take_in_refusal(self, order: OrderModel) -> None:
        reply = self.ask_as_owner(order.hold, "GET")
        assert reply.status == 200, reply
        order.hold.phase = Phase.LIVE
        order.hold.set_end(reply)
        assert order.hold.latest_end >= reply.sent_at + REFUSED_CARD_SECONDS - 1
        order.status = "refused"

    def _ask_with_secret(self, order: OrderModel, method: str, path: str, ask: Any = None) -> Reply:
        return self.api.ask(method, path, ask, {"Order-Secret": order.secret})


def _wish(basket: str, outcome: str | None) -> dict[str, Any]:
    email = f"bo-{secrets.token_hex(4)}@example.org"
    wish = {"basket": basket, "name": "Bo", "email": email, "payment": "demo"}
    return wish if outcome is None else wish | {"demo_outcome": outcome}


def _applied(letters: str, content: dict[str, Any]) -> str:
    if "seats" in content:
        return str(content["seats"])
    changed = list(letters)
    for index, letter in content["changes"]:
        changed[index] = letter
    return "".join(changed)


def _shown(status: str) -> tuple[str, ...]:
    return {"refused": ("pending", "paying", "expired", "cancelled")}.get(status, (status,))


def _seat_id(seat: Any) -> str:
    return str(seat["id"]) if isinstance(seat, dict) else str(seat)
