"""Payment notices: what a gateway says, at any time and any number of times."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.models import BY_HAND, Payment
from app.orders.ending import refuse_payment
from app.orders.rows import read_order
from app.orders.settling import capture, settle_soon
from app.refusals import Invalid

OUTCOMES = ("paid", "refused")
DIGEST_LETTERS: Final = 12


def payment_notice(
    office: BoxOffice,
    order_id: str,
    gateway: str,
    reference: str,
    cents: int,
    currency: str,
    outcome: str,
) -> None:
    """Act on a gateway's word about one payment; repeats have one effect.

    Money after the deadline is late money: tickets if all places can be had, else all of it goes
    back. A second payment goes back. A refusal lets the holds run on.
    """
    if outcome == "paid":
        capture(office, order_id, gateway, reference, cents, currency)
        settle_soon(office, order_id)
    elif outcome == "refused":
        refuse_payment(office, order_id)
    else:
        raise Invalid({"outcome": "The outcome must be paid or refused."})


def demo_notice(office: BoxOffice, order_id: str, outcome: str, again: int = 0) -> None:
    """Play a notice of the demo gateway; `again` makes it another payment of the same order."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.gateway != "demo" or "demo" not in office.gateways:
        raise Invalid({"order": "Only orders of the demo gateway can be played."})
    reference = order.reference or f"demo-{order_id}-1"
    if again:
        reference = f"{reference}-{again}"
    payment_notice(office, order_id, "demo", reference, order.total_cents, order.currency, outcome)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a payment came to: the order's status, and why its money goes back, if it does."""

    status: str
    goes_back: str = ""


def record_payment(
    office: BoxOffice, order_id: str, by: str, cents: int | None = None, reference: str = ""
) -> Recorded:
    """A person took money for an order that is paid by hand; its own sum if none is said.

    A `reference` of the bank's own tells a second payment from the same one typed again. Another
    sum, a second payment, or one for an order that is over buys nothing: it is entered and goes
    back, by hand too.
    """
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.gateway not in BY_HAND:
        raise Invalid({"order": "This order is not paid by hand."})
    cents = order.total_cents if cents is None else cents
    name = order.reference or f"{order.gateway}-{order_id}"
    if reference:
        name = f"{name}-{hashlib.sha256(reference.encode()).hexdigest()[:DIGEST_LETTERS]}"
    elif cents != order.total_cents:
        name = f"{name}-{cents}"
    capture(office, order_id, order.gateway, name, cents, order.currency, by)
    settle_soon(office, order_id)
    with office.db.read() as connection:
        status = read_order(connection, order_id).status
        why = connection.scalar(
            select(Payment.return_reason).where(Payment.id == f"{order.gateway}:{name}")
        )
    return Recorded(str(status), str(why or ""))
