"""Buyers do anything in any order; after every step each place has the owner it must have."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.control import ask_server
from app.simulate import seat_ids
from tests.budget import TimeBudget
from tests.model.api import Api, Reply
from tests.model.shop_model import HoldModel, OrderModel, Phase, ShopModel
from tests.services.box_office import BoxOffice, box_office

HOLD_SECONDS = 5
EXTENSION_SECONDS = 3
PAYMENT_SECONDS = 5
REFUSED_CARD_SECONDS = 300
SEAT_COUNT = 8
NEAR_THE_END_SECONDS = 0.5
BUYERS = ("Ada", "Bo", "Cy")
SETTINGS = {
    "FULLHOUSE_HOLD_SECONDS": str(HOLD_SECONDS),
    "FULLHOUSE_EXTENSION_SECONDS": str(EXTENSION_SECONDS),
    "FULLHOUSE_PAYMENT_SECONDS": str(PAYMENT_SECONDS),
}

buyers = st.sampled_from(BUYERS)
places = st.sets(st.integers(0, SEAT_COUNT - 1), min_size=1, max_size=3)
rare = st.integers(0, 19).map(lambda number: number == 0)
_numbers = itertools.count(1)


class Shop(RuleBasedStateMachine):
    """Three buyers at one event of a real server."""

    office: BoxOffice

    def __init__(self) -> None:
        super().__init__()
        self.api = Api(self.office.url)
        self.baskets: dict[str, str] = {}
        self.last_post: tuple[str, Any, str, Reply] | None = None
        self.waits_left = 0
        self.version = ""
        self.seen = ""

    def teardown(self) -> None:
        self.api.close()

    @initialize(is_patient=rare, is_killed=rare)
    def open_event(self, is_patient: bool, is_killed: bool) -> None:
        """A fresh event; few examples have the time to let a hold run out, or see a kill."""
        slug = f"model-{next(_numbers)}-{secrets.token_hex(3)}"
        wish = {"event": slug, "seats": SEAT_COUNT}  # as `fullhouse demo` does, only quicker
        made = ask_server(self.office.data_dir, "demo.event", wish)
        event = self.api.get(f"/events/{slug}").content
        areas = self.api.get(f"/events/{slug}/state").content["areas"]
        self.model = ShopModel(
            slug, tuple(seat_ids(made["seats"])), dict(areas), order_limit(event)
        )
        self.waits_left = int(is_patient)
        self.kills_left = int(is_killed)

    # ---- choosing and keeping ----------------------------------------------------------------

    @rule(buyer=buyers, chosen=places, area_count=st.integers(0, 12))
    def hold(self, buyer: str, chosen: set[int], area_count: int) -> None:
        """Ask for seats and standing places: all of them or none."""
        self._let_time_pass_safely()
        seats = [self.model.seats[number] for number in sorted(chosen)]
        area = next(iter(self.model.capacities), None)
        areas = {area: area_count} if area is not None and area_count > 6 else {}
        ask: dict[str, Any] = {
            "seats": seats,
            "areas": [{"id": name, "count": count} for name, count in areas.items()],
        }
        reply = self._post_for(buyer, f"/events/{self.model.slug}/holds", ask)
        self._judge_hold(buyer, reply, seats, areas)

    @rule(buyer=buyers, count=st.integers(1, 4))
    def hold_best(self, buyer: str, count: int) -> None:
        """Ask for the best seats and get as many free ones, or a clear no."""
        self._let_time_pass_safely()
        own = self.model.hold_of(self.baskets.get(buyer, ""))
        free = [seat for seat in self.model.seats if self.model.is_free(seat)]
        reply = self._post_for(buyer, f"/events/{self.model.slug}/best", {"count": count})
        if own is not None and own.phase is Phase.PAYING:
            assert reply.code == "payment_running"
        elif _size(own) + count > self.model.order_limit:
            assert reply.code == "limit_reached"
        elif len(free) < count:
            assert (reply.status, reply.code) == (409, "places_taken")
        else:
            assert reply.status == 201, reply
            got = self.model.seats_in(reply.content) - (own.seats if own else set())
            assert len(got) == count
            assert got <= set(free)
            assert isinstance(reply.content["together"], bool)
            self._take_in_hold(buyer, reply, got, {})

    @rule(buyer=buyers)
    def extend(self, buyer: str) -> None:
        """More time for a hold, a limited number of times."""
        self._let_time_pass_safely()
        hold = self._newest_hold(buyer)
        if hold is None:
            return
        reply = self._own(hold, "POST", "/extensions")
        if hold.phase is Phase.PAYING:
            assert reply.code == "payment_running"
        elif not hold.keeps_places:
            self._expect_over(hold, reply)
        elif hold.extensions_left == 0:
            assert (reply.status, reply.code) == (409, "no_extension_left")
        elif reply.status == 200:
            hold.extensions_left -= 1
            assert reply.content["extensions_left"] == hold.extensions_left
            was_earliest = hold.earliest_end
            hold.set_end(reply)
            assert hold.latest_end >= was_earliest + EXTENSION_SECONDS
        else:  # the longest life of a hold is reached
            assert reply.code == "no_extension_left"

    @rule(buyer=buyers)
    def release(self, buyer: str) -> None:
        """Give a hold back; again is as good as once."""
        self._let_time_pass_safely()
        hold = self._newest_hold(buyer)
        if hold is None:
            return
        reply = self._own(hold, "DELETE")
        match hold.phase:
            case Phase.LIVE | Phase.RELEASED:
                assert reply.status == 204, reply
                if hold.phase is Phase.LIVE:
                    self.model.end(hold, Phase.RELEASED)
            case Phase.PAYING:
                assert reply.code == "payment_running"
            case Phase.EXPIRED:
                assert reply.status in (204, 410)
            case Phase.SOLD:
                assert reply.status in (404, 409)

    @rule(buyer=buyers)
    def look(self, buyer: str) -> None:
        """Look at a hold: everything in it is there, or it is over for the right reason."""
        self._let_time_pass_safely()
        hold = self._newest_hold(buyer)
        if hold is None:
            return
        reply = self._own(hold, "GET")
        if hold.keeps_places:
            assert reply.status == 200, reply
            assert self.model.seats_in(reply.content) == hold.seats
            assert self.model.areas_in(reply.content) == hold.areas
            assert reply.content["total_cents"] == hold.total_cents
        else:
            self._expect_over(hold, reply)

    @rule(buyer=buyers, method=st.sampled_from(("GET", "DELETE", "POST")))
    def meddle(self, buyer: str, method: str) -> None:
        """Somebody else's hold looks as if it did not exist, with any token or none."""
        hold = self._newest_hold(buyer)
        others = [basket for name, basket in self.baskets.items() if name != buyer]
        if hold is None:
            return
        end = "/extensions" if method == "POST" else ""
        for token in [*others, "", "x" * 40]:
            headers = {"Basket": token} if token else {}
            reply = self.api.ask(method, f"/holds/{hold.id}{end}", None, headers)
            assert reply.status == 404, reply

    # ---- paying ------------------------------------------------------------------------------

    @rule(buyer=buyers, outcome=st.sampled_from(("paid", "paid", "refused", None)))
    def order(self, buyer: str, outcome: str | None) -> None:
        """Order what the basket holds."""
        self._let_time_pass_safely()
        basket = self.baskets.get(buyer)
        if basket is None:
            return
        hold, newest = self.model.hold_of(basket), self._newest_hold(buyer)
        email = f"{buyer.lower()}-{secrets.token_hex(4)}@example.org"
        ask = {"basket": basket, "name": buyer, "email": email, "payment": "demo"}
        if outcome is not None:
            ask["demo_outcome"] = outcome
        reply = self._post("/orders", ask)
        if hold is None:
            assert newest is not None
            assert reply.status in (404, 409, 410), reply
        elif hold.phase is Phase.PAYING:
            assert reply.code == "payment_running"
        elif outcome == "refused":
            assert reply.status == 402, reply
            hold.earliest_end = max(hold.earliest_end, reply.sent_at + REFUSED_CARD_SECONDS - 1)
            hold.latest_end = max(hold.latest_end, reply.came_at + REFUSED_CARD_SECONDS + 1)
        else:
            self._take_in_order(hold, reply, outcome)

    @rule(number=st.integers(0, 5), outcome=st.sampled_from(("paid", "refused")))
    def play_payment(self, number: int, outcome: str) -> None:
        """The gateway sends a notice, perhaps again, perhaps late."""
        self._let_time_pass_safely()
        if not self.model.orders:
            return
        order = self.model.orders[number % len(self.model.orders)]
        ask = {"order": order.code, "outcome": outcome}
        reply = self._secret(order, "POST", "/demo/payments", ask)
        assert reply.status < 500, reply
        if outcome == "paid":
            self._expect_paid(order)
        elif order.status == "paying":
            self._take_in_refusal(order)

    # ---- the world -----------------------------------------------------------------------------

    @rule()
    def repeat(self) -> None:
        """The same request with the same key gets the same answer and changes nothing."""
        if self.last_post is None:
            return
        path, ask, key, first = self.last_post
        again = self.api.post(path, ask, key)
        assert again.status == first.status, (first, again)
        assert _lasting(again.content) == _lasting(first.content)
        other = self.api.post(path, {**ask, "seats": [self.model.seats[0], "other"]}, key)
        assert (other.status, other.code) == (422, "idempotency_mismatch")

    @precondition(lambda self: self.waits_left > 0)
    @rule()
    def wait_until_holds_run_out(self) -> None:
        """Time passes until every short hold is over."""
        ends = [h.latest_end for h in self.model.holds if h.keeps_places]
        soon = [end for end in ends if end < time.monotonic() + 2 * HOLD_SECONDS]
        if soon:
            self.waits_left -= 1
            time.sleep(max(0.0, max(soon) - time.monotonic()))
            self._let_time_pass_safely()

    @precondition(lambda self: self.kills_left > 0)
    @rule()
    def kill(self) -> None:
        """The server dies and comes back; nobody's hold got shorter or endless."""
        self.kills_left -= 1
        killed_at = time.monotonic()
        self.office.restart()
        up_at = time.monotonic()
        self.version = ""
        for hold in self.model.holds:
            if hold.keeps_places and hold.earliest_end > killed_at + NEAR_THE_END_SECONDS:
                reply = self._own(hold, "GET")
                assert reply.status == 200, (hold, reply)
                longest = HOLD_SECONDS + 4 * EXTENSION_SECONDS + 1
                end_before = hold.latest_end
                hold.set_end(reply)
                assert hold.earliest_end <= max(end_before, up_at + longest)
                hold.earliest_end = max(hold.earliest_end, killed_at)
            elif hold.keeps_places:
                self._ask_whether_over(hold)

    # ---- what must always be true ----------------------------------------------------------------

    @invariant()
    def every_place_has_its_owner(self) -> None:
        """The public state, whole and by changes, shows each seat and area as the model does."""
        whole = self.api.get(f"/events/{self.model.slug}/state").content
        letters = whole["seats"]
        assert len(letters) == len(self.model.seats)
        for seat, letter in zip(self.model.seats, letters, strict=True):
            assert letter in self.model.letters(seat), (seat, letter)
        for area, free in whole["areas"].items():
            assert 0 <= free <= self.model.area_free(area)
        if self.version:
            path = f"/events/{self.model.slug}/state?since={self.version}"
            changed = self.api.get(path).content
            assert _applied(self.seen, changed) == letters
        self.version, self.seen = whole["version"], letters

    @invariant()
    def every_order_has_its_tickets_and_its_price(self) -> None:
        """Paid orders have all their tickets, others have none; the price never changes."""
        for order in self.model.orders[-3:]:
            reply = self._secret(order, "GET", f"/orders/{order.code}")
            assert reply.status == 200, reply
            content = reply.content
            assert content["total_cents"] == order.total_cents
            tickets = content["tickets"]
            if order.status == "paid":
                assert content["status"] == "paid"
                assert len(tickets) == order.place_count
                assert {_seat_id(t["seat"]) for t in tickets if t["seat"]} == order.seats
            else:
                assert content["status"] in _shown(order.status), (order, content)
                assert tickets == []

    # ---------------------------------------------------------------------------------------------

    def _let_time_pass_safely(self) -> None:
        """Stay clear of moments at which a hold may or may not have just run out."""
        for hold in [h for h in self.model.holds if h.keeps_places]:
            if time.monotonic() > hold.earliest_end - NEAR_THE_END_SECONDS:
                time.sleep(max(0.0, hold.latest_end - time.monotonic()))
                self.model.end(hold, Phase.EXPIRED)

    def _ask_whether_over(self, hold: HoldModel) -> None:
        reply = self._own(hold, "GET")
        if reply.status == 200:
            hold.set_end(reply)
        else:
            assert reply.status == 410, reply
            self.model.end(hold, Phase.EXPIRED)

    def _judge_hold(
        self, buyer: str, reply: Reply, seats: list[str], areas: dict[str, int]
    ) -> None:
        own = self.model.hold_of(self.baskets.get(buyer, ""))
        kept = own.seats if own else set()
        fresh = [seat for seat in seats if seat not in kept]
        taken = [seat for seat in fresh if not self.model.is_free(seat)]
        full = [area for area, count in areas.items() if count > self.model.area_free(area)]
        too_many = _size(own) + len(fresh) + sum(areas.values()) > self.model.order_limit
        if own is not None and own.phase is Phase.PAYING:
            assert reply.code in ("payment_running", "places_taken"), reply
        elif taken or full:
            assert reply.code == "places_taken" or (too_many and reply.code == "limit_reached")
            if reply.code == "places_taken" and taken:
                assert sorted(reply.content["seats"]) == sorted(taken)
        elif too_many:
            assert (reply.status, reply.code) == (422, "limit_reached"), reply
        else:
            assert reply.status == 201, reply
            self._take_in_hold(buyer, reply, set(fresh), areas)

    def _take_in_hold(
        self, buyer: str, reply: Reply, fresh: set[str], areas: dict[str, int]
    ) -> None:
        content, own = reply.content, self.model.hold_of(self.baskets.get(buyer, ""))
        if own is None:
            own = HoldModel(
                content["id"], content["basket"], set(), {}, 0, content["extensions_left"], 0, 0
            )
            self.model.holds.append(own)
            assert float(content["seconds_left"]) >= HOLD_SECONDS - 1
        assert (content["id"], content["basket"]) == (own.id, own.basket)
        self.baskets[buyer] = own.basket
        earliest_before = own.earliest_end
        own.seats |= fresh
        for area, count in areas.items():
            own.areas[area] = own.areas.get(area, 0) + count
        own.set_end(reply)
        assert own.latest_end >= earliest_before  # adding to a hold never shortens it
        assert self.model.seats_in(content) == own.seats
        assert self.model.areas_in(content) == own.areas
        assert content["total_cents"] >= own.total_cents
        own.total_cents = content["total_cents"]

    def _take_in_order(self, hold: HoldModel, reply: Reply, outcome: str | None) -> None:
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
        if outcome == "paid" or hold.total_cents == 0:
            assert content["status"] == "paid"
            self.model.pay(order)
            return
        assert (content["status"], content["tickets"]) == ("paying", [])
        assert content["pay_url"]
        hold.phase = Phase.PAYING
        hold.earliest_end = reply.sent_at + PAYMENT_SECONDS - 1
        hold.latest_end = reply.came_at + PAYMENT_SECONDS + 1

    def _expect_paid(self, order: OrderModel) -> None:
        """Money came: the order is fulfilled, or late and all of it goes back."""
        if order.status == "paying":
            self.model.pay(order)
        elif order.status in ("expired", "refused"):
            hold = self.model.hold_of(order.hold.basket)
            own = hold.seats if hold else set()
            free = all(self.model.is_free(seat) or seat in own for seat in order.seats)
            roomy = all(n <= self.model.area_free(area) for area, n in order.areas.items())
            self._take_in_late_money(order, free and roomy)

    def _take_in_late_money(self, order: OrderModel, possible: bool) -> None:
        content = self._secret(order, "GET", f"/orders/{order.code}").content
        if content["status"] == "paid":
            assert possible, content
            self.model.pay(order)
            hold = self.model.hold_of(order.hold.basket)
            if hold is not None and hold.seats & order.seats:
                self.model.end(hold, Phase.SOLD)
        else:
            assert content["status"] == "refunded", content
            assert not possible or self.model.hold_of(order.hold.basket) is not None
            order.status = "refunded"
            self._forget_offer(order)

    def _forget_offer(self, order: OrderModel) -> None:
        """Places near the lost ones may be kept as an offer: take them in as somebody's hold."""
        state = self.api.get(f"/events/{self.model.slug}/state").content
        letters = dict(zip(self.model.seats, state["seats"], strict=True))
        offered = {s for s, letter in letters.items() if letter == "h" and self.model.is_free(s)}
        roomy = {a: self.model.area_free(a) - n for a, n in state["areas"].items()}
        areas = {area: count for area, count in roomy.items() if count > 0}
        assert len(offered) + sum(areas.values()) <= order.place_count
        far = time.monotonic() + 600
        if offered or areas:
            offer = HoldModel("offer", "offer", offered, areas, 0, 0, far - 2, far + 2)
            self.model.holds.append(offer)

    def _take_in_refusal(self, order: OrderModel) -> None:
        reply = self._own(order.hold, "GET")
        assert reply.status == 200, reply
        order.hold.phase = Phase.LIVE
        order.hold.set_end(reply)
        order.status = "refused"

    def _expect_over(self, hold: HoldModel, reply: Reply) -> None:
        if hold.phase is Phase.EXPIRED:
            assert (reply.status, reply.code) == (410, "hold_expired"), (hold, reply)
        else:
            assert reply.status == 404 or reply.code == "hold_ended", (hold, reply)

    def _newest_hold(self, buyer: str) -> HoldModel | None:
        basket = self.baskets.get(buyer)
        return next((h for h in reversed(self.model.holds) if h.basket == basket), None)

    def _post_for(self, buyer: str, path: str, ask: dict[str, Any]) -> Reply:
        basket = self.baskets.get(buyer)
        return self._post(path, ask if basket is None else ask | {"basket": basket})

    def _post(self, path: str, ask: dict[str, Any]) -> Reply:
        key = secrets.token_hex(16)
        reply = self.api.post(path, ask, key)
        if 200 <= reply.status < 300:
            self.last_post = (path, ask, key, reply)
        return reply

    def _own(self, hold: HoldModel, method: str, end: str = "") -> Reply:
        headers = {"Basket": hold.basket}
        return self.api.ask(method, f"/holds/{hold.id}{end}", None, headers)

    def _secret(self, order: OrderModel, method: str, path: str, ask: Any = None) -> Reply:
        return self.api.ask(method, path, ask, {"Order-Secret": order.secret})


@pytest.mark.weight(3)
def test_the_shop_does_what_the_model_says(tmp_path: Path, time_budget: TimeBudget) -> None:
    assert time_budget.size(quick=60, long=300) > 0  # the profile's number of examples
    with _shop(tmp_path):
        run_state_machine_as_test(Shop)


def order_limit(event: dict[str, Any]) -> int:
    """How many places one order may have."""
    return int(event["limits"]["order"])


@contextmanager
def _shop(folder: Path) -> Iterator[None]:
    with box_office(folder, settings=SETTINGS) as office:
        Shop.office = office
        yield


def _size(hold: HoldModel | None) -> int:
    return 0 if hold is None else len(hold.seats) + sum(hold.areas.values())


def _lasting(content: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in content.items() if name != "seconds_left"}


def _applied(letters: str, content: dict[str, Any]) -> str:
    if "seats" in content:
        return str(content["seats"])
    changed = list(letters)
    for index, letter in content["changes"]:
        changed[index] = letter
    return "".join(changed)


def _shown(status: str) -> tuple[str, ...]:
    shown = {"refused": ("pending", "paying", "expired", "cancelled")}
    return shown.get(status, (status,))


def _seat_id(seat: Any) -> str:
    return str(seat["id"]) if isinstance(seat, dict) else str(seat)
