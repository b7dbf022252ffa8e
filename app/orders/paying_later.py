"""Paying later, by hand: confirmed by its buyer, kept until the deadline of counter or transfer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import house, utc_now, wall_ms
from app.inventory.commands import MoveDeadline
from app.models import BY_HAND, Order, OrderStatus
from app.orders.ending import OPEN, unfreeze
from app.orders.rows import OrderRow, read_lines, read_order, set_status
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refusals import Busy, HoldEnded, Refusal

DAY_MS = 24 * 3_600_000
LEAST_MS = 60_000  # of any deadline: nobody confirms what is over at once


@dataclass(frozen=True, slots=True)
class LaterTerms:
    """How an event is paid later in one way: until when, where to, and what its buyer is told.

    `days` is for transfers alone: the deadline after the buyer's word. `account` lines are read by
    people, `iban` by banking programs too.
    """

    way: str
    closes_hours: int
    days: int | None = None
    words: str = ""
    holder: str = ""
    iban: str = ""
    account: str = ""


def later_terms(card: EventCard, way: str) -> LaterTerms | None:
    """An event's terms for paying at the counter or by transfer; None where it is off."""
    kept = card.payments.get(way)
    if way not in BY_HAND or not kept:
        return None
    return LaterTerms(
        way,
        int(kept.get("closes_hours", 24)),
        kept.get("days"),
        str(kept.get("words", "")),
        str(kept.get("holder", "")),
        str(kept.get("iban", "")),
        str(kept.get("account", "")),
    )


def later_closes_ms(cards: Sequence[EventCard], way: str) -> int | None:
    """Until when all these events can be paid for in that way, wall time in milliseconds.

    For a transfer counted from now on. None where one of them does not offer it, and for transfers
    to different accounts.
    """
    closes: list[int] = []
    accounts: set[tuple[str, str, str]] = set()
    for card in cards:
        terms = later_terms(card, way)
        if terms is None:
            return None
        accounts.add((terms.holder, terms.iban, terms.account))
        closes.append(int(card.starts_at.timestamp() * 1000) - terms.closes_hours * 3_600_000)
        if terms.days is not None:
            closes.append(wall_ms() + terms.days * DAY_MS)
    return min(closes) if len(accounts) == 1 else None


def confirm_order(office: BoxOffice, order_id: str) -> None:
    """The buyer pressed the e-mailed link: the places are kept until the way's own deadline.

    All of them or none; pressing again changes nothing more. A letter says how to pay.
    """
    with turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
        if order.gateway not in BY_HAND or order.status != OrderStatus.PENDING:
            raise HoldEnded
        if order.confirmed_at is not None:
            return
        deadline_ms = _deadline_ms(office, order)
        _keep_until(office, order, deadline_ms)
        with office.db.write() as connection:
            connection.execute(
                update(Order)
                .where(Order.id == order_id, Order.status == OrderStatus.PENDING)
                .values(confirmed_at=utc_now(), deadline_ms=deadline_ms)
            )
            add_effect(
                connection, "mail.order_kept", f"mail.order_kept:{order_id}", {"order": order_id}
            )


def _keep_until(office: BoxOffice, order: OrderRow, deadline_ms: int) -> None:
    try:
        for event_id in _event_ids(office, order.id):
            command = MoveDeadline(order.id, order.basket_id, deadline_ms)
            office.inventory_of(event_id).ask(command)
    except Busy:
        raise
    except Refusal:  # one of them has run out: none is kept
        unfreeze(office, order, release=True)
        with office.db.write() as connection:
            set_status(connection, order.id, OrderStatus.EXPIRED, only=OPEN, ended_at=utc_now())
        raise


def _deadline_ms(office: BoxOffice, order: OrderRow) -> int:
    """The deadline in house time; an event that offers it no more gives the least."""
    cards = [office.catalogue.by_id(event_id) for event_id in _event_ids(office, order.id)]
    closes = later_closes_ms(cards, order.gateway) or 0
    return max(house.now_ms() + LEAST_MS, closes - house.drift_ms())


def _event_ids(office: BoxOffice, order_id: str) -> list[int]:
    with office.db.read() as connection:
        return sorted({line.event_id for line in read_lines(connection, order_id)})
