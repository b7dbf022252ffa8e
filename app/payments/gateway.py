"""The protocol every way of paying fits."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class Report(enum.StrEnum):
    """What a gateway says of one of its sessions."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid: an order, its sum and where its buyer comes back to."""

    order_id: str
    attempt: int
    total_cents: int
    currency: str
    email: str
    name: str
    locale: str
    lines: tuple[tuple[str, int], ...]  # words and all-in price of each place
    back_url: str
    done_url: str
    deadline_ms: int  # house time


@dataclass(frozen=True, slots=True)
class Session:
    """An open payment at a gateway: its unique reference and where the buyer pays."""

    reference: str
    pay_url: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """How a refund stands: requested, submitted, succeeded or failed, and its reference there."""

    state: str
    reference: str | None = None
    words: str = ""


class Gateway(Protocol):
    """One way of paying. Calls may take seconds and may raise `Busy`; all are safe to repeat.

    `at_once` gateways answer within `begin`: no page of theirs, no notice later. `guards` ones
    may report money after our deadline: places stay until they confirm that a session is closed.
    """

    name: str
    at_once: bool
    guards: bool

    def begin(self, bill: Bill) -> Session:
        """Open a session for a bill; the same order and attempt give the same session."""
        ...

    def look_up(self, reference: str) -> Report:
        """What has become of a session."""
        ...

    def close(self, reference: str) -> Report:
        """Make sure no money can come any more; `PAID` when it has come already."""
        ...

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Send money back; `refund_id` makes repeats one refund."""
        ...
