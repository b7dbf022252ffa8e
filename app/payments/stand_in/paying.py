"""What a buyer can do on the pay page, and what becomes of the payment."""

from __future__ import annotations

from typing import Final

from app.payments.stand_in.faults import FaultBox
from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json, ProblemError
from app.payments.stand_in.sessions import DELAYED_METHOD, session_by

# too_late: the money was on its way when the session was expired, and comes all the same.
HOWS: Final = ("card", "decline", "three_d_secure", "later", "too_late")
PLACE_FOR_ID: Final = "{CHECKOUT_SESSION_ID}"
DECLINED: Final = ("card_declined", "Your card was declined.")
NOT_AUTHENTICATED: Final = (
    "payment_intent_authentication_failure",
    "The provided PaymentMethod has failed authentication.",
)
ENDED: Final = {
    "complete": "This session has been paid already. Nothing was charged again.",
    "expired": "This session has expired. Nothing was charged.",
}


def pay(ledger: Ledger, faults: FaultBox, session_id: str, how: str) -> Json:
    """Pay an open session in one of the ways `HOWS`; the session as it is then."""
    session = (
        session_by(ledger, session_id) if how == "too_late" else _open_session(ledger, session_id)
    )
    if how == "later" and DELAYED_METHOD not in session["payment_method_types"]:
        raise _refused("This session takes cards only.")
    if not session["amount_total"]:
        return _complete(ledger, session, "no_payment_required")
    intent = _intent(ledger, session)
    if how == "decline" or faults.take_decline():
        _fail(ledger, intent, *DECLINED)
    elif how == "three_d_secure":
        intent.update(status="requires_action", next_action={"type": "use_stripe_sdk"})
        ledger.happened("payment_intent.requires_action", intent)
    elif how == "later":
        intent.update(status="processing", payment_method_types=[DELAYED_METHOD])
        ledger.happened("payment_intent.processing", intent)
        _complete(ledger, session, "unpaid")
    else:
        _take(ledger, intent)
        _complete(ledger, session, "paid")
    return session


def authenticate(ledger: Ledger, session_id: str, passes: bool) -> Json:
    """What the bank says of the buyer of a payment that waits for it (3-D Secure)."""
    session = _open_session(ledger, session_id)
    intent = _intent(ledger, session)
    if intent["status"] != "requires_action":
        raise _refused("This payment does not wait for authentication.")
    intent["next_action"] = None
    if not passes:
        _fail(ledger, intent, *NOT_AUTHENTICATED)
        return session
    _take(ledger, intent)
    return _complete(ledger, session, "paid")


def settle(ledger: Ledger, session_id: str, paid: bool) -> Json:
    """The money of a delayed method has come, or will not come."""
    session = session_by(ledger, session_id)
    intent = _intent(ledger, session) if session["payment_intent"] else None
    if intent is None or intent["status"] != "processing":
        raise _refused("This session does not wait for money.")
    if paid:
        _take(ledger, intent)
        session["payment_status"] = "paid"
    else:
        _fail(ledger, intent, "payment_intent_payment_attempt_failed", "The debit was refused.")
    end = "succeeded" if paid else "failed"
    ledger.happened(f"checkout.session.async_payment_{end}", session)
    return session


def way_back(session: Json) -> str:
    """Where the buyer goes after paying."""
    return str(session["success_url"]).replace(PLACE_FOR_ID, session["id"])


def _open_session(ledger: Ledger, session_id: str) -> Json:
    session = session_by(ledger, session_id)
    if session["status"] != "open":
        raise _refused(ENDED[session["status"]])
    return session


def _refused(words: str) -> ProblemError:
    return ProblemError(words, status=409, code="stand_in_refused")


def _intent(ledger: Ledger, session: Json) -> Json:
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


def _take(ledger: Ledger, intent: Json) -> None:
    charge = _charge(ledger, intent)
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
    intent.update(last_payment_error=None, next_action=None)
    ledger.happened("charge.succeeded", charge)
    ledger.happened("payment_intent.succeeded", intent)


def _fail(ledger: Ledger, intent: Json, code: str, words: str) -> None:
    charge = _charge(ledger, intent, (code, words))
    intent.update(status="requires_payment_method", latest_charge=charge["id"])
    intent["last_payment_error"] = {"code": code, "message": words, "type": "card_error"}
    ledger.happened("charge.failed", charge)
    ledger.happened("payment_intent.payment_failed", intent)


def _complete(ledger: Ledger, session: Json, payment_status: str) -> Json:
    session.update(status="complete", payment_status=payment_status, url=None)
    session["customer_details"] = {"email": session["customer_email"], "name": None, "phone": None}
    ledger.happened("checkout.session.completed", session)
    return session
