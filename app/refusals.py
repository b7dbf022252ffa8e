"""Refusals: expected noes, each with a stable code, a status and words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error
    """An expected no: `code` for programs, `happened`, `safe` and `next_step` for people."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    happened: str = "That did not work."
    safe: str = ""
    next_step: str = ""

    def __init__(
        self,
        happened: str | None = None,
        *,
        safe: str | None = None,
        next_step: str | None = None,
        retry_after: int | None = None,
        **details: Any,
    ) -> None:
        super().__init__(happened or type(self).happened)
        if happened is not None:
            self.happened = happened
        if safe is not None:
            self.safe = safe
        if next_step is not None:
            self.next_step = next_step
        self.retry_after = retry_after
        self.details: Mapping[str, Any] = details

    @property
    def words(self) -> str:
        """All sentences in the order a person reads them."""
        return " ".join(part for part in (self.happened, self.safe, self.next_step) if part)


class NotFound(Refusal):
    """The thing does not exist, or is not yours: both look the same."""

    code, status = "not_found", 404
    happened = "We cannot find that."
    next_step = "Check the link, or start again from what is on."


class PlacesTaken(Refusal):
    """Somebody else has at least one of the places; none was taken for you."""

    code, status = "places_taken", 409
    happened = "That seat was just taken."
    safe = "What you already hold is safe."
    next_step = "Choose another one."


class HoldEnded(Refusal):
    """The hold was given back or its places were sold."""

    code, status = "hold_ended", 409
    happened = "These places are no longer held."
    safe = "Nothing was charged for them."
    next_step = "Choose your seats again, or look at your order if you have paid."


class HoldExpired(Refusal):
    """The hold's time ran out."""

    code, status = "hold_expired", 410
    happened = "Your time ran out and the places went back on sale."
    safe = "Nothing was charged."
    next_step = "Try to get the same ones again."


class NotOnSale(Refusal):
    """The event sells nothing at this moment."""

    code, status = "not_on_sale", 409
    happened = "This event is not on sale right now."
    safe = "What you already hold is safe."
    next_step = "The event's page says when sales open."


class NoExtensionLeft(Refusal):
    """The hold cannot be made longer any more."""

    code, status = "no_extension_left", 409
    happened = "The time cannot be extended again."
    safe = "Your places are kept until the clock ends."
    next_step = "Pay before then, or choose again afterwards."


class PaymentRunning(Refusal):
    """The places are being paid for; they cannot change meanwhile."""

    code, status = "payment_running", 409
    happened = "A payment for these places is already running."
    safe = "The places are kept while you pay."
    next_step = "Finish the payment, or go back from it to change your choice."


class BasketEmpty(Refusal):
    """There is nothing to pay for."""

    code, status = "basket_empty", 409
    happened = "Your basket is empty."
    safe = "Nothing was charged."
    next_step = "Choose a seat first; it is then kept for you."


class UnknownPlace(Refusal):
    """No such seat, area or ticket type at this event."""

    code, status = "unknown_place", 422
    happened = "There is no such place at this event."
    safe = "Nothing was changed."
    next_step = "Load the page again and choose from it."


class LimitReached(Refusal):
    """More than one order or one buyer may have."""

    code, status = "limit_reached", 422
    happened = "That is more than one person may have."
    safe = "What you already hold is safe."
    next_step = "Give something back first, or choose fewer."


class LoneSeat(Refusal):
    """The choice would leave a single seat alone, which this event forbids."""

    code, status = "lone_seat", 422
    happened = "That choice would leave one seat alone between others."
    safe = "What you already hold is safe."
    next_step = "Move by one seat, or take the lone seat too."


class PaymentNotPossible(Refusal):
    """This way of paying is not offered here."""

    code, status = "payment_not_possible", 422
    happened = "This way of paying is not possible here."
    safe = "Your places are kept."
    next_step = "Choose another way to pay."


class CardRefused(Refusal):
    """The payment was refused; the hold stays."""

    code, status = "card_refused", 402
    happened = "The card was refused by the bank."
    safe = "Nothing was charged and your seats are kept."
    next_step = "Try again or use another card."


class Invalid(Refusal):
    """Fields that cannot be accepted; `fields` maps each to its sentence."""

    code, status = "invalid", 422
    happened = "Something in the form needs another look."
    safe = "Nothing was changed."

    def __init__(self, fields: Mapping[str, str], happened: str | None = None) -> None:
        super().__init__(happened, fields=dict(fields))
        self.fields = dict(fields)
        self.next_step = " ".join(fields.values())


class IdempotencyMismatch(Refusal):
    """The key was used before with another request."""

    code, status = "idempotency_mismatch", 422
    happened = "This idempotency key was already used for a different request."
    safe = "Nothing was changed."
    next_step = "Use a new key for a new request."


class IdempotencyInFlight(Refusal):
    """The first request with this key has not been answered yet."""

    code, status = "idempotency_in_flight", 409
    happened = "The first request with this idempotency key is still being worked on."
    safe = "It has one effect, however often it is sent."
    next_step = "Send the same request again in a second."

    def __init__(self) -> None:
        super().__init__(retry_after=1)


class BadIdempotencyKey(Refusal):
    """The key is too short, too long or not printable ASCII."""

    code, status = "bad_idempotency_key", 422
    happened = "The idempotency key must be 16 to 255 printable ASCII characters."
    safe = "Nothing was changed."
    next_step = "Send a longer random key."


class TooMany(Refusal):
    """Too many requests from one basket or address."""

    code, status = "too_many", 429
    happened = "That was a lot of requests in a short time."
    safe = "What you already hold is safe."
    next_step = "Wait a moment, then go on."


class GatewayAway(Refusal):
    """A payment service does not answer; what was asked of it may or may not have happened."""

    code, status = "payment_away", 503
    happened = "The payment service does not answer just now."
    safe = "What you hold stays kept, and nothing is charged twice."
    next_step = "Try again in a minute, or choose another way to pay."


class Busy(Refusal):
    """The box office cannot take more right now; nothing was carried out."""

    code, status = "busy", 503
    happened = "The box office is very busy right now."
    safe = "Nothing was changed; places you hold stay held."
    next_step = "Try again in a few seconds."

    def __init__(self, happened: str | None = None, *, retry_after: int = 2) -> None:
        super().__init__(happened, retry_after=retry_after)


class InDoubt(Busy):
    """The database did not say in time whether it kept the change; asking again tells."""

    happened = "The box office was too busy to say whether that worked."
    safe = "Whatever became of it, it happened once at most; nothing is charged twice."
    next_step = "Look at your basket or your order before you try again."
