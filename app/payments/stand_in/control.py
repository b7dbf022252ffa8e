"""/stand-in/...: what tests ask of the stand-in itself, in JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from app.payments.stand_in import disputes, paying, refunds
from app.payments.stand_in.asked import choice_in, read_asked, text_in
from app.payments.stand_in.exchange import Answer, Request, as_json
from app.payments.stand_in.faults import BadFaultError
from app.payments.stand_in.problems import Json, ProblemError, no_such
from app.payments.stand_in.sessions import expire_session
from app.payments.stand_in.sums import sums
from app.payments.stand_in.webhook import TYPES, BadWebhookError, Webhook

if TYPE_CHECKING:
    from app.payments.stand_in.running import StandIn

KEPT: Final = {
    "sessions": "cs_test_",
    "payment_intents": "pi_",
    "charges": "ch_",
    "refunds": "re_",
    "disputes": "du_",
}
AHEAD_LIMIT_SECONDS: Final = 10 * 365 * 24 * 60 * 60


class Control:
    """Answers control calls; a bad one gets 400 and a sentence."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def answer(self, request: Request) -> Answer:
        """Carry out one control call."""
        name = request.path.removeprefix("/stand-in/")
        reads = {
            "state": self._state,
            "deliveries": self._deliveries,
            "waiting": self._waiting,
            "faults": self._faults,
        }
        changes = {
            "pay": self._pay,
            "authenticate": self._authenticate,
            "settle": self._settle,
            "expire": self._expire,
            "refund": self._refund,
            "dispute": self._dispute,
            "deliver": self._deliver,
            "faults": self._change_faults,
            "webhook": self._webhook,
            "clock": self._clock,
        }
        try:
            with self._stand_in.ledger.guard:
                self._stand_in.ledger.catch_up()
                if request.method == "GET" and name in reads:
                    return as_json(reads[name]())
                if request.method == "POST" and name in changes:
                    return as_json(changes[name](read_asked(request)))
        except ProblemError as problem:
            return as_json(problem.shape(), problem.status)
        except (BadFaultError, BadWebhookError) as wrong:
            return as_json({"error": {"message": str(wrong)}}, 400)
        return as_json({"error": {"message": f"There is no {request.path} here."}}, 404)

    def _state(self) -> Json:
        ledger = self._stand_in.ledger
        kept = {name: list(ledger.all_of(prefix).values()) for name, prefix in KEPT.items()}
        return {**kept, **sums(ledger), "now": ledger.now()}

    def _deliveries(self) -> Json:
        return self._stand_in.deliveries.shape()

    def _waiting(self) -> Json:
        return {"waiting": self._stand_in.deliveries.waiting}

    def _faults(self) -> Json:
        return self._stand_in.faults.shape()

    def _pay(self, asked: Json) -> Json:
        how = choice_in(asked, "how", paying.HOWS, "card")
        ledger, faults = self._stand_in.ledger, self._stand_in.faults
        session = paying.pay(ledger, faults, text_in(asked, "session"), how)
        return session | {"success_url": paying.way_back(session)}

    def _authenticate(self, asked: Json) -> Json:
        passes = asked.get("passes", True) is True
        return paying.authenticate(self._stand_in.ledger, text_in(asked, "session"), passes)

    def _settle(self, asked: Json) -> Json:
        paid = asked.get("paid", True) is True
        return paying.settle(self._stand_in.ledger, text_in(asked, "session"), paid)

    def _expire(self, asked: Json) -> Json:
        return expire_session(self._stand_in.ledger, text_in(asked, "session"))

    def _refund(self, asked: Json) -> Json:
        end = choice_in(asked, "status", refunds.ENDS, "succeeded")
        return refunds.end_refund(self._stand_in.ledger, text_in(asked, "refund"), end)

    def _dispute(self, asked: Json) -> Json:
        ledger = self._stand_in.ledger
        if "dispute" in asked:
            status = choice_in(asked, "status", disputes.ENDS, "lost")
            return disputes.close_dispute(ledger, text_in(asked, "dispute"), status)
        amount = asked.get("amount")
        if amount is not None and type(amount) is not int:
            raise ProblemError("amount must be whole minor units.", param="amount")
        reason = asked.get("reason", "fraudulent")
        intent_id = text_in(asked, "payment_intent")
        return disputes.open_dispute(ledger, intent_id, amount, str(reason)[:60])

    def _deliver(self, asked: Json) -> Json:
        event_id = text_in(asked, "event")
        found = self._stand_in.ledger.events.find(event_id)
        if found is None:
            raise no_such("event", event_id)
        self._stand_in.deliveries.send_again(found)
        return {"event": event_id}

    def _change_faults(self, asked: Json) -> Json:
        self._stand_in.faults.change(asked)
        return self._faults()

    def _webhook(self, asked: Json) -> Json:
        deliveries = self._stand_in.deliveries
        if asked.get("url") is None:
            deliveries.webhook = None
            return {"url": None}
        before = deliveries.webhook
        kept: Json = {"secret": self._stand_in.secret} if before is None else asdict(before)
        wanted = kept | asked
        if not wanted.keys() <= {"url", "secret", "types", "retry_seconds"}:
            raise ProblemError("A webhook has only url, secret, types and retry_seconds.")
        retry = wanted.get("retry_seconds", 0.5)
        if not isinstance(retry, int | float) or not 0 < retry <= 3600:
            raise ProblemError("retry_seconds must be above 0, up to 3600.")
        wanted["types"] = tuple(str(kind) for kind in wanted.get("types", TYPES))
        deliveries.webhook = Webhook(**wanted)
        return asdict(deliveries.webhook)

    def _clock(self, asked: Json) -> Json:
        seconds = asked.get("advance_seconds")
        if type(seconds) is not int or not 0 <= seconds <= AHEAD_LIMIT_SECONDS:
            raise ProblemError("advance_seconds must be whole seconds, and not back in time.")
        self._stand_in.ledger.ahead_seconds += seconds
        self._stand_in.ledger.catch_up()
        return {"now": self._stand_in.ledger.now()}
