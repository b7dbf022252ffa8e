"""Steps of holding places, each judged against the model at once."""

from __future__ import annotations

import secrets
import time
from typing import Any

from app.control import ask_server
from app.simulate import seat_ids
from tests.model.api import Api, Reply
from tests.model.shop_model import HoldModel, Phase, ShopModel
from tests.services.box_office import BoxOffice

HOLD_SECONDS = 6
EXTENSION_SECONDS = 3
EXTENSIONS_COUNT = 4
SEAT_COUNT = 8
NEAR_THE_END_SECONDS = 1.5  # a request on a busy machine may take that long


class HoldingSteps:
    """Buyers at one event of a real server; every method is one step with its judgement."""

    def __init__(self, office: BoxOffice, slug: str) -> None:
        self.office = office
        self.api = Api(office.url)
        wish = {"event": slug, "seats": SEAT_COUNT}  # as `fullhouse demo` does, only quicker
        made = ask_server(office.data_dir, "demo.event", wish)
        event = self.api.get(f"/events/{slug}").content
        areas = self.api.get(f"/events/{slug}/state").content["areas"]
        seats = tuple(seat_ids(made["seats"]))
        self.model = ShopModel(slug, seats, dict(areas), int(event["limits"]["order"]))
        self.baskets: dict[str, str] = {}
        self.last_post: tuple[str, Any, str, Reply] | None = None

    def hold(self, buyer: str, seats: list[str], areas: dict[str, int]) -> None:
        """Ask for seats and standing places: all of them or none."""
        self.let_time_pass_safely()
        wanted = [{"id": name, "count": count} for name, count in areas.items()]
        ask = {"seats": seats, "areas": wanted}
        reply = self._post_for(buyer, f"/events/{self.model.slug}/holds", ask)
        own = self.own_hold(buyer)
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

    def hold_best(self, buyer: str, count: int) -> None:
        """Ask for the best seats and get as many free ones, or a clear no."""
        self.let_time_pass_safely()
        own = self.own_hold(buyer)
        free = [seat for seat in self.model.seats if self.model.is_free(seat)]
        reply = self._post_for(buyer, f"/events/{self.model.slug}/best", {"count": count})
        if own is not None and own.phase is Phase.PAYING:
            assert reply.code == "payment_running"
        elif _size(own) + count > self.model.order_limit:
            assert reply.code == "limit_reached"
        elif len(free) < count:
            assert (reply.status, reply.code) == (409, "places_taken"), reply
        else:
            assert reply.status == 201, reply
            got = self.model.seats_in(reply.content) - (own.seats if own else set())
            assert len(got) == count
            assert got <= set(free)
            assert isinstance(reply.content["together"], bool)
            self._take_in_hold(buyer, reply, got, {})

    def extend(self, hold: HoldModel) -> None:
        """More time for a hold, a limited number of times."""
        self.let_time_pass_safely()
        reply = self.ask_as_owner(hold, "POST", "/extensions")
        if hold.phase is Phase.PAYING:
            assert reply.code == "payment_running"
        elif not hold.keeps_places:
            self._expect_over(hold, reply)
        elif hold.extensions_left == 0:
            assert (reply.status, reply.code) == (409, "no_extension_left")
        else:
            assert reply.status == 200, reply
            hold.extensions_left -= 1
            assert reply.content["extensions_left"] == hold.extensions_left
            earliest_before = hold.earliest_end
            hold.set_end(reply)
            assert hold.latest_end >= earliest_before + EXTENSION_SECONDS

    def release(self, hold: HoldModel) -> None:
        """Give a hold back; again is as good as once."""
        self.let_time_pass_safely()
        reply = self.ask_as_owner(hold, "DELETE")
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

    def look(self, hold: HoldModel) -> None:
        """Look at a hold: everything in it is there, or it is over for the right reason."""
        self.let_time_pass_safely()
        reply = self.ask_as_owner(hold, "GET")
        if not hold.keeps_places:
            self._expect_over(hold, reply)
            return
        assert reply.status == 200, reply
        assert self.model.seats_in(reply.content) == hold.seats
        assert self.model.areas_in(reply.content) == hold.areas
        assert reply.content["total_cents"] == hold.total_cents

    def meddle(self, hold: HoldModel, method: str) -> None:
        """Somebody else's hold looks as if it did not exist, with any token or none."""
        others = [basket for basket in self.baskets.values() if basket != hold.basket]
        end = "/extensions" if method == "POST" else ""
        for token in [*others, "", "x" * 40]:
            headers = {"Basket": token} if token else {}
            reply = self.api.ask(method, f"/holds/{hold.id}{end}", None, headers)
            assert reply.status == 404, reply

    def repeat_last(self) -> None:
        """The same request with the same key gets the same answer and changes nothing."""
        if self.last_post is None:
            return
        path, ask, key, first = self.last_post
        again = self.api.post(path, ask, key)
        assert again.status == first.status, (first, again)
        assert _lasting(again.content) == _lasting(first.content)
        other = self.api.post(path, {**ask, "seats": [self.model.seats[0], "other"]}, key)
        assert (other.status, other.code) == (422, "idempotency_mismatch")

    def restart(self) -> None:
        """The server dies and comes back; nobody's hold got shorter or endless."""
        killed_at = time.monotonic()
        self.office.restart()
        for hold in [hold for hold in self.model.holds if hold.keeps_places]:
            reply = self.ask_as_owner(hold, "GET")
            was_safe = hold.earliest_end > time.monotonic()
            assert reply.status == 200 or (reply.status == 410 and not was_safe), (hold, reply)
            if reply.status == 410:
                self.model.end(hold, Phase.EXPIRED)
                continue
            before, longest = hold.latest_end, HOLD_SECONDS + EXTENSIONS_COUNT * EXTENSION_SECONDS
            hold.set_end(reply)
            assert hold.earliest_end <= max(before, time.monotonic() + longest)
            assert hold.latest_end >= min(before, killed_at)

    def let_time_pass_safely(self) -> None:
        """Stay clear of moments at which a hold may or may not have just run out."""
        for hold in [hold for hold in self.model.holds if hold.keeps_places]:
            if time.monotonic() > hold.earliest_end - NEAR_THE_END_SECONDS:
                time.sleep(max(0.0, hold.latest_end - time.monotonic()))
                self.model.end(hold, Phase.EXPIRED)

    def own_hold(self, buyer: str) -> HoldModel | None:
        """What a buyer's basket holds now."""
        return self.model.hold_of(self.baskets.get(buyer, ""))

    def ask_as_owner(self, hold: HoldModel, method: str, end: str = "") -> Reply:
        """Ask with the basket's own token."""
        headers = {"Basket": hold.basket}
        return self.api.ask(method, f"/holds/{hold.id}{end}", None, headers)

    def post(self, path: str, ask: dict[str, Any]) -> Reply:
        """Ask for a change with a fresh key, and remember it for a repeat."""
        key = secrets.token_hex(16)
        reply = self.api.post(path, ask, key)
        if 200 <= reply.status < 300:
            self.last_post = (path, ask, key, reply)
        return reply

    def _post_for(self, buyer: str, path: str, ask: dict[str, Any]) -> Reply:
        basket = self.baskets.get(buyer)
        return self.post(path, ask if basket is None else ask | {"basket": basket})

    def _take_in_hold(
        self, buyer: str, reply: Reply, fresh: set[str], areas: dict[str, int]
    ) -> None:
        content, own = reply.content, self.own_hold(buyer)
        if own is None:
            own = HoldModel(content["id"], content["basket"], content["extensions_left"])
            self.model.holds.append(own)
            assert float(content["seconds_left"]) >= HOLD_SECONDS - 1
            assert content["extensions_left"] == EXTENSIONS_COUNT
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
        assert content["total_cents"] > own.total_cents or not (fresh or areas)
        own.total_cents = content["total_cents"]

    def _expect_over(self, hold: HoldModel, reply: Reply) -> None:
        if hold.phase is Phase.EXPIRED:
            assert (reply.status, reply.code) == (410, "hold_expired"), (hold, reply)
        else:
            assert reply.status == 404 or reply.code == "hold_ended", (hold, reply)


def _size(hold: HoldModel | None) -> int:
    return 0 if hold is None else len(hold.seats) + sum(hold.areas.values())


def _lasting(content: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in content.items() if name != "seconds_left"}
