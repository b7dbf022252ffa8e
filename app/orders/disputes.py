"""Disputes: a buyer's bank asks for the money back, takes it, and decides weeks later.

While one is open or lost its tickets admit nobody, unless the event's organizer wants them to. The
words of their states are Stripe's (docs.stripe.com/disputes).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import from_ms, utc_now, wall_ms
from app.inventory.commands import CancelTickets
from app.ledger_rows import enter_dispute
from app.models import (
    Dispute,
    DisputeState,
    DrawOrder,
    Event,
    Lottery,
    Order,
    OrderLine,
    Payment,
    PaymentState,
    Ticket,
    TicketState,
)
from app.orders.owed import give_back_owed
from app.orders.rows import captured_payment, order_of_payment, read_order, write_journal
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refund_rows import back_cents
from app.refusals import Refusal

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
    with office.db.read() as connection:
        order_id = order_of_payment(connection, gateway, facts["payment"])
    with turn_of(order_id), office.db.write() as connection:
        payment = connection.execute(
            select(Payment.id, Payment.order_id, Payment.amount_cents, Payment.currency)
            .where(Payment.gateway == gateway, Payment.reference == facts["payment"])
            .with_for_update()
        ).one()
        state = _write(connection, payment, facts)
        write_journal(
            connection, "payment.disputed", payment.order_id, gateway,
            reference=facts["reference"], status=facts["status"], why=facts["why"],
            cents=facts["cents"],
        )  # fmt: skip
    log.warning("order %s is disputed at %s: %s", payment.order_id, gateway, facts["status"])
    if state == DisputeState.LOST:
        void_lost(office, payment.order_id, gateway)
    if state == DisputeState.WON:
        give_back_owed(office, payment.order_id, gateway)


def bars(card: EventCard) -> bool:
    """Whether an event keeps disputed tickets out."""
    return bool(card.payments.get("card", {}).get("disputes", "block") == "block")


def is_disputed(connection: Connection, order_id: str) -> bool:
    """Whether a dispute of the payment that counts is open or lost, and nobody has lifted it.

    One about a second payment, which went back, is no reason to keep anybody out.
    """
    query = (
        select(Dispute.id)
        .join(Payment, Payment.id == Dispute.payment_id)
        .where(
            Dispute.order_id == order_id,
            Dispute.state != DisputeState.WON,
            Dispute.lifted_by.is_(None),
            Payment.state == PaymentState.CAPTURED,
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def lift_dispute(office: BoxOffice, order_id: str, by: str) -> int:
    """Let the tickets of a disputed order in all the same; how many of them are valid now.

    None where they are void already. Again changes nothing.
    """
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
        live = select(func.count()).where(
            Ticket.order_id == order_id, Ticket.state == TicketState.ISSUED
        )
        return int(connection.scalar(live) or 0)


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
            payment = captured_payment(connection, order_id)
            if payment is None or not is_disputed(connection, order_id):
                return
            back = connection.scalar(select(back_cents(payment.id)))
            if int(back or 0) < payment.amount_cents:
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
        values: Facts = {"cents": known.cents or taken}  # the ledger has the sum that was taken
        if state == DisputeState.OPEN:
            row = _row(payment, facts, state, taken)
            values |= {"reason": row["reason"], "respond_by": row["respond_by"]}
            if taken and not known.cents:  # what was a question is a dispute now
                values["lifted_by"] = None
                _add_letter(connection, "opened", facts, again=":taken")
        if is_end:
            values |= {"state": state, "ended_at": utc_now()}
            _add_letter(connection, "ended", facts)
        connection.execute(update(Dispute).where(Dispute.id == facts["reference"]).values(**values))
    enter_dispute(connection, facts["reference"])
    return state


def _add_letter(connection: Connection, what: str, facts: Facts, again: str = "") -> None:
    """Have every organizer of the order written to: a dispute was opened, or it has ended."""
    kind, dispute = f"mail.dispute_{what}", facts["reference"]
    of_events = (
        select(Event.organizer_id)
        .join(OrderLine, OrderLine.event_id == Event.id)
        .join(Dispute, Dispute.order_id == OrderLine.order_id)
        .where(Dispute.id == dispute)
    )
    of_draws = (
        select(Lottery.organizer_id)
        .join(DrawOrder, DrawOrder.lottery_id == Lottery.id)
        .join(Dispute, Dispute.order_id == DrawOrder.order_id)
        .where(Dispute.id == dispute)
    )
    for organizer_id in sorted(connection.execute(of_events.union(of_draws)).scalars()):
        payload = {"dispute": dispute, "organizer": organizer_id}
        add_effect(connection, kind, f"{kind}:{dispute}:{organizer_id}{again}", payload)


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
