"""The calls of the API that the stand-in knows, each with its parameter class in the SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from stripe.params import (
    AccountRetrieveCurrentParams,
    BalanceRetrieveParams,
    ChargeRetrieveParams,
    DisputeListParams,
    DisputeRetrieveParams,
    EventListParams,
    EventRetrieveParams,
    PaymentIntentListParams,
    PaymentIntentRetrieveParams,
    PaymentIntentUpdateParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
)
from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionListParams,
    SessionRetrieveParams,
    SessionUpdateParams,
)

from app.payments.stand_in.faults import FaultBox
from app.payments.stand_in.ledger import KINDS, Ledger
from app.payments.stand_in.lists import page_of, page_of_events
from app.payments.stand_in.problems import Json, ProblemError, no_such, not_done_here
from app.payments.stand_in.refunds import create_refund
from app.payments.stand_in.sessions import create_session, expire_session
from app.payments.stand_in.sums import balance

SESSIONS: Final = "/v1/checkout/sessions"
INTENTS: Final = "/v1/payment_intents"
REFUNDS: Final = "/v1/refunds"
DISPUTES: Final = "/v1/disputes"
PAGING: Final = ("limit", "starting_after", "ending_before", "created", "expand")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a call works on."""

    ledger: Ledger
    faults: FaultBox
    pages: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it is given beside its parameters is the id in its path, or nothing."""

    method: str
    path: re.Pattern[str]
    parameters: type[Any]
    carry_out: Callable[[Desk, Json, str], Json]


def find_call(method: str, path: str) -> tuple[Call, str]:
    """The call for a path and the id in it; Stripe's refusal when there is none."""
    for call in CALLS:
        found = call.path.fullmatch(path) if call.method == method else None
        if found is not None:
            return call, found["id"] if call.path.groups else ""
    words = f"Unrecognized request URL ({method}: {path}), or one that the stand-in cannot do."
    raise ProblemError(words, status=404, before_work=True)


def _create_session(desk: Desk, params: Json, _: str) -> Json:
    return create_session(desk.ledger, params, desk.pages)


def _expire_session(desk: Desk, _: Json, session_id: str) -> Json:
    return expire_session(desk.ledger, session_id)


def _create_refund(desk: Desk, params: Json, _: str) -> Json:
    return create_refund(desk.ledger, desk.faults, params)


def _balance(desk: Desk, _params: Json, _id: str) -> Json:
    return balance(desk.ledger)


def _list(prefix: str, same: tuple[str, ...], url: str) -> Callable[[Desk, Json, str], Json]:
    def carry_out(desk: Desk, params: Json, _: str) -> Json:
        for name in params:
            if name not in (*same, *PAGING):
                raise not_done_here(name)
        return page_of(desk.ledger.all_of(prefix), params, same, url)

    return carry_out


def _events(desk: Desk, params: Json, _: str) -> Json:
    for name in ("delivery_success", "ending_before"):
        if name in params:
            raise not_done_here(name)
    return page_of_events(desk.ledger, params, "/v1/events")


def _event(desk: Desk, _: Json, event_id: str) -> Json:
    found = desk.ledger.events.find(event_id)
    if found is None:
        raise no_such("event", event_id)
    event: Json = json.loads(found.body)
    return event


def _one(prefix: str) -> Callable[[Desk, Json, str], Json]:
    def carry_out(desk: Desk, _: Json, object_id: str) -> Json:
        found = desk.ledger.all_of(prefix).get(object_id)
        if found is None:
            raise no_such(KINDS[prefix], object_id)
        return found

    return carry_out


def _update(prefix: str) -> Callable[[Desk, Json, str], Json]:
    def carry_out(desk: Desk, params: Json, object_id: str) -> Json:
        for name in params:
            if name not in ("metadata", "expand"):
                raise not_done_here(name)
        found = desk.ledger.all_of(prefix).get(object_id)
        if found is None:
            raise no_such(KINDS[prefix], object_id)
        found["metadata"] = found["metadata"] | (params.get("metadata") or {})
        return found

    return carry_out


def _account(_desk: Desk, _params: Json, _id: str) -> Json:
    return {
        "id": "acct_standin",
        "object": "account",
        "charges_enabled": True,
        "country": "DE",
        "default_currency": "eur",
        "details_submitted": True,
        "payouts_enabled": False,
        "settings": {"dashboard": {"display_name": "Stand-in, no money moves"}},
        "type": "standard",
    }


def _call(method: str, path: str, parameters: type[Any], does: Any) -> Call:
    return Call(method, re.compile(path.replace("ID", r"(?P<id>[\w-]{1,100})")), parameters, does)


OF_A_PAYMENT: Final = ("payment_intent", "charge")
OF_A_SESSION: Final = ("payment_intent", "status")
CALLS: Final = (
    _call("POST", SESSIONS, SessionCreateParams, _create_session),
    _call("GET", SESSIONS, SessionListParams, _list("cs_test_", OF_A_SESSION, SESSIONS)),
    _call("GET", f"{SESSIONS}/ID", SessionRetrieveParams, _one("cs_test_")),
    _call("POST", f"{SESSIONS}/ID", SessionUpdateParams, _update("cs_test_")),
    _call("POST", f"{SESSIONS}/ID/expire", SessionExpireParams, _expire_session),
    _call("GET", INTENTS, PaymentIntentListParams, _list("pi_", (), INTENTS)),
    _call("GET", f"{INTENTS}/ID", PaymentIntentRetrieveParams, _one("pi_")),
    _call("POST", f"{INTENTS}/ID", PaymentIntentUpdateParams, _update("pi_")),
    _call("GET", "/v1/charges/ID", ChargeRetrieveParams, _one("ch_")),
    _call("POST", REFUNDS, RefundCreateParams, _create_refund),
    _call("GET", REFUNDS, RefundListParams, _list("re_", OF_A_PAYMENT, REFUNDS)),
    _call("GET", f"{REFUNDS}/ID", RefundRetrieveParams, _one("re_")),
    _call("GET", DISPUTES, DisputeListParams, _list("du_", OF_A_PAYMENT, DISPUTES)),
    _call("GET", f"{DISPUTES}/ID", DisputeRetrieveParams, _one("du_")),
    _call("GET", "/v1/events", EventListParams, _events),
    _call("GET", "/v1/events/ID", EventRetrieveParams, _event),
    _call("GET", "/v1/balance", BalanceRetrieveParams, _balance),
    _call("GET", "/v1/account", AccountRetrieveCurrentParams, _account),
)
