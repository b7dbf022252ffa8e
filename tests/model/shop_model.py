"""What must be true of one event's places, holds and orders, in memory and without doubt."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.model.api import Reply

SWEPT_SECONDS = 5.0
SLACK_SECONDS = 1.0  # seconds_left is whole, and the request took a moment


class Phase(StrEnum):
    """Where a hold is."""

    LIVE = "live"
    PAYING = "paying"
    EXPIRED = "expired"
    RELEASED = "released"
    SOLD = "sold"


@dataclass
class HoldModel:
    """One basket's hold as its buyer may rely on it."""

    id: str
    basket: str
    extensions_left: int
    seats: set[str] = field(default_factory=set)
    areas: dict[str, int] = field(default_factory=dict)
    total_cents: int = 0
    earliest_end: float = 0.0
    latest_end: float = 0.0
    phase: Phase = Phase.LIVE

    def set_end(self, reply: Reply) -> None:
        """Take the end from what the buyer was told."""
        left = float(reply.content["seconds_left"])
        self.earliest_end = reply.sent_at + left - SLACK_SECONDS
        self.latest_end = reply.came_at + left + SLACK_SECONDS

    @property
    def keeps_places(self) -> bool:
        """Whether nobody else can have its places."""
        return self.phase in (Phase.LIVE, Phase.PAYING)


@dataclass
class OrderModel:
    """An order, what it is for and what it costs."""

    code: str
    secret: str
    hold: HoldModel
    seats: frozenset[str]
    areas: dict[str, int]
    total_cents: int
    status: str

    @property
    def place_count(self) -> int:
        """How many tickets it must have once it is paid."""
        return len(self.seats) + sum(self.areas.values())


@dataclass
class ShopModel:
    """All places of one event, with their owners."""

    slug: str
    seats: tuple[str, ...]
    capacities: dict[str, int]
    order_limit: int
    holds: list[HoldModel] = field(default_factory=list)
    offers: list[HoldModel] = field(default_factory=list)  # kept for those who lost their places
    orders: list[OrderModel] = field(default_factory=list)
    ended: list[tuple[float, HoldModel]] = field(default_factory=list)  # holds that ran out

    @property
    def live_holds(self) -> list[HoldModel]:
        """The holds that can be ordered."""
        return [hold for hold in self.holds if hold.phase is Phase.LIVE]

    @property
    def keeping(self) -> list[HoldModel]:
        """Everything that keeps places."""
        return [hold for hold in (*self.holds, *self.offers) if hold.keeps_places]

    def hold_of(self, basket: str) -> HoldModel | None:
        """The basket's hold that still keeps places."""
        return next((h for h in self.holds if h.basket == basket and h.keeps_places), None)

    def holder(self, seat: str) -> HoldModel | None:
        """Who keeps a seat."""
        return next((hold for hold in self.keeping if seat in hold.seats), None)

    def is_sold(self, seat: str) -> bool:
        """Whether a paid order has the seat."""
        return any(order.status == "paid" and seat in order.seats for order in self.orders)

    def is_free(self, seat: str) -> bool:
        """Whether a new buyer gets the seat."""
        return self.holder(seat) is None and not self.is_sold(seat)

    def area_free(self, area: str) -> int:
        """How many places of an area a new buyer can get."""
        held = sum(hold.areas.get(area, 0) for hold in self.keeping)
        sold = sum(o.areas.get(area, 0) for o in self.orders if o.status == "paid")
        return self.capacities[area] - held - sold

    def letters(self, seat: str) -> str:
        """The letters that the public state may show for a seat now."""
        if self.is_sold(seat):
            return "s"
        if self.holder(seat) is not None:
            return "h"
        return "fh" if any(seat in hold.seats for hold in self._unswept()) else "f"

    def least_area_free(self, area: str) -> int:
        """How many free places of an area the public state must show at least."""
        unswept = sum(hold.areas.get(area, 0) for hold in self._unswept())
        return self.area_free(area) - unswept

    def end(self, hold: HoldModel, phase: Phase) -> None:
        """A hold is over."""
        hold.phase = phase
        if phase is Phase.EXPIRED:
            self.ended.append((time.monotonic(), hold))
        for order in self.orders:
            if order.hold is hold and order.status == "paying" and phase is not Phase.SOLD:
                order.status = "expired"

    def pay(self, order: OrderModel) -> None:
        """The order's places are sold."""
        order.status = "paid"
        if order.hold.keeps_places:
            self.end(order.hold, Phase.SOLD)

    def seats_in(self, content: Any) -> set[str]:
        """The ids of the seats in an answer."""
        return {seat["id"] if isinstance(seat, dict) else seat for seat in content["seats"]}

    def areas_in(self, content: Any) -> dict[str, int]:
        """The areas in an answer with their counts."""
        counts: dict[str, int] = {}
        for area in content["areas"]:
            counts[area["id"]] = counts.get(area["id"], 0) + area["count"]
        return counts

    def _unswept(self) -> list[HoldModel]:
        now = time.monotonic()
        return [hold for ended_at, hold in self.ended if now - ended_at < SWEPT_SECONDS]
