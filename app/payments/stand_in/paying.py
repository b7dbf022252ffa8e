"""What a buyer can do on the pay page, and what becomes of the payment."""

from __future__ import annotations

from typing import Final

from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.intents import fail, intent_of, take
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
    intent = intent_of(ledger, session)
    if how == "decline" or faults.take_decline():
        fail(ledger, intent, *DECLINED)
    elif how == "three_d_secure":
        intent.update(status="requires_action", next_action={"type": "use_stripe_sdk"})
        ledger.happened("payment_intent.requires_action", intent)
    elif how == "later":
        intent.update(status="processing", payment_method_types=[DELAYED_METHOD])
        ledger.happened("payment_intent.processing", intent)
        _complete(ledger, session, "unpaid")
    else:
        take(ledger, intent)
        _complete(ledger, session, "paid")
    return session


def authenticate(ledger: Ledger, session_id: str, passes: bool) -> Json:
    """What the bank says of the buyer of a payment that waits for it (3-D Secure)."""
    session = _open_session(ledger, session_id)
    intent = intent_of(ledger, session)
    if intent["status"] != "requires_action":
        raise _refused("This payment does not wait for authentication.")
    intent["next_action"] = None
    if not passes:
        fail(ledger, intent, *NOT_AUTHENTICATED)
        return session
    take(ledger, intent)
    return _complete(ledger, session, "paid")


def settle(ledger: Ledger, session_id: str, paid: bool) -> Json:
    """The money of a delayed method has come, or will not come."""
    session = session_by(ledger, session_id)
    intent = intent_of(ledger, session) if session["payment_intent"] else None
    if intent is None or intent["status"] != "processing":
        raise _refused("This session does not wait for money.")
    if paid:
        take(ledger, intent)
        session["payment_status"] = "paid"
    else:
        fail(ledger, intent, "payment_intent_payment_attempt_failed", "The debit was refused.")
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


def _complete(ledger: Ledger, session: Json, payment_status: str) -> Json:
    session.update(status="complete", payment_status=payment_status, url=None)
    session["customer_details"] = {"email": session["customer_email"], "name": None, "phone": None}
    ledger.happened("checkout.session.completed", session)
    return session
