"""Payments of sessions: begun with the first attempt, and a charge for every attempt."""

from __future__ import annotations

from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json
from app.payments.stand_in.sessions import DELAYED_METHOD


def intent_of(ledger: Ledger, session: Json) -> Json:
    """The payment of a session, begun with its first attempt."""
    if session["payment_intent"] is not None:
        return ledger.known(session["payment_intent"])
    words = ledger.intent_words_of[session["id"]]
    intent = {
        "id": ledger.new_id("pi_"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": words.get("capture_method", "automatic_async"),
        "created": ledger.now(),
        "currency": session["currency"],
        "customer": None,
        "description": words.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": words.get("metadata") or {},
        "next_action": None,
        "payment_method": None,
        "payment_method_types": session["payment_method_types"],
        "receipt_email": words.get("receipt_email"),
        "status": "requires_payment_method",
    }
    ledger.session_of[intent["id"]] = session["id"]
    session["payment_intent"] = intent["id"]
    ledger.happened("payment_intent.created", intent)
    return ledger.keep(intent)


def take(ledger: Ledger, intent: Json) -> None:
    """The money has come."""
    charge = _charge(ledger, intent)
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
    intent.update(last_payment_error=None, next_action=None)
    ledger.happened("charge.succeeded", charge)
    ledger.happened("payment_intent.succeeded", intent)


def fail(ledger: Ledger, intent: Json, code: str, words: str) -> None:
    """This attempt brought no money; another may."""
    charge = _charge(ledger, intent, (code, words))
    intent.update(status="requires_payment_method", latest_charge=charge["id"])
    intent["last_payment_error"] = {"code": code, "message": words, "type": "card_error"}
    ledger.happened("charge.failed", charge)
    ledger.happened("payment_intent.payment_failed", intent)


def _charge(ledger: Ledger, intent: Json, failure: tuple[str, str] | None = None) -> Json:
    kind = "sepa_debit" if intent["payment_method_types"] == [DELAYED_METHOD] else "card"
    details = {"brand": "visa", "last4": "0002" if failure else "4242"} if kind == "card" else {}
    return ledger.keep(
        {
            "id": ledger.new_id("ch_"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0 if failure else intent["amount"],
            "amount_refunded": 0,
            "captured": failure is None,
            "created": ledger.now(),
            "currency": intent["currency"],
            "disputed": False,
            "failure_code": failure and failure[0],
            "failure_message": failure and failure[1],
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "paid": failure is None,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": kind, kind: details},
            "refunded": False,
            "status": "failed" if failure else "succeeded",
        }
    )
