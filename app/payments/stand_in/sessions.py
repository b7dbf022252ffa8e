"""Checkout sessions: opened, looked at, expired by a call or by time."""

from __future__ import annotations

from typing import Any, Final

from app.payments.stand_in.ledger import Ledger, pick
from app.payments.stand_in.problems import Json, ProblemError, no_such
from app.payments.stand_in.session_rules import EXPIRES_MOST_SECONDS, check_session, total_of

DELAYED_METHOD: Final = "sepa_debit"
METHODS: Final = ("card", DELAYED_METHOD)
# What a session has beside our own things; the stand-in leaves it empty.
EMPTY: Final[Json] = {
    **dict.fromkeys(("after_expiration", "allow_promotion_codes", "billing_address_collection")),
    **dict.fromkeys(("client_secret", "consent", "consent_collection", "currency_conversion")),
    **dict.fromkeys(("customer", "customer_account", "invoice", "origin_context", "payment_link")),
    **dict.fromkeys(("payment_method_configuration_details", "permissions", "recovered_from")),
    **dict.fromkeys(("return_url", "setup_intent", "shipping_cost", "submit_type", "subscription")),
}


def create_session(ledger: Ledger, params: Json, pages: str) -> Json:
    """Open a session whose pay page lies below `pages`."""
    now = ledger.now()
    check_session(params, now)
    lines = params["line_items"]
    total, session_id = total_of(lines), ledger.new_id("cs_test_")
    session = {
        "id": session_id,
        "object": "checkout.session",
        **EMPTY,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "created": now,
        "currency": lines[0]["price_data"]["currency"].lower(),
        "custom_fields": [],
        "custom_text": params.get("custom_text", {}),
        "customer_creation": "if_required",
        "customer_details": None,
        "discounts": [],
        "expires_at": params.get("expires_at", now + EXPIRES_MOST_SECONDS),
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_intent": None,
        "payment_method_collection": "if_required",
        "payment_method_options": params.get("payment_method_options", {}),
        "payment_method_types": _methods(params),
        "payment_status": "unpaid" if total else "no_payment_required",
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{pages}/pay/{session_id}",
        **pick(params, "cancel_url", "client_reference_id", "customer_email", "locale"),
        "success_url": params["success_url"],
    }
    ledger.lines_of[session_id] = [_line(ledger, line) for line in lines]
    ledger.intent_words_of[session_id] = params.get("payment_intent_data", {})
    ledger.at(session["expires_at"], lambda: _end(ledger, session))
    return ledger.keep(session)


def expire_session(ledger: Ledger, session_id: str) -> Json:
    """Make sure that nobody can pay it any more."""
    session = session_by(ledger, session_id)
    if session["status"] != "open":
        words = 'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
        raise ProblemError(f'{words} Session has a status of "{session["status"]}".')
    _end(ledger, session)
    return session


def session_by(ledger: Ledger, session_id: str) -> Json:
    """The session with this id, as it is by now."""
    session = ledger.all_of("cs_test_").get(session_id)
    if session is None:
        raise no_such("checkout.session", session_id)
    return session


def lines_list(ledger: Ledger, session_id: str) -> Json:
    """The lines of a session, as its field `line_items` shows them when expanded."""
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    lines: list[Any] = ledger.lines_of[session_id]
    return {"object": "list", "data": lines, "has_more": False, "url": url}


def _end(ledger: Ledger, session: Json) -> None:
    """Close an open session; one that is paid or closed already stays as it is."""
    if session["status"] != "open":
        return
    session.update(status="expired", url=None)
    if session["payment_intent"] is not None:
        intent = ledger.known(session["payment_intent"])
        intent.update(status="canceled", canceled_at=ledger.now(), next_action=None)
        intent["cancellation_reason"] = "automatic"
        ledger.happened("payment_intent.canceled", intent)
    ledger.happened("checkout.session.expired", session)


def _methods(params: Json) -> list[str]:
    allowed = params.get("allowed_payment_method_types", METHODS)
    excluded = params.get("excluded_payment_method_types", ())
    methods = [name for name in METHODS if name in allowed and name not in excluded]
    if not methods:
        words = "No valid payment method types for this Checkout Session."
        raise ProblemError(words, param="allowed_payment_method_types", before_work=True)
    return methods


def _line(ledger: Ledger, line: Json) -> Json:
    price, quantity = line["price_data"], line["quantity"]
    total = price["unit_amount"] * quantity
    return {
        "id": f"li_{len(ledger.lines_of)}",
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }
