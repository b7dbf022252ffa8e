"""Refunds of payments: never more than was paid, at once, later, or failing."""

from __future__ import annotations

from typing import Final

from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.problems import (
    Json,
    ProblemError,
    invalid,
    missing_parameter,
    no_such,
    not_done_here,
)

NOT_DONE: Final = (
    *("customer", "origin", "instructions_email"),
    *("refund_application_fee", "reverse_transfer"),
)
ENDS: Final = ("succeeded", "failed")


def create_refund(ledger: Ledger, faults: FaultBox, params: Json) -> Json:
    """Give back all that is left of a payment, or part of it."""
    for name in NOT_DONE:
        if name in params:
            raise not_done_here(name)
    charge = _charge_of(ledger, params)
    amount = _amount(params, charge)
    mode = faults.now.refunds
    refund = {
        "id": ledger.new_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": ledger.now(),
        "currency": charge["currency"],
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "status": "succeeded" if mode == "succeed" else "pending",
    }
    ledger.keep(refund)
    ledger.refunds_of[charge["payment_intent"]].append(refund["id"])
    _count(charge, amount)
    ledger.happened("refund.created", refund)
    if mode == "succeed":
        ledger.happened("charge.refunded", charge)
    elif mode in ("later", "fail"):
        end = "succeeded" if mode == "later" else "failed"
        moment = ledger.exact_now() + faults.now.refund_seconds
        ledger.at(moment, lambda: _end(ledger, refund, end))
    return refund


def end_refund(ledger: Ledger, refund_id: str, end: str) -> Json:
    """What became of a refund; one that succeeded may fail later, as at Stripe."""
    refund = refund_by(ledger, refund_id)
    if refund["status"] == "failed" or refund["status"] == end:
        words = f"This refund has {refund['status']} already."
        raise ProblemError(words, status=409, code="stand_in_refused")
    _end(ledger, refund, end)
    return refund


def refund_by(ledger: Ledger, refund_id: str) -> Json:
    """The refund with this id."""
    refund = ledger.all_of("re_").get(refund_id)
    if refund is None:
        raise no_such("refund", refund_id)
    return refund


def _charge_of(ledger: Ledger, params: Json) -> Json:
    name = "payment_intent" if "payment_intent" in params else "charge"
    if name not in params:
        raise missing_parameter("payment_intent")
    kept = ledger.all_of("pi_" if name == "payment_intent" else "ch_")
    found = kept.get(params[name])
    if found is None:
        raise no_such(name, params[name], name)
    charge = found if name == "charge" else ledger.find(found["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded":
        words = f"This {name.replace('_', ' ')} does not have a successful charge to refund."
        raise ProblemError(words, param=name)
    return charge


def _amount(params: Json, charge: Json) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    if str(params.get("currency", charge["currency"])).lower() != charge["currency"]:
        raise invalid("The currency is not the one of the charge.", "currency")
    amount: int = params.get("amount", left)
    if amount < 1 and left:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if charge["disputed"]:
        words = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise ProblemError(words, code="charge_disputed")
    if not left:
        words = f"Charge {charge['id']} has already been refunded."
        raise ProblemError(words, code="charge_already_refunded")
    if amount > left:
        words = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise ProblemError(words, code="amount_too_large", param="amount")
    return amount


def _end(ledger: Ledger, refund: Json, end: str) -> None:
    if refund["status"] in ("failed", end):
        return
    charge = ledger.known(refund["charge"])
    refund["status"] = end
    if end == "failed":
        refund["failure_reason"] = "unknown"
        _count(charge, -refund["amount"])
        ledger.happened("refund.updated", refund)
        ledger.happened("refund.failed", refund)
        return
    ledger.happened("refund.updated", refund)
    ledger.happened("charge.refunded", charge)


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
