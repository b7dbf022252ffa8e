"""The protocol every way of paying fits."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable


class Report(enum.StrEnum):
    """What a gateway says of one of its sessions."""

    OPEN = "open"
    WAITING = "waiting"  # the buyer has done all; the bank takes days
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a session; with the money's own reference and sum where it is paid."""

    report: Report
    payment: str = ""
    cents: int = 0
    currency: str = ""


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
    closes_at: datetime  # wall time; no money can come for this attempt afterwards


@dataclass(frozen=True, slots=True)
class Session:
    """An open payment at a gateway: its unique reference and where the buyer pays."""

    reference: str
    pay_url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One delivery: its unique id, its kind, and the facts of kinds that we know."""

    id: str
    kind: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """How a refund stands: requested, submitted, succeeded or failed, and its reference there."""

    state: str
    reference: str | None = None
    words: str = ""


class AttemptOver(Exception):  # noqa: N818  the cue to begin anew
    """Nothing can come of this attempt at the gateway: the next one needs another number."""


class NotThere(Exception):  # noqa: N818  an answer, no fault
    """The gateway does not know what it was asked about."""


class Gateway(Protocol):
    """One way of paying; what it does can be repeated.

    `at_once` gateways have the money within the request. `remote` ones are other people's
    machines (see `RemoteGateway`).
    """

    name: str
    at_once: bool
    remote: bool

    def reference_of(self, order_id: str) -> str | None:
        """The reference of an order's payment, where it is known before anybody was asked."""
        ...

    def give_back(self, reference: str, refund_id: str, cents: int, currency: str) -> Returned:
        """Send money back; `refund_id` makes repeats one refund. May raise `GatewayAway`."""
        ...


@runtime_checkable
class RemoteGateway(Gateway, Protocol):
    """A gateway with pages and a clock of its own. Calls take seconds and raise `GatewayAway`.

    It may report money after our deadline, so that places stay until it confirms that a session
    is closed. A session lasts `session_seconds`, or longer where the house gives more time.
    """

    session_seconds: int
    fault_words: str  # why nothing can be paid here until somebody sets it right; else empty

    def check(self) -> str:
        """Ask whether our account there is good; what is wrong with it, or an empty text."""
        ...

    def begin(self, bill: Bill) -> Session:
        """Open a session for a bill; the same order and attempt give the same session.

        Raises `AttemptOver` when this attempt can never lead to one.
        """
        ...

    def look_up(self, reference: str) -> Standing:
        """What has become of a session."""
        ...

    def close(self, reference: str) -> Standing:
        """Make sure no money can come any more; `PAID` or `WAITING` when that is too late."""
        ...

    def look_up_refund(self, reference: str) -> Returned:
        """How a refund stands. May raise `GatewayAway`, and `NotThere` for none of its own."""
        ...

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """What a call of theirs to us says; raises `BadNotice` unless it proves to be theirs."""
        ...


def as_remote(gateway: Gateway | None) -> RemoteGateway | None:
    """The gateway, if it is other people's machine."""
    return gateway if gateway is not None and isinstance(gateway, RemoteGateway) else None
