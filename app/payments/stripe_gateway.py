"""Stripe: hosted Checkout by redirect only, asked through its own SDK.

Parameters are those of API 2026-10-28, which the SDK of the same release brings. Nothing of a card
ever comes here: the buyer types it on Stripe's page.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.clock import to_ms, utc_now
from app.config import Settings
from app.payments.calls import RETRY_AFTER_SECONDS, Calls
from app.payments.gateway import (
    AttemptOver,
    Bill,
    Notice,
    NotThere,
    Report,
    Returned,
    Session,
    Standing,
)
from app.payments.stripe_deliveries import read_notice, refund_state
from app.refusals import GatewayAway

if TYPE_CHECKING:
    import stripe

T = TypeVar("T")
log = logging.getLogger("fullhouse.stripe")

CONNECT_SECONDS: Final = 1.5
ANSWER_SECONDS: Final = 3.3  # together below five
PATIENCE_SECONDS: Final = 1.5  # after an error that came later the next press searches on
SESSION_SECONDS: Final = 30 * 60 + 60  # Stripe's minimum, and a minute for clocks that differ
LINES_LIMIT: Final = 100  # line items that Stripe takes
WORDS_LIMIT: Final = 250
SEARCH_LIMIT: Final = 100  # sessions looked through for one whose answer was lost
LOCALES: Final = frozenset(("en", "en-GB", "de", "fr", "es", "it", "nl", "da", "sv", "nb", "pl"))
KEY_WORDS: Final = "Stripe does not accept STRIPE_SECRET_KEY: copy it again from its dashboard."


class StripeGateway:
    """Card payments by Stripe. `fault_words` tells of a key that Stripe does not accept."""

    name = "stripe"
    at_once = False
    remote = True
    session_seconds = SESSION_SECONDS

    def __init__(self, settings: Settings) -> None:
        self._key = settings.stripe_secret_key or ""
        self._webhook_secret = settings.stripe_webhook_secret or ""
        self._api_base = settings.stripe_api_base
        self.is_live = settings.live_key
        self.fault_words = ""
        self._calls = Calls()

    def reference_of(self, order_id: str) -> str | None:
        """Known once a session is paid: the payment intent."""
        return None

    def check(self) -> str:
        """Ask Stripe whether the key is one of its own; what is wrong, or an empty text.

        Raises `GatewayAway` when it does not answer.
        """
        import stripe

        try:
            self._ask(lambda: self._client.v1.balance.retrieve())
        except stripe.PermissionError:  # a restricted key need not see the balance
            pass
        except GatewayAway:
            if not self.fault_words:
                raise
            return self.fault_words
        self.fault_words = ""
        return ""

    def begin(self, bill: Bill) -> Session:
        """One Checkout session for an order's attempt, however often it is asked for."""
        import stripe

        asked_at, started_at = utc_now(), time.monotonic()
        try:
            made = self._ask_once(
                lambda: self._client.v1.checkout.sessions.create(
                    _session_of(bill),  # type: ignore[arg-type]
                    {"idempotency_key": f"{bill.order_id}:{bill.attempt}"},
                )
            )
        except (stripe.APIError, stripe.InvalidRequestError, stripe.IdempotencyError) as no:
            log.warning("Stripe opened no session: %s", type(no).__name__)
            if time.monotonic() - started_at > PATIENCE_SECONDS:  # a buyer waits
                raise GatewayAway(retry_after=RETRY_AFTER_SECONDS) from no
            made = self._found_again(bill, asked_at)
        return Session(str(made.id), str(made.url))

    def look_up(self, reference: str) -> Standing:
        """What has become of a session."""
        import stripe

        try:
            found = self._ask(lambda: self._client.v1.checkout.sessions.retrieve(reference))
        except stripe.InvalidRequestError as no:  # of another account, or of the other mode
            raise GatewayAway("The payment service does not know this payment.") from no
        return _standing(found)

    def close(self, reference: str) -> Standing:
        """Expire a session; when that is too late, what has become of it."""
        import stripe

        try:
            ended = self._ask(lambda: self._client.v1.checkout.sessions.expire(reference))
        except stripe.InvalidRequestError:
            return self.look_up(reference)
        return _standing(ended)

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Refund a payment intent, all of it or a part; the refund's id makes repeats one."""
        import stripe

        try:
            refund = self._ask_once(
                lambda: self._client.v1.refunds.create(
                    {
                        "payment_intent": reference,
                        "amount": cents,
                        "metadata": {"refund": refund_id},
                    },
                    {"idempotency_key": refund_id},
                )
            )
        except (stripe.APIError, stripe.InvalidRequestError) as no:
            found = self._refund_again(reference, refund_id)
            if found is None:
                if isinstance(no, stripe.InvalidRequestError):
                    return Returned("failed", None, str(no.code or "refused"))
                raise GatewayAway(retry_after=RETRY_AFTER_SECONDS) from no
            refund = found
        return Returned(refund_state(str(refund.status)), str(refund.id))

    def look_up_refund(self, reference: str) -> Returned:
        """How a refund stands."""
        import stripe

        try:
            refund = self._ask(lambda: self._client.v1.refunds.retrieve(reference))
        except stripe.InvalidRequestError as no:  # of another account, or of the other mode
            raise NotThere(reference) from no
        words = str(getattr(refund, "failure_reason", None) or "")  # only there when it failed
        return Returned(refund_state(str(refund.status)), str(refund.id), words)

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """What a webhook call says, once its signature is right; else `BadNotice`."""
        return read_notice(body, signature, self._webhook_secret, self.is_live)

    @cached_property
    def _client(self) -> stripe.StripeClient:
        import stripe

        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # it writes every session's address
        http_client = stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
        addresses: Any = {"api": self._api_base} if self._api_base else None
        return stripe.StripeClient(
            self._key, base_addresses=addresses, max_network_retries=0, http_client=http_client
        )

    def _ask(self, call: Callable[[], T]) -> T:
        """What Stripe answers; `GatewayAway` where it does not, or has a fault of its own."""
        import stripe

        try:
            return self._ask_once(call)
        except stripe.APIError as fault:
            raise GatewayAway(retry_after=RETRY_AFTER_SECONDS) from fault

    def _ask_once(self, call: Callable[[], T]) -> T:
        """The same; but what a fault of Stripe's own has done is left to the caller to find out."""
        import stripe

        try:
            return self._calls.make(
                call, (stripe.APIConnectionError, stripe.RateLimitError), (stripe.APIError,)
            )
        except stripe.AuthenticationError as no:
            self.fault_words = KEY_WORDS
            raise GatewayAway(
                "The house's account at the payment service is not set up right.",
                next_step="Choose another way to pay, or tell the house.",
            ) from no

    def _found_again(self, bill: Bill, since: datetime) -> Any:
        """The session that was made although the answer to it was an error.

        Stripe repeats such an answer for the key, so without a session the attempt is over.
        """
        earliest = to_ms(since) // 1000 - SESSION_SECONDS
        sessions = self._ask(
            lambda: self._client.v1.checkout.sessions.list(
                {"created": {"gte": earliest}, "status": "open", "limit": SEARCH_LIMIT}
            )
        )
        for session in sessions.data:
            known = _marks(session)
            if (known.get("order"), known.get("attempt")) == (bill.order_id, str(bill.attempt)):
                return session
        raise AttemptOver

    def _refund_again(self, reference: str, refund_id: str) -> Any:
        refunds = self._ask(
            lambda: self._client.v1.refunds.list(
                {"payment_intent": reference, "limit": SEARCH_LIMIT}
            )
        )
        return next((one for one in refunds.data if _marks(one).get("refund") == refund_id), None)


def _session_of(bill: Bill) -> dict[str, Any]:
    marks = {"order": bill.order_id, "attempt": str(bill.attempt)}
    return {
        "mode": "payment",
        "client_reference_id": bill.order_id,
        "metadata": marks,
        "payment_intent_data": {"metadata": marks, "description": bill.order_id},
        "customer_email": bill.email,
        "locale": bill.locale if bill.locale in LOCALES else "auto",
        "expires_at": to_ms(bill.closes_at) // 1000,
        "success_url": bill.done_url,
        "cancel_url": bill.back_url,
        "line_items": _priced_lines(bill),
    }


def _priced_lines(bill: Bill) -> list[dict[str, Any]]:
    lines = bill.lines
    if len(lines) > LINES_LIMIT:  # then one line says the sum
        lines = ((bill.order_id, bill.total_cents),)
    return [
        {
            "quantity": 1,
            "price_data": {
                "currency": bill.currency.lower(),
                "unit_amount": cents,
                "product_data": {"name": words[:WORDS_LIMIT] or bill.order_id},
            },
        }
        for words, cents in lines
    ]


def _marks(thing: Any) -> dict[str, str]:
    """Our own words on something of Stripe's."""
    return thing.metadata.to_dict() if thing.metadata else {}


def _standing(session: Any) -> Standing:
    if session.payment_status == "paid":
        return Standing(
            Report.PAID,
            str(session.payment_intent),
            int(session.amount_total),
            str(session.currency).upper(),
        )
    states = {"open": Report.OPEN, "complete": Report.WAITING}
    return Standing(states.get(str(session.status), Report.CLOSED))
