"""The rules for opening a Checkout session, as of the pinned version of the API."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from app.payments.stand_in.problems import Json, invalid, missing_parameter, not_done_here

EXPIRES_LEAST_SECONDS: Final = 30 * 60
EXPIRES_MOST_SECONDS: Final = 24 * 60 * 60
LINES_LIMIT: Final = 100
REFERENCE_LIMIT: Final = 200
ADDRESS_LIMIT: Final = 2_048
AMOUNT_MOST: Final = 99_999_999
# Smallest sums, in the currency's minor units; https://docs.stripe.com/currencies
LEAST_AMOUNTS: Final = {
    "gbp": 30, "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "hkd": 400, "huf": 17500,
    "mxn": 1000, "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
LEAST_AMOUNT: Final = 50
CURRENCY: Final = re.compile(r"[a-zA-Z]{3}")
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

NOT_DONE: Final = (
    *("automatic_tax", "customer", "customer_account", "discounts", "optional_items"),
    *("saved_payment_method_options", "setup_intent_data", "shipping_address_collection"),
    *("shipping_options", "subscription_data", "tax_id_collection", "return_url"),
)
INTENT_WORDS: Final = (
    *("metadata", "description", "receipt_email", "capture_method"),
    *("statement_descriptor", "statement_descriptor_suffix"),
)


def check_session(params: Json, now: int) -> None:
    """Refuse what Stripe refuses; what only the stand-in cannot do is refused by its own code."""
    for name in NOT_DONE:
        if name in params:
            raise not_done_here(name)
    if "mode" not in params:
        raise missing_parameter("mode")
    if params["mode"] != "payment":
        raise not_done_here("mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_done_here("ui_mode")
    _check_addresses(params)
    _check_words(params)
    _check_expiry(params.get("expires_at"), now)
    _check_lines(params.get("line_items"))
    _check_sum(params["line_items"])
    intent: Json = params.get("payment_intent_data", {})
    for name in intent:
        if name not in INTENT_WORDS or intent[name] == "manual":
            raise not_done_here(f"payment_intent_data[{name}]")


def total_of(lines: list[Json]) -> int:
    """The sum of all lines in minor units."""
    return sum(int(line["price_data"]["unit_amount"]) * int(line["quantity"]) for line in lines)


def _check_addresses(params: Json) -> None:
    if "success_url" not in params:
        raise missing_parameter("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not _is_address(params[name]):
            raise invalid("Not a valid URL", name, "url_invalid")


def _is_address(given: str) -> bool:
    try:
        parts = urlsplit(given)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "\n" not in given
    except ValueError:
        return False


def _check_words(params: Json) -> None:
    if len(params.get("client_reference_id", "")) > REFERENCE_LIMIT:
        words = f"Invalid string: client_reference_id may have {REFERENCE_LIMIT} characters"
        raise invalid(words, "client_reference_id", "parameter_invalid_string")
    for name in ("success_url", "cancel_url"):
        if len(params.get(name, "")) > ADDRESS_LIMIT:
            raise invalid(f"{name} may have {ADDRESS_LIMIT} characters", name, "url_invalid")
    email = params.get("customer_email")
    if email is not None and not EMAIL.fullmatch(email):
        raise invalid(f"Invalid email address: {email[:80]}", "customer_email", "email_invalid")


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    if expires_at < now + EXPIRES_LEAST_SECONDS:
        words = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
        raise invalid(f"{words} creation.", "expires_at")
    if expires_at > now + EXPIRES_MOST_SECONDS:
        words = "The `expires_at` timestamp must be less than 24 hours from Checkout Session"
        raise invalid(f"{words} creation.", "expires_at")


def _check_lines(lines: list[Json] | None) -> None:
    if not lines:
        raise missing_parameter("line_items")
    if len(lines) > LINES_LIMIT:
        raise invalid(f"line_items may have {LINES_LIMIT} elements", "line_items")
    for number, line in enumerate(lines):
        _check_line(line, f"line_items[{number}]")
    if len({line["price_data"]["currency"].lower() for line in lines}) > 1:
        words = "All line items must have the same currency"
        raise invalid(f"You must specify a consistent currency: {words}.", "line_items")


def _check_line(line: Json, name: str) -> None:
    for part in line:
        if part not in ("price_data", "quantity", "metadata"):
            raise not_done_here(f"{name}[{part}]")
    if "price_data" not in line:
        raise missing_parameter(f"{name}[price_data]")
    if "quantity" not in line:
        raise missing_parameter(f"{name}[quantity]")
    if not 1 <= line["quantity"] <= AMOUNT_MOST:
        raise invalid("This value must be at least 1.", f"{name}[quantity]")
    price = line["price_data"]
    for part in price:
        if part not in ("currency", "unit_amount", "product_data"):
            raise not_done_here(f"{name}[price_data][{part}]")
    for part in ("unit_amount", "product_data"):
        if part not in price:
            raise missing_parameter(f"{name}[price_data][{part}]")
    if not CURRENCY.fullmatch(price["currency"]):
        words = f"Invalid currency: {price['currency'][:10]}"
        raise invalid(words, f"{name}[price_data][currency]")
    if not 0 <= price["unit_amount"] <= AMOUNT_MOST:
        words = "Invalid non-negative integer"
        raise invalid(words, f"{name}[price_data][unit_amount]", "parameter_invalid_integer")


def _check_sum(lines: list[Json]) -> None:
    total, currency = total_of(lines), lines[0]["price_data"]["currency"].lower()
    least = LEAST_AMOUNTS.get(currency, LEAST_AMOUNT)
    if 0 < total < least:
        words = f"The Checkout Session's total amount due must add up to at least {least}"
        raise invalid(f"{words} {currency} minor units.", None, "amount_too_small")
    if total > AMOUNT_MOST:
        words = "The Checkout Session's total amount must be no more than 99999999 minor units."
        raise invalid(words, None, "amount_too_large")
