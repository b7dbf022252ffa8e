"""Money back for what was sold: an order, some of its tickets, or a part of the sum.

Each is asked for in the transaction in which the tickets become void and the places free, once
however often it is repeated, and never for more than was paid.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, or_, select, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.inventory.commands import CancelTickets, RefundWanted
from app.models import (
    BY_HAND,
    Event,
    EventStatus,
    MassRefund,
    Order,
    OrderStatus,
    Payment,
    Refund,
    RefundState,
    Ticket,
    TicketState,
)
from app.orders.draw_rows import draw_line
from app.orders.rows import captured_payment, read_order, write_journal
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refund_rows import AGAIN, back_cents, has_failed, write_refund
from app.refusals import Busy, Invalid, NotFound, Refusal
from app.rows import insert_new

log = logging.getLogger("fullhouse.refunds")

REASON_LIMIT: Final = 300  # characters
MASS_SECONDS: Final = 5.0  # of the settler's time in one go
MASS_SLICE: Final = 50
DIGEST_LETTERS: Final = 16


class RefundNotPossible(Refusal):
    """Nothing of this order can go back, or not so much."""

    code, status = "refund_not_possible", 409
    happened = "This money cannot go back."
    safe = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One refund of a report: whose, how much, how it stands."""

    id: str
    order_id: str
    name: str
    cents: int
    currency: str
    gateway: str
    state: str


def refund_tickets(
    office: BoxOffice, order_id: str, ticket_ids: Sequence[str], reason: str, by: str
) -> int:
    """Take tickets of a paid order back, all their money with them; how many tickets it were.

    Tickets that are void already are passed over, so that a repeat changes nothing.
    """
    reason = _reason(reason)
    with turn_of(order_id):
        with office.db.read() as connection:
            payment = _payment_of(connection, order_id)
            found = _live_tickets(connection, order_id, ticket_ids)
        count = 0
        for event_id, ids in found.items():
            count += _refund_at(office, order_id, payment, event_id, ids, reason, by)
    return count


def refund_order(office: BoxOffice, order_id: str, reason: str, by: str) -> int:
    """Take back every ticket of an order that is still valid; how many it were."""
    with office.db.read() as connection:
        read_order(connection, order_id)
        if draw_line(connection, order_id) is not None:
            raise RefundNotPossible(
                "Draw tickets cannot be taken back: their numbers are in the draw.",
                next_step="Give back a part of the money instead: say how much.",
            )
        ids = connection.execute(select(Ticket.id).where(Ticket.order_id == order_id)).scalars()
        every = list(ids)
    return refund_tickets(office, order_id, every, reason, by)


def refund_part(
    office: BoxOffice, order_id: str, cents: int, reason: str, by: str, key: str
) -> str:
    """Give a part of the money back and leave the tickets as they are; the refund's id.

    The same key gives the same refund. Raises `RefundNotPossible` when it is more than is left.
    """
    reason = _reason(reason)
    if cents < 1:
        raise Invalid({"amount": "Say an amount above zero."})
    refund_id = ""
    with turn_of(order_id), office.db.write() as connection:
        payment = _payment_of(connection, order_id)
        refund_id = f"refund:{payment.id}:{_digest([key])}"
        row = {
            "id": refund_id, "payment_id": payment.id, "order_id": order_id,
            "amount_cents": cents, "reason": reason, "ticket_ids": [], "requested_at": utc_now(),
        }  # fmt: skip
        known = connection.scalar(select(Refund.amount_cents).where(Refund.id == refund_id))
        if known is not None:
            return refund_id
        if not write_refund(connection, row):
            raise RefundNotPossible("That is more than is left of this payment.")
        payload = {"order": order_id, "refund": refund_id}
        add_effect(connection, "refund.submit", f"refund.submit:{refund_id}", payload)
        add_effect(connection, "mail.money_back", f"mail.money_back:{refund_id}", payload)
        write_journal(connection, "order.part_refunded", order_id, by, cents=cents, reason=reason)
    return refund_id


def try_refund_again(office: BoxOffice, refund_id: str, by: str) -> str:
    """Ask once more for the money of a refund that has failed; the new refund's id."""
    with office.db.read() as connection:
        failed = _refund_of(connection, refund_id)
    with turn_of(failed.order_id), office.db.write() as connection:
        failed = _refund_of(connection, refund_id)
        if failed.state != RefundState.FAILED:
            raise RefundNotPossible("This refund has not failed.")
        again_id = f"{refund_id}{AGAIN}"
        row = {
            "id": again_id, "payment_id": failed.payment_id, "order_id": failed.order_id,
            "amount_cents": failed.amount_cents, "reason": failed.reason,
            "ticket_ids": failed.ticket_ids, "requested_at": utc_now(),
        }  # fmt: skip
        known = select(Refund.id).where(Refund.id == again_id)
        if connection.scalar(known) is None:
            if not write_refund(connection, row):
                raise RefundNotPossible("That is more than is left of this payment.")
            add_effect(
                connection, "refund.submit", f"refund.submit:{again_id}", {"refund": again_id}
            )
            write_journal(connection, "refund.tried_again", failed.order_id, by, refund=again_id)
    return again_id


def record_paid_out(office: BoxOffice, refund_id: str, by: str) -> None:
    """Somebody has paid a refund out by hand; again changes nothing."""
    with office.db.write() as connection:
        refund = _refund_of(connection, refund_id)
        gateway = connection.scalar(select(Payment.gateway).where(Payment.id == refund.payment_id))
        if gateway not in BY_HAND:
            raise RefundNotPossible("This money goes back by itself, by the way it came.")
        if refund.state == RefundState.SUCCEEDED:
            return
        connection.execute(
            update(Refund)
            .where(Refund.id == refund_id, Refund.state == RefundState.REQUESTED)
            .values(state=RefundState.SUCCEEDED, paid_out_by=by, ended_at=utc_now())
        )
        write_journal(connection, "refund.paid_out", refund.order_id, by, refund=refund_id)


def begin_mass_refund(office: BoxOffice, event_id: int, reason: str, by: str) -> None:
    """Take all tickets of a cancelled event back; the settler carries it out, come what may.

    Only of a cancelled one: nothing of it can be sold any more, so that nobody is forgotten.
    """
    reason = _reason(reason)
    with office.db.write() as connection:
        status = connection.scalar(select(Event.status).where(Event.id == event_id))
        if status != EventStatus.CANCELLED:
            raise RefundNotPossible(
                "This event takes place.", next_step="Cancel it first: ./run event cancel."
            )
        row = {"event_id": event_id, "reason": reason, "by": by, "begun_at": utc_now()}
        connection.execute(insert_new(connection, MassRefund), row)
        connection.execute(  # sold in between, or after an earlier one was done
            update(MassRefund).where(MassRefund.event_id == event_id).values(done_at=None)
        )


def carry_on_mass_refunds(office: BoxOffice) -> int:
    """A few seconds of every mass refund that has begun; how many orders were given back."""
    until = time.monotonic() + MASS_SECONDS
    with office.db.read() as connection:
        open_ones = connection.execute(
            select(MassRefund.__table__).where(MassRefund.done_at.is_(None))
        ).all()
    count = 0
    for mass in open_ones:
        count += _carry_on(office, mass, until)
    return count


def refunds_of_event(office: BoxOffice, event_id: int) -> tuple[RefundLine, ...]:
    """Every refund for tickets of an event, by order: the report of a mass refund."""
    of_event = exists().where(Ticket.order_id == Refund.order_id, Ticket.event_id == event_id)
    return _report(office, of_event)


def open_refunds(office: BoxOffice) -> tuple[RefundLine, ...]:
    """Refunds that wait for a person: to be paid out by hand, or failed and not made good."""
    by_hand = and_(Payment.gateway.in_(BY_HAND), Refund.state == RefundState.REQUESTED)
    return _report(office, or_(by_hand, has_failed()))


def _report(office: BoxOffice, which: Any) -> tuple[RefundLine, ...]:
    query = (
        select(
            Refund.id, Refund.order_id, Order.name, Refund.amount_cents, Payment.currency,
            Payment.gateway, Refund.state,
        )
        .join(Order, Order.id == Refund.order_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(which)
        .order_by(Refund.requested_at, Refund.id)
    )  # fmt: skip
    with office.db.read() as connection:
        return tuple(RefundLine(*row[:-1], str(row[-1])) for row in connection.execute(query))


def _carry_on(office: BoxOffice, mass: Any, until: float) -> int:
    count, stuck = 0, set[str]()
    while time.monotonic() < until:
        found = _orders_left(office, mass.event_id, stuck)
        if not found and not stuck:
            with office.db.write() as connection:
                connection.execute(
                    update(MassRefund)
                    .where(MassRefund.event_id == mass.event_id)
                    .values(done_at=utc_now())
                )
        if not found:
            break
        for order_id, ids in found.items():
            try:
                refund_tickets(office, order_id, ids, mass.reason, mass.by)
                count += 1
            except Busy:
                return count
            except Refusal as refusal:
                log.warning("order %s cannot be given back: %s", order_id, refusal)
                stuck.add(order_id)
    return count


def _orders_left(office: BoxOffice, event_id: int, stuck: set[str]) -> dict[str, list[str]]:
    """Some orders that still have valid tickets for the event, with these tickets."""
    live = (Ticket.event_id == event_id, Ticket.state == TicketState.ISSUED)
    orders = (
        select(Ticket.order_id)
        .join(Order, Order.id == Ticket.order_id)
        .where(*live, Order.status == OrderStatus.PAID, Ticket.order_id.not_in(stuck))
        .distinct()
        .order_by(Ticket.order_id)
        .limit(MASS_SLICE)
    )
    with office.db.read() as connection:
        ids = list(connection.execute(orders).scalars())
        rows = connection.execute(
            select(Ticket.order_id, Ticket.id).where(*live, Ticket.order_id.in_(ids))
        ).all()
    found: dict[str, list[str]] = {}
    for order_id, ticket_id in rows:
        found.setdefault(order_id, []).append(ticket_id)
    return found


def _refund_at(
    office: BoxOffice,
    order_id: str,
    payment: Any,
    event_id: int,
    ticket_ids: list[str],
    reason: str,
    by: str,
) -> int:
    """The tickets of one event, in one transaction with their refund."""
    with office.db.read() as connection:
        back = connection.scalar(select(back_cents(payment.id)))
    wanted = RefundWanted(
        f"refund:{payment.id}:{_digest(sorted(ticket_ids))}",
        payment.id,
        payment.amount_cents - int(back or 0),
    )
    command = CancelTickets(order_id, tuple(ticket_ids), reason, by, wall_ms(), wanted)
    return office.inventory_of(event_id).ask(command).count


def _payment_of(connection: Connection, order_id: str) -> Any:
    order = read_order(connection, order_id)
    payment = captured_payment(connection, order_id)
    if payment is None or order.status != OrderStatus.PAID:
        raise RefundNotPossible("This order is not paid, or its money went back already.")
    return payment


def _live_tickets(
    connection: Connection, order_id: str, ticket_ids: Iterable[str]
) -> dict[int, list[str]]:
    """Those of the tickets that are valid, by event; `NotFound` for one of another order."""
    rows = {
        row.id: row
        for row in connection.execute(
            select(Ticket.id, Ticket.event_id, Ticket.state).where(Ticket.order_id == order_id)
        )
    }
    found: dict[int, list[str]] = {}
    for ticket_id in dict.fromkeys(ticket_ids):
        if ticket_id not in rows:
            raise NotFound("We cannot find that ticket in this order.")
        if rows[ticket_id].state == TicketState.ISSUED:
            found.setdefault(rows[ticket_id].event_id, []).append(ticket_id)
    return dict(sorted(found.items()))


def _refund_of(connection: Connection, refund_id: str) -> Any:
    row = connection.execute(select(Refund.__table__).where(Refund.id == refund_id)).first()
    if row is None:
        raise NotFound("We cannot find that refund.")
    return row


def _reason(words: str) -> str:
    words = words.strip()
    if not words or len(words) > REASON_LIMIT or not words.isprintable():
        raise Invalid({"reason": f"Say why in {REASON_LIMIT} printable characters at most."})
    return words


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:DIGEST_LETTERS]
