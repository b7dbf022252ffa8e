"""One buyer over HTTP: asks with an idempotency key until the answer is definite."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.wire import Address, Answer, AnswerLostError, Connection
from tests.crash.ledger import Ledger, Promise, PromisedHold, PromisedOrder

PATIENCE_SECONDS = 90.0
ANSWER_LIMIT_SECONDS = 10.0
PAUSE_SECONDS = 0.03
BUSY_PAUSE_SECONDS = 0.1


class NoAnswerError(Exception):
    """No definite answer within the buyer's patience."""


@dataclass(frozen=True, slots=True)
class Told:
    """A definite answer, with the first asking and the moment it was known."""

    status: int
    content: dict[str, Any]
    invoked_at: float
    returned_at: float
    attempts: int

    @property
    def code(self) -> str:
        """Return the stable code of a refusal, or an empty text."""
        return str(self.content.get("code", "")) if self.status >= 400 else ""


class Buyer:
    """Asks the API on one keep-alive connection and writes down what is promised."""

    def __init__(self, address: Address, ledger: Ledger, name: str) -> None:
        self.ledger = ledger
        self.name = name
        self.connection = Connection(address)

    async def hold(
        self, event: str, seats: list[str], basket: str | None = None
    ) -> tuple[Told, PromisedHold | None]:
        """Ask for seats; all of them or none."""
        ask: dict[str, Any] = {"seats": seats}
        if basket is not None:
            ask["basket"] = basket
        told = await self.post(f"/api/v1/events/{event}/holds", ask)
        if told.status != 201:
            return told, None
        hold = _hold_of(event, told)
        asked = set(seats)
        self.ledger.expect(
            asked <= set(hold.seats) and (basket is not None or asked == set(hold.seats)),
            f"{self.name} asked for {seats} and was promised {hold.seats}",
        )
        self.ledger.holds.append(hold)
        return told, hold

    async def extend(self, hold: PromisedHold) -> Told:
        """Ask for more time."""
        return await self.post(f"/api/v1/holds/{hold.id}/extensions", {}, {"Basket": hold.basket})

    async def release(self, hold: PromisedHold) -> Told:
        """Give the places back."""
        return await self.ask("DELETE", f"/api/v1/holds/{hold.id}", None, {"Basket": hold.basket})

    async def look(self, hold: PromisedHold) -> Told:
        """Look at a hold."""
        return await self.ask("GET", f"/api/v1/holds/{hold.id}", None, {"Basket": hold.basket})

    async def order(
        self, basket: str, email: str, demo_outcome: str | None = "paid"
    ) -> tuple[Told, PromisedOrder | None]:
        """Order what the basket holds, with the demo gateway."""
        ask = {"basket": basket, "name": "Bo", "email": email, "payment": "demo"}
        if demo_outcome is not None:
            ask["demo_outcome"] = demo_outcome
        told = await self.post("/api/v1/orders", ask)
        if told.status != 201 or told.content["status"] != "paid":
            return told, None
        order = order_of(told.content, email)
        self.ledger.orders.append(order)
        return told, order

    async def look_at_order(self, code: str, secret: str) -> Told:
        """Look at an order."""
        return await self.ask("GET", f"/api/v1/orders/{code}", None, {"Order-Secret": secret})

    async def play_payment(self, code: str, secret: str, outcome: str) -> Told:
        """Let the demo gateway send its notice."""
        ask = {"order": code, "outcome": outcome}
        return await self.ask("POST", "/api/v1/demo/payments", ask, {"Order-Secret": secret})

    async def post(self, path: str, ask: Any, headers: Mapping[str, str] | None = None) -> Told:
        """Ask for a change with a fresh key; a yes is remembered as a promise."""
        key = secrets.token_hex(16)
        told = await self.ask("POST", path, ask, {**(headers or {}), "Idempotency-Key": key})
        if 200 <= told.status < 300 and not headers:
            self.ledger.promises.append(Promise(path, key, ask, told.status, told.content))
        return told

    async def repeat(self, promise: Promise) -> Told:
        """Ask once more what was promised before, with the same key."""
        headers = {"Idempotency-Key": promise.key}
        return await self.ask("POST", promise.path, promise.ask, headers)

    async def ask(
        self, method: str, path: str, ask: Any, headers: Mapping[str, str] | None = None
    ) -> Told:
        """Ask until the answer is definite; raise NoAnswerError when patience ends."""
        invoked_at = time.monotonic()
        attempts = 0
        while time.monotonic() - invoked_at < PATIENCE_SECONDS:
            attempts += 1
            asked_at = time.monotonic()
            try:
                answer = await self.connection.ask(
                    method, path, ask, headers, timeout_seconds=ANSWER_LIMIT_SECONDS
                )
            except AnswerLostError:
                self.ledger.statuses["lost"] += 1
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            told = self._read(answer, invoked_at, attempts, f"{method} {path}")
            if told is not None:
                return told
            waited = time.monotonic() - asked_at
            self.ledger.slowest_busy_seconds = max(self.ledger.slowest_busy_seconds, waited)
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
        raise NoAnswerError(f"{self.name}: {method} {path} after {attempts} attempts")

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _read(self, answer: Answer, invoked_at: float, attempts: int, what: str) -> Told | None:
        content = answer.json() if answer.body else {}
        told = Told(answer.status, content, invoked_at, time.monotonic(), attempts)
        self.ledger.statuses[f"{told.status} {told.code}".strip()] += 1
        if told.status == 503 or told.code == "idempotency_in_flight":
            self.ledger.expect("retry-after" in answer.headers, f"{what}: 503 without Retry-After")
            return None
        self.ledger.expect(told.status < 500, f"{what} ended with {told.status}: {content}")
        return told


def seat_ids(places: list[Any]) -> tuple[str, ...]:
    """Return the ids of seats listed as texts or as objects."""
    return tuple(str(place["id"]) if isinstance(place, dict) else str(place) for place in places)


def order_of(content: dict[str, Any], email: str) -> PromisedOrder:
    """Return the order that an answer tells of."""
    seats = tuple((ticket["event"], _seat_of(ticket)) for ticket in content["tickets"])
    return PromisedOrder(
        content["code"], content["secret"], email, seats, content["total_cents"], content
    )


def _seat_of(ticket: dict[str, Any]) -> str:
    seat = ticket["seat"]
    return str(seat["id"]) if isinstance(seat, dict) else str(seat)


def _hold_of(event: str, told: Told) -> PromisedHold:
    content = told.content
    return PromisedHold(
        event,
        content["id"],
        content["basket"],
        seat_ids(content["seats"]),
        content["total_cents"],
        told.invoked_at,
        told.returned_at,
    )
