"""The calls of the API that the stand-in knows, each with its parameter class in the SDK."""

from __future__ import annotations

import re
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

from app.payments.stand_in.desk import (
    Does,
    end_session,
    give_back,
    list_events,
    list_of,
    one_of,
    open_session,
    show_account,
    show_balance,
    show_event,
    update_of,
)
from app.payments.stand_in.problems import ProblemError

SESSIONS: Final = "/v1/checkout/sessions"
INTENTS: Final = "/v1/payment_intents"
REFUNDS: Final = "/v1/refunds"
DISPUTES: Final = "/v1/disputes"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it is given beside its parameters is the id in its path, or nothing."""

    method: str
    path: re.Pattern[str]
    parameters: type[Any]
    carry_out: Does


def find_call(method: str, path: str) -> tuple[Call, str]:
    """The call for a path and the id in it; Stripe's refusal when there is none."""
    for call in CALLS:
        found = call.path.fullmatch(path) if call.method == method else None
        if found is not None:
            return call, found["id"] if call.path.groups else ""
    words = f"Unrecognized request URL ({method}: {path}), or one that the stand-in cannot do."
    raise ProblemError(words, status=404, before_work=True)


def _call(method: str, path: str, parameters: type[Any], does: Does) -> Call:
    return Call(method, re.compile(path.replace("ID", r"(?P<id>[\w-]{1,100})")), parameters, does)


OF_A_PAYMENT: Final = ("payment_intent", "charge")
OF_A_SESSION: Final = ("payment_intent", "status")
CALLS: Final = (
    _call("POST", SESSIONS, SessionCreateParams, open_session),
    _call("GET", SESSIONS, SessionListParams, list_of("cs_test_", OF_A_SESSION, SESSIONS)),
    _call("GET", f"{SESSIONS}/ID", SessionRetrieveParams, one_of("cs_test_")),
    _call("POST", f"{SESSIONS}/ID", SessionUpdateParams, update_of("cs_test_")),
    _call("POST", f"{SESSIONS}/ID/expire", SessionExpireParams, end_session),
    _call("GET", INTENTS, PaymentIntentListParams, list_of("pi_", (), INTENTS)),
    _call("GET", f"{INTENTS}/ID", PaymentIntentRetrieveParams, one_of("pi_")),
    _call("POST", f"{INTENTS}/ID", PaymentIntentUpdateParams, update_of("pi_")),
    _call("GET", "/v1/charges/ID", ChargeRetrieveParams, one_of("ch_")),
    _call("POST", REFUNDS, RefundCreateParams, give_back),
    _call("GET", REFUNDS, RefundListParams, list_of("re_", OF_A_PAYMENT, REFUNDS)),
    _call("GET", f"{REFUNDS}/ID", RefundRetrieveParams, one_of("re_")),
    _call("GET", DISPUTES, DisputeListParams, list_of("du_", OF_A_PAYMENT, DISPUTES)),
    _call("GET", f"{DISPUTES}/ID", DisputeRetrieveParams, one_of("du_")),
    _call("GET", "/v1/events", EventListParams, list_events),
    _call("GET", "/v1/events/ID", EventRetrieveParams, show_event),
    _call("GET", "/v1/balance", BalanceRetrieveParams, show_balance),
    _call("GET", "/v1/account", AccountRetrieveCurrentParams, show_account),
)
