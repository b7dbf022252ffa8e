"""How long a delivery waits for its answer while a thousand payments are told three times."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.payments.stand_in.faults import Faults
from app.payments.stand_in.running import StandIn
from app.payments.stand_in.webhook import Webhook
from app.wire import Answer
from loadtests.measure import Ask, drive
from loadtests.serving import Server, serving

SESSION_COUNT: Final = 1_000
AT_ONCE_COUNT: Final = 16
WAIT_SECONDS: Final = 120.0
SECRET: Final = "whsec_of_a_bench"  # noqa: S105  for the stand-in alone
KEY: Final = "sk_test_of_a_bench"


@dataclass(frozen=True, slots=True)
class Told:
    """How long deliveries took, in milliseconds, and how many orders were paid by them."""

    p99_ms: float
    count: int
    paid_count: int
    seconds: float  # from the first payment to the last ticket


def tell_of_payments(folder: Path) -> Told:
    """Open the sessions, pay them all at once, and let everything be told thrice, shuffled."""
    faults = Faults(webhook_copies=2, webhook_shuffle=50, seed=1)
    with StandIn(faults=faults) as stripe:
        settings = {
            "STRIPE_API_BASE": stripe.url,
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
        }
        with serving(folder, settings) as server:
            stripe.deliveries.webhook = Webhook(f"{server.address.url}/webhooks/stripe", SECRET)
            orders = asyncio.run(_order(server, server.demo("cards", SESSION_COUNT)))
            server.wait_until_idle()
            began = time.monotonic()
            for session in list(stripe.ledger.all_of("cs_test_")):
                _ask(stripe, "pay", {"session": session})
            paid = _wait_until_paid(server, stripe, orders)
            seconds = time.monotonic() - began
    took = sorted(
        delivery["took_ms"]
        for delivery in stripe.deliveries.shape()["deliveries"]
        if delivery["status"] == 204
    )
    return Told(took[len(took) * 99 // 100], len(took), paid, seconds)


async def _order(server: Server, seats: list[str]) -> list[dict[str, Any]]:
    holds: list[Answer] = []
    asks = [Ask("POST", "/api/v1/events/cards/holds", {"seats": [seat]}) for seat in seats]
    await drive(server, asks, 201, AT_ONCE_COUNT, holds.append)
    orders: list[Answer] = []
    asks = [
        Ask(
            "POST",
            "/api/v1/orders",
            {
                "basket": hold.json()["basket"],
                "name": "Bo",
                "email": f"bo{number}@example.org",
                "payment": "stripe",
            },
        )
        for number, hold in enumerate(holds)
    ]
    await drive(server, asks, 201, AT_ONCE_COUNT // 2, orders.append)
    return [order.json() for order in orders]


def _wait_until_paid(server: Server, stripe: StandIn, orders: list[dict[str, Any]]) -> int:
    until, left = time.monotonic() + WAIT_SECONDS, list(orders)
    while left and time.monotonic() < until:
        left = [order for order in left if not _is_paid(server, order)]
        time.sleep(0.2)
    while stripe.deliveries.shape()["waiting"] and time.monotonic() < until:
        time.sleep(0.1)
    return len(orders) - len(left)


def _is_paid(server: Server, order: dict[str, Any]) -> bool:
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{server.address.url}/api/v1/orders/{order['code']}",
        headers={"Order-Secret": order["secret"]},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return bool(json.load(answer)["status"] == "paid")


def _ask(stripe: StandIn, name: str, words: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310  our own stand-in
        f"{stripe.url}/stand-in/{name}",
        data=json.dumps(words).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
