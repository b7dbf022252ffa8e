"""Disputes: a buyer's bank asks for the money back, takes it, and decides weeks later.

While one is open or lost its tickets admit nobody, unless the event's organizer wants them to. The
words of their states are Stripe's (docs.stripe.com/disputes).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import from_ms, utc_now, wall_ms
from app.inventory.commands import CancelTickets
from app.ledger_rows import enter_dispute
from app.models import Dispute, DisputeState, Order, Payment, Ticket, TicketState
from app.orders.rows import read_order, write_journal
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refund_rows import back_cents
from app.refusals import NotFound, Refusal

log = logging.getLogger("fullhouse.disputes")

BARRED: Final = "barred"  # a ticket's state in the eyes of its owner and of a door
TAKEN_BACK: Final = "the bank took the money back"
ENDS: Final = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
ONLY_ASKS: Final = ("warning_", "prevented")  # begin of states in which nothing was taken
LISTED_LIMIT: Final = 200

Facts = dict[str, Any]


class NoDispute(Refusal):
    """There is nothing to lift."""

    code, status = "no_dispute", 409
    happened = "No dispute keeps the tickets of this order out."
    safe = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One dispute of a list: whose, how much the bank has taken, how it stands."""

    id: str
    order_id: str
    name: str
    cents: int
    currency: str
    state: str
    reason: str
    respond_by: datetime | None
    lifted_by: str | None


def dispute_told(office: BoxOffice, gateway: str, facts: Facts) -> None:
    """Write how a dispute stands, its money and its letters; of a lost one the places go free.

    Calls come in any order and any number of times: each says all that is known by then.
    """
    with office.db.write() as connection:
        payment = connection.execute(
            select(Payment.id, Payment.order_id, Payment.amount_cents, Payment.currency).where(
                Payment.gateway == gateway, Payment.reference == facts["payment"]
            )
        ).first()
        if payment is None:
            raise NotFound
        state = _write(connection, payment, facts)
        write_journal(
            connection, "payment.disputed", payment.order_id, gateway,
            reference=facts["reference"], status=facts["status"], why=facts["why"],
            cents=facts["cents"],
        )  # fmt: skip
    log.warning("order %s is disputed at %s: %s", payment.order_id, gateway, facts["status"])
    if state == DisputeState.LOST:
        void_lost(office, payment.order_id, gateway)


def bars(card: EventCard) -> bool:
    """Whether an event keeps disputed tickets out."""
    return bool(card.payments.get("card", {}).get("disputes", "block") == "block")


def is_disputed(connection: Connection, order_id: str) -> bool:
    """Whether a dispute of the order is open or lost, and nobody has lifted it."""
    query = select(Dispute.id).where(
        Dispute.order_id == order_id,
        Dispute.state != DisputeState.WON,
        Dispute.lifted_by.is_(None),
    )
    return connection.execute(query.limit(1)).first() is not None


def lift_dispute(office: BoxOffice, order_id: str, by: str) -> None:
    """Let the tickets of a disputed order in all the same; again changes nothing."""
    with office.db.write() as connection:
        read_order(connection, order_id)
        changed = connection.execute(
            update(Dispute)
            .where(
                Dispute.order_id == order_id,
                Dispute.state != DisputeState.WON,
                Dispute.lifted_by.is_(None),
            )
            .values(lifted_by=by)
        )
        known = select(Dispute.id).where(Dispute.order_id == order_id)
        if not changed.rowcount and connection.execute(known.limit(1)).first() is None:
            raise NoDispute
        if changed.rowcount:
            write_journal(connection, "dispute.lifted", order_id, by)


def list_disputes(office: BoxOffice) -> tuple[DisputeLine, ...]:
    """All disputes, those that are open first, then the newest."""
    query = (
        select(
            Dispute.id, Dispute.order_id, Order.name, Dispute.cents, Payment.currency,
            Dispute.state, Dispute.reason, Dispute.respond_by, Dispute.lifted_by,
        )
        .join(Order, Order.id == Dispute.order_id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .order_by(Dispute.state != DisputeState.OPEN, Dispute.opened_at.desc())
        .limit(LISTED_LIMIT)
    )  # fmt: skip
    with office.db.read() as connection:
        return tuple(DisputeLine(*row) for row in connection.execute(query))


def void_lost(office: BoxOffice, order_id: str, by: str) -> None:
    """Void the barred tickets of an order whose money is all gone; their places go on sale.

    Where the bank has taken a part only, nobody knows for which ticket: they stay barred.
    """
    with turn_of(order_id):
        with office.db.read() as connection:
            payment_id = connection.scalar(select(Payment.id).where(Payment.order_id == order_id))
            left = connection.scalar(
                select(Payment.amount_cents - back_cents(str(payment_id))).where(
                    Payment.id == payment_id
                )
            )
            if not is_disputed(connection, order_id) or left is None or left > 0:
                return
            tickets = connection.execute(
                select(Ticket.event_id, Ticket.id)
                .where(Ticket.order_id == order_id, Ticket.state == TicketState.ISSUED)
                .order_by(Ticket.event_id)
            ).all()
        for event_id in dict.fromkeys(row.event_id for row in tickets):
            if bars(office.catalogue.by_id(event_id)):
                ids = tuple(row.id for row in tickets if row.event_id == event_id)
                command = CancelTickets(order_id, ids, TAKEN_BACK, by, wall_ms())
                office.inventory_of(event_id).ask(command)


def _write(connection: Connection, payment: Any, facts: Facts) -> DisputeState:
    """The dispute as it stands after these facts, its ledger entries and letters."""
    state = ENDS.get(facts["status"], DisputeState.OPEN)
    taken = _taken_cents(payment, facts)
    known = connection.execute(
        select(Dispute.state, Dispute.cents).where(Dispute.id == facts["reference"])
    ).first()
    if known is None:
        connection.execute(insert(Dispute), _row(payment, facts, state, taken))
        _add_letter(connection, "opened" if state == DisputeState.OPEN else "ended", facts)
    else:
        is_end = known.state == DisputeState.OPEN != state
        state = state if is_end else known.state
        values: Facts = {"cents": max(known.cents, taken)}
        if is_end:
            values |= {"state": state, "ended_at": utc_now()}
            _add_letter(connection, "ended", facts)
        connection.execute(update(Dispute).where(Dispute.id == facts["reference"]).values(**values))
    enter_dispute(connection, facts["reference"])
    return state


def _add_letter(connection: Connection, what: str, facts: Facts) -> None:
    """Have the organizer written to: a dispute was opened, or it has ended."""
    kind = f"mail.dispute_{what}"
    add_effect(connection, kind, f"{kind}:{facts['reference']}", {"dispute": facts["reference"]})


def _row(payment: Any, facts: Facts, state: DisputeState, taken: int) -> Facts:
    due = facts.get("due")
    return {
        "id": facts["reference"], "payment_id": payment.id, "order_id": payment.order_id,
        "state": state, "cents": taken, "reason": facts["why"],
        "respond_by": from_ms(due * 1000) if due else None, "opened_at": utc_now(),
        "ended_at": None if state == DisputeState.OPEN else utc_now(),
    }  # fmt: skip


def _taken_cents(payment: Any, facts: Facts) -> int:
    """What the bank has taken; in another currency than the payment's it is all of it."""
    only_asks = facts["status"].startswith(ONLY_ASKS) and not facts.get("moved")
    if only_asks:
        return 0
    return int(facts["cents"] if facts["currency"] == payment.currency else payment.amount_cents)
