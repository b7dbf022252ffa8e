"""The ways of paying that need nobody else: free, manual and demo."""

from __future__ import annotations

from app.config import Settings
from app.payments.gateway import Bill, Gateway, Report, Returned, Session
from app.tokens import Tokens


class Free:
    """Nothing to pay: done at once."""

    name = "free"
    at_once = True
    guards = False

    def begin(self, bill: Bill) -> Session:
        """A session that needs nobody."""
        return Session(f"free-{bill.order_id}", None)

    def look_up(self, reference: str) -> Report:
        """Nothing was ever open."""
        return Report.CLOSED

    def close(self, reference: str) -> Report:
        """Nothing to close."""
        return Report.CLOSED

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Nothing to give back."""
        return Returned("succeeded", refund_id)


class Manual:
    """Paid at the counter or by transfer; a person says so."""

    name = "manual"
    at_once = False
    guards = False

    def begin(self, bill: Bill) -> Session:
        """A promise that the buyer confirms by e-mail."""
        return Session(f"manual-{bill.order_id}", None)

    def look_up(self, reference: str) -> Report:
        """Only people know."""
        return Report.OPEN

    def close(self, reference: str) -> Report:
        """The house decides when it is over."""
        return Report.CLOSED

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """A person pays it out and says so."""
        return Returned("requested", None, "Pay this out by hand and record it.")


class Demo:
    """A pay page that says it is a demo; cannot exist beside a live key."""

    name = "demo"
    at_once = False
    guards = False

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._base_url = settings.base_url
        self._tokens = tokens

    def begin(self, bill: Bill) -> Session:
        """A session on our own demo page."""
        secret = self._tokens.order_secret(bill.order_id)
        url = f"{self._base_url}/pay/demo/{bill.order_id}?secret={secret}"
        return Session(f"demo-{bill.order_id}-{bill.attempt}", url)

    def look_up(self, reference: str) -> Report:
        """Demo money only comes by notice."""
        return Report.OPEN

    def close(self, reference: str) -> Report:
        """Closed at once; later notices are late money."""
        return Report.CLOSED

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Play money goes back at once."""
        return Returned("succeeded", refund_id)


def gateways_of(settings: Settings, tokens: Tokens) -> dict[str, Gateway]:
    """All gateways that this installation has, by name."""
    own: dict[str, Gateway] = {"free": Free(), "manual": Manual()}
    if not settings.live_key:
        own["demo"] = Demo(settings, tokens)
    return own
