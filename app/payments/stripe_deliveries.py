"""What Stripe calls to tell: signed bodies become the few facts that we act on.

The rest of a body is not kept: names, addresses and the last digits of cards are nothing to us.
Format: docs.stripe.com/webhooks, header `Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256>`.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any, Final

from app.clock import from_ms
from app.payments.gateway import Notice
from app.refusals import Refusal

STALE_SECONDS: Final = 300
SIGNATURES_LIMIT: Final = 20
SIGNATURE_LIMIT: Final = 4096  # characters of the header
BODY_LIMIT_BYTES: Final = 256 * 1024
ID_LIMIT: Final = 255
YEAR_3000_SECONDS: Final = 32_503_680_000

Facts = dict[str, Any]


class BadNotice(Refusal):
    """A call that does not prove to come from the gateway, or says nothing."""

    code, status = "bad_delivery", 400
    happened = "This is not a delivery that we can accept."
    safe = "Nothing was changed."
    next_step = "Check the signing secret and the clock of this machine."


def read_notice(body: bytes, signature: str, secret: str, is_live: bool) -> Notice:
    """The delivery in a webhook's body; raises `BadNotice` unless it is signed, fresh and whole."""
    _prove(body, signature, secret)
    try:
        told = json.loads(body)
        if bool(told["livemode"]) != is_live:
            raise BadNotice("This is a delivery of the other mode: live and test cannot be mixed.")
        notice_id, kind, at = told["id"], told["type"], told["created"]
        thing = told["data"]["object"]
        is_sound = (
            all(isinstance(text, str) and 0 < len(text) <= ID_LIMIT for text in (notice_id, kind))
            and type(at) is int
            and 0 < at < YEAR_3000_SECONDS
            and isinstance(thing, dict)
        )
        if not is_sound:
            raise BadNotice
        return Notice(notice_id, kind, from_ms(at * 1000), _facts(kind, thing))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadNotice from None


def _prove(body: bytes, signature: str, secret: str) -> None:
    """Raises `BadNotice` unless one of the signatures is ours and made just now."""
    if len(body) > BODY_LIMIT_BYTES or len(signature) > SIGNATURE_LIMIT or not secret:
        raise BadNotice
    pairs = [part.strip().partition("=") for part in signature.split(",")]
    moments = [value for name, _is, value in pairs if name == "t"]
    given = [value for name, _is, value in pairs if name == "v1"][:SIGNATURES_LIMIT]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit()):
        raise BadNotice
    signed = moments[0].encode() + b"." + body
    right = hmac.new(secret.encode(), signed, sha256).hexdigest().encode()
    matches = [hmac.compare_digest(right, one.encode("utf-8", "replace")) for one in given]
    if not any(matches):
        raise BadNotice
    if len(moments[0]) > 12 or abs(time.time() - int(moments[0])) > STALE_SECONDS:
        raise BadNotice("This delivery is stale.")


def _facts(kind: str, thing: Facts) -> Facts:
    family, _dot, _rest = kind.rpartition(".")
    readers: dict[str, Callable[[Facts], Facts]] = {
        "checkout.session": _session_facts,
        "checkout.session.async_payment": _session_facts,
        "refund": _refund_facts,
        "charge.dispute": partial(_dispute_facts, kind),
    }
    reader = readers.get("checkout.session" if kind.startswith("checkout.session.") else family)
    return {} if reader is None else reader(thing)


def _session_facts(thing: Facts) -> Facts:
    return {
        "session": _text(thing["id"]),
        "order": _text(thing.get("client_reference_id")),
        "status": _text(thing.get("payment_status")),
        "payment": _text(thing.get("payment_intent")),
        **_sum(thing.get("amount_total"), thing.get("currency")),
    }


def _refund_facts(thing: Facts) -> Facts:
    return {
        "reference": _text(thing["id"]),
        "refund": _text((thing.get("metadata") or {}).get("refund")),
        "payment": _text(thing.get("payment_intent")),
        "state": refund_state(_text(thing.get("status"))),
        "why": _text(thing.get("failure_reason")),
        **_sum(thing.get("amount"), thing.get("currency")),
    }


def _dispute_facts(kind: str, thing: Facts) -> Facts:
    due = (thing.get("evidence_details") or {}).get("due_by")
    return {
        "moved": kind.rpartition(".")[2] in ("funds_withdrawn", "funds_reinstated"),
        "due": due if type(due) is int and 0 < due < YEAR_3000_SECONDS else 0,
        "reference": _text(thing["id"]),
        "payment": _text(thing.get("payment_intent")),
        "status": _text(thing.get("status")),
        "why": _text(thing.get("reason")),
        **_sum(thing.get("amount"), thing.get("currency")),
    }


def refund_state(status: str) -> str:
    """Stripe's word for a refund in ours."""
    return {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}.get(
        status, "submitted"
    )


def _sum(cents: Any, currency: Any) -> Facts:
    if cents is not None and (type(cents) is not int or not 0 <= cents < 2**53):
        raise BadNotice
    return {"cents": cents or 0, "currency": _text(currency).upper()}


def _text(value: Any) -> str:
    """A text of bounded length; an empty one for null. An expanded object counts by its id."""
    if isinstance(value, dict):
        value = value.get("id")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > ID_LIMIT:
        raise BadNotice
    return value
