"""All money that was taken and given back, per currency in minor units."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json


def sums(ledger: Ledger) -> dict[str, dict[str, int]]:
    """`taken`, `returned` (for good), `returning` (pending) and `disputed` (not won) money."""
    counted = {name: Counter[str]() for name in ("taken", "returned", "returning", "disputed")}
    for intent in ledger.all_of("pi_").values():
        if intent["amount_received"]:
            counted["taken"][intent["currency"]] += intent["amount_received"]
    for refund in ledger.all_of("re_").values():
        if refund["status"] != "failed":
            name = "returned" if refund["status"] == "succeeded" else "returning"
            counted[name][refund["currency"]] += refund["amount"]
    for dispute in ledger.all_of("du_").values():
        if dispute["status"] != "won":
            counted["disputed"][dispute["currency"]] += dispute["amount"]
    return {name: dict(money) for name, money in counted.items()}


def balance(ledger: Ledger) -> Json:
    """Stripe's object for what is left; never empty, so that a key can be tried with it."""
    money = sums(ledger)
    currencies = sorted(money["taken"]) or ["eur"]
    available = [
        {"amount": _left(money, currency), "currency": currency} for currency in currencies
    ]
    none: list[Any] = [{"amount": 0, "currency": currency} for currency in currencies]
    return {"object": "balance", "available": available, "livemode": False, "pending": none}


def _left(money: dict[str, dict[str, int]], currency: str) -> int:
    gone = sum(money[name].get(currency, 0) for name in ("returned", "returning", "disputed"))
    return money["taken"].get(currency, 0) - gone
