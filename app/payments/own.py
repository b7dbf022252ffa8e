"""The ways of paying that need nobody else: free, manual and demo."""

from __future__ import annotations

from app.payments.gateway import Returned


class Free:
    """Nothing to pay: done at once."""

    name = "free"
    at_once = True
    remote = False

    def reference_of(self, order_id: str) -> str | None:
        """One for each order."""
        return f"free-{order_id}"

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Nothing to give back."""
        return Returned("succeeded", refund_id)


class Manual:
    """Paid at the counter; a person says so."""

    name = "manual"
    at_once = False
    remote = False

    def reference_of(self, order_id: str) -> str | None:
        """One for each order."""
        return f"manual-{order_id}"

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """A person pays it out and says so."""
        return Returned("requested", None, "Pay this out by hand and record it.")


class Transfer(Manual):
    """Transferred to the house's account; a person sees it there and says so."""

    name = "transfer"

    def reference_of(self, order_id: str) -> str | None:
        """One for each order."""
        return f"transfer-{order_id}"


class Demo:
    """A pay page of our own that says it is a demo; cannot exist beside a live key."""

    name = "demo"
    at_once = False
    remote = False

    def reference_of(self, order_id: str) -> str | None:
        """One for each order."""
        return f"demo-{order_id}-1"

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Play money goes back at once."""
        return Returned("succeeded", refund_id)
