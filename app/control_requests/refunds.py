"""Requests about money that goes back: an order, some tickets, a part, a whole event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.box_office import BoxOffice
from app.control_requests.asked import BY, Words, by_of, card_of, cents_of
from app.models import MassRefund, Ticket
from app.orders.disputes import DisputeLine, lift_dispute, list_disputes
from app.orders.refunding import (
    begin_mass_refund,
    open_refunds,
    record_paid_out,
    refund_order,
    refund_part,
    refund_tickets,
    refunds_of_event,
    try_refund_again,
)
from app.orders.rows import read_order
from app.refusals import Invalid, NotFound
from app.tickets.staff_codes import BadStaffCode, read_staff_code


def refund(office: BoxOffice, words: Words) -> Words:
    """Tickets of an order, all of them where none is named, or a part of the money."""
    order_id = "".join(str(words["order"]).split()).upper()
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    reason, amount = str(words.get("because") or ""), str(words.get("amount") or "")
    if amount and words.get("tickets"):
        raise Invalid({"amount": "Name tickets or an amount, not both."})
    if amount:
        cents = cents_of(amount, order.currency)
        refund_id = refund_part(office, order_id, cents, reason, BY, str(words["key"]))
        return {"order": order_id, "tickets": 0, "refund": refund_id}
    if words.get("tickets"):
        ids = [_ticket_id(office, order_id, str(code)) for code in words["tickets"]]
        return {"order": order_id, "tickets": refund_tickets(office, order_id, ids, reason, BY)}
    return {"order": order_id, "tickets": refund_order(office, order_id, reason, BY)}


def refund_again(office: BoxOffice, words: Words) -> Words:
    """Once more the money of a refund that has failed."""
    return {"refund": try_refund_again(office, str(words["refund"]), BY)}


def paid_out(office: BoxOffice, words: Words) -> Words:
    """Somebody has paid a refund out by hand."""
    by = by_of(words)
    record_paid_out(office, str(words["refund"]), by)
    return {"refund": words["refund"], "by": by}


def list_open(office: BoxOffice, words: Words) -> Words:
    """Refunds that wait for a person: to be paid out by hand, or failed."""
    return {"refunds": [_line(line) for line in open_refunds(office)]}


def list_all_disputes(office: BoxOffice, words: Words) -> Words:
    """Payments that buyers' banks have asked back."""
    return {"disputes": [_plain(line) for line in list_disputes(office)]}


def admit(office: BoxOffice, words: Words) -> Words:
    """Let the tickets of a disputed order in all the same."""
    order_id = "".join(str(words["order"]).split()).upper()
    return {"order": order_id, "tickets": lift_dispute(office, order_id, by_of(words))}


def refund_event(office: BoxOffice, words: Words) -> Words:
    """Begin to take all tickets of an event back."""
    card = card_of(office, words)
    begin_mass_refund(office, card.id, str(words.get("because") or ""), BY)
    return {"event": card.slug}


def report_event(office: BoxOffice, words: Words) -> Words:
    """How far that is, order by order."""
    card = card_of(office, words)
    with office.db.read() as connection:
        mass = connection.execute(
            select(MassRefund.__table__).where(MassRefund.event_id == card.id)
        ).first()
    return {
        "event": card.slug,
        "begun": mass is not None,
        "done": mass is not None and mass.done_at is not None,
        "refunds": [_line(line) for line in refunds_of_event(office, card.id)],
    }


def _plain(line: DisputeLine) -> dict[str, Any]:
    due = line.respond_by
    return {**_line(line), "state": str(line.state), "respond_by": due and due.isoformat()}


def _line(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__slots__}


def _ticket_id(office: BoxOffice, order_id: str, code: str) -> str:
    try:
        staff_code = read_staff_code(code)
    except BadStaffCode as error:
        raise Invalid({"ticket": str(error)}) from None
    with office.db.read() as connection:
        found = connection.scalar(
            select(Ticket.id).where(Ticket.staff_code == staff_code, Ticket.order_id == order_id)
        )
    if found is None:
        raise NotFound(
            f"No ticket of order {order_id} has the code {code}.",
            safe="Nothing was changed.",
            next_step="The ten characters stand under the QR code.",
        )
    return str(found)
