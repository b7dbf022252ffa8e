"""One call of the API: who asks, whether it was asked before, what goes wrong, what is answered."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from typing import Final

from app.payments.stand_in.calls import Call, find_call
from app.payments.stand_in.checking import check
from app.payments.stand_in.desk import Desk
from app.payments.stand_in.events import API_VERSION
from app.payments.stand_in.exchange import SILENT, Answer, Request, as_json
from app.payments.stand_in.faults import Break
from app.payments.stand_in.forms import read_form
from app.payments.stand_in.idempotency import Keys
from app.payments.stand_in.lists import expanded
from app.payments.stand_in.problems import Json, ProblemError

TEST_KEYS: Final = ("sk_test_", "rk_test_")
WRONG_KEY: Final = "sk_test_invalid"  # as if it had been taken back
NOTHING_DONE: Final = {
    "500_before": ("An unknown error occurred.", 500, "api_error"),
    "503": ("The service is down.", 503, "api_error"),
    "429": ("Request rate limit exceeded.", 429, "invalid_request_error"),
}


class Api:
    """Answers the SDK's requests."""

    def __init__(self, desk: Desk, stopping: threading.Event) -> None:
        self.keys = Keys()
        self._desk = desk
        self._stopping = stopping

    def answer(self, request: Request) -> Answer:
        """What Stripe would say, or what a fault lets it say."""
        faults = self._desk.faults
        if faults.is_down:
            return SILENT if faults.now.down_how == "closed" else _nothing_done("503")
        meets = faults.take_break(request.method, request.path)
        if meets is not None and meets.how in NOTHING_DONE:
            self._wait(meets)
            return _nothing_done(meets.how)
        try:
            check_key(request.headers.get("authorization", ""))
            call, object_id = find_call(request.method, request.path)
            if request.method == "POST":
                return self._once(request, call, object_id, meets)
            answer = self._carry_out(call, object_id, read_form(request.query))
        except ProblemError as problem:
            return _as_answer(problem)
        return self._broken(answer, meets)[1]

    def _once(self, request: Request, call: Call, object_id: str, meets: Break | None) -> Answer:
        """Carry out a change, unless its idempotency key has an answer already."""
        given = read_form(request.text)
        key = request.headers.get("idempotency-key")
        if key is None:
            return self._broken(self._carry_out(call, object_id, given), meets)[1]
        before = self.keys.begin(key, request.path, given)
        if before is not None:
            return _replayed(before)
        try:
            answer = self._carry_out(call, object_id, given)
        except ProblemError as problem:
            if problem.before_work:
                self.keys.release(key)
                raise
            answer = _as_answer(problem)
        except BaseException:
            self.keys.release(key)
            raise
        kept, told = self._broken(answer, meets)
        self.keys.finish(key, kept)
        return told

    def _carry_out(self, call: Call, object_id: str, given: Json) -> Answer:
        params = check(given, call.parameters)
        ledger = self._desk.ledger
        with ledger.guard:
            ledger.catch_up()
            done = call.carry_out(self._desk, params, object_id)
            return _good(expanded(ledger, done, params.get("expand", [])))

    def _broken(self, answer: Answer, meets: Break | None) -> tuple[Answer, Answer]:
        """What is kept for the key, and what is told now."""
        if meets is None:
            return answer, answer
        self._wait(meets)
        if meets.how == "500":
            failed = _nothing_done("500_before")
            failed.headers["Stripe-Should-Retry"] = "false"  # the same key gets the same answer
            return failed, failed
        if meets.how == "500_once":
            return answer, _nothing_done("500_before")
        return answer, SILENT if meets.how == "lost" else answer

    def _wait(self, meets: Break) -> None:
        self._stopping.wait(meets.seconds)


def check_key(authorization: str) -> None:
    """Refuse everything but a secret test key, a live one above all."""
    key = _key_in(authorization)
    if "_live_" in key:
        words = "The stand-in refuses live keys: this one can move real money and belongs nowhere"
        raise ProblemError(f"{words} near a stand-in.", status=401, before_work=True)
    if not key:
        words = "You did not provide an API key."
        raise ProblemError(words, status=401, before_work=True)
    if not key.startswith(TEST_KEYS) or key.startswith(WRONG_KEY):
        words = f"Invalid API Key provided: {key[:8]}****{key[-4:] if len(key) > 16 else ''}"
        raise ProblemError(words, status=401, before_work=True)


def _key_in(authorization: str) -> str:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _good(content: Json) -> Answer:
    request_id = f"req_{secrets.token_hex(7)}"
    return as_json(content, Request_Id=request_id, Stripe_Version=API_VERSION)


def _as_answer(problem: ProblemError) -> Answer:
    request_id = f"req_{secrets.token_hex(7)}"
    return as_json(problem.shape(), problem.status, Request_Id=request_id)


def _replayed(before: Answer) -> Answer:
    first_id = before.headers.get("Request-Id", "")
    headers = before.headers | {"Idempotent-Replayed": "true", "Original-Request": first_id}
    return Answer(before.status, before.body, before.kind, headers)


def _nothing_done(how: str) -> Answer:
    words, status, kind = NOTHING_DONE[how]
    code = "rate_limit" if how == "429" else None
    return _as_answer(ProblemError(words, status=status, kind=kind, code=code))
