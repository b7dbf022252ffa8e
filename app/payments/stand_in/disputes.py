"""Disputes: a cardholder's bank takes the money back, for now or for good."""

from __future__ import annotations

from typing import Final

from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import Json, ProblemError, no_such

ENDS: Final = ("won", "lost")


def open_dispute(ledger: Ledger, intent_id: str, amount: int | None, reason: str) -> Json:
    """Dispute a payment that succeeded: all of it, or this amount in minor units."""
    intent = ledger.all_of("pi_").get(intent_id)
    if intent is None:
        raise no_such("payment_intent", intent_id)
    charge = ledger.find(intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded" or charge["disputed"]:
        raise _refused("Only a payment that succeeded can be disputed, and only once.")
    if amount is not None and not 1 <= amount <= charge["amount"]:
        raise _refused(f"A dispute is about 1 to {charge['amount']} minor units.")
    charge["disputed"] = True
    dispute = {
        "id": ledger.new_id("du_"),
        "object": "dispute",
        "amount": charge["amount"] if amount is None else amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": ledger.now(),
        "currency": charge["currency"],
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent_id,
        "reason": reason,
        "status": "needs_response",
    }
    ledger.keep(dispute)
    ledger.happened("charge.dispute.created", dispute)
    ledger.happened("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(ledger: Ledger, dispute_id: str, status: str) -> Json:
    """Decide a dispute; a won one brings the money back."""
    dispute = ledger.all_of("du_").get(dispute_id)
    if dispute is None:
        raise no_such("dispute", dispute_id)
    if dispute["status"] in ENDS:
        raise _refused(f"This dispute is {dispute['status']} already.")
    dispute["status"] = status
    if status == "won":
        ledger.known(dispute["charge"])["disputed"] = False
        ledger.happened("charge.dispute.funds_reinstated", dispute)
    ledger.happened("charge.dispute.closed", dispute)
    return dispute


def _refused(words: str) -> ProblemError:
    return ProblemError(words, status=409, code="stand_in_refused")
