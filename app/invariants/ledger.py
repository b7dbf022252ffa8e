"""The ledger says the same as payments and refunds, to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from app.models import (
    Dispute,
    DisputeState,
    EntryKind,
    LedgerEntry,
    Order,
    Payment,
    Refund,
    RefundState,
)

Entry = LedgerEntry


def ledger_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (
        payments_are_entered,
        refunds_are_entered,
        failed_refunds_are_entered_back,
        disputes_are_entered,
        entries_are_of_something,
        the_ledger_adds_up,
    )


def payments_are_entered(connection: Connection) -> Iterator[str]:
    """Each payment has its entry of exactly its sum."""
    query = (
        select(Payment.id, Payment.amount_cents, Payment.currency, Entry.cents, Entry.currency)
        .outerjoin(
            Entry, and_(Entry.payment_id == Payment.id, Entry.kind == EntryKind.PAYMENT)
        )
        .where(
            or_(
                Entry.id.is_(None),
                Entry.cents != Payment.amount_cents,
                Entry.currency != Payment.currency,
                Entry.gateway != Payment.gateway,
                Entry.order_id != Payment.order_id,
            )
        )
    )  # fmt: skip
    for row in connection.execute(query):
        yield f"Payment {row[0]} was {row[1]} {row[2]}, but the ledger has {_entered(row)}."


def refunds_are_entered(connection: Connection) -> Iterator[str]:
    """Each refund has its entry of exactly its sum, as money that goes away."""
    query = (
        select(Refund.id, Refund.amount_cents, Payment.currency, Entry.cents, Entry.currency)
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(Entry, and_(Entry.refund_id == Refund.id, Entry.kind == EntryKind.REFUND))
        .where(or_(Entry.id.is_(None), Entry.cents != -Refund.amount_cents, _is_of_another()))
    )
    for row in connection.execute(query):
        yield f"Refund {row[0]} takes {row[1]} {row[2]}, but the ledger has {_entered(row)}."


def failed_refunds_are_entered_back(connection: Connection) -> Iterator[str]:
    """Money whose way back failed is entered as having stayed, and no other."""
    query = (
        select(Refund.id, Refund.amount_cents, Payment.currency, Entry.cents, Entry.currency)
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(Entry, and_(Entry.refund_id == Refund.id, Entry.kind == EntryKind.REFUND_FAILED))
    )
    failed = query.where(
        Refund.state == RefundState.FAILED,
        or_(Entry.id.is_(None), Entry.cents != Refund.amount_cents, _is_of_another()),
    )
    for row in connection.execute(failed):
        yield f"Refund {row[0]} of {row[1]} {row[2]} failed, but the ledger has {_entered(row)}."
    others = query.where(Refund.state != RefundState.FAILED, Entry.id.is_not(None))
    for row in connection.execute(others):
        yield f"Refund {row[0]} has not failed, but the ledger has {_entered(row)} back."


def disputes_are_entered(connection: Connection) -> Iterator[str]:
    """What banks have taken is entered to the cent, and what they gave back of it."""
    entered = (
        select(Entry.dispute_id, func.sum(Entry.cents).label("cents"))
        .where(Entry.dispute_id.is_not(None))
        .group_by(Entry.dispute_id)
        .subquery()
    )
    gone = case((Dispute.state == DisputeState.WON, 0), else_=-Dispute.cents)
    query = (
        select(Dispute.id, Dispute.state, Dispute.cents, entered.c.cents)
        .outerjoin(entered, entered.c.dispute_id == Dispute.id)
        .where(func.coalesce(entered.c.cents, 0) != gone)
    )
    for dispute_id, state, cents, told in connection.execute(query):
        yield f"Dispute {dispute_id} ({state}) is about {cents}, but the ledger has {told or 0}."


def entries_are_of_something(connection: Connection) -> Iterator[str]:
    """No entry without the order, payment and refund that it names."""
    query = (
        select(Entry.id, Entry.kind, Entry.cents, Entry.currency)
        .outerjoin(Order, Order.id == Entry.order_id)
        .outerjoin(Payment, Payment.id == Entry.payment_id)
        .outerjoin(Refund, Refund.id == Entry.refund_id)
        .outerjoin(Dispute, Dispute.id == Entry.dispute_id)
        .where(
            or_(
                Order.id.is_(None),
                Payment.id.is_(None),
                and_(Entry.refund_id.is_not(None), Refund.id.is_(None)),
                and_(Entry.dispute_id.is_not(None), Dispute.id.is_(None)),
            )
        )
    )
    for entry_id, kind, cents, currency in connection.execute(query):
        yield f"Entry {entry_id} ({kind}, {cents} {currency}) is of something that is not there."


def the_ledger_adds_up(connection: Connection) -> Iterator[str]:
    """All that came less all that went, in each currency."""
    came = dict(_sums(connection, select(Payment.currency, func.sum(Payment.amount_cents))))
    went = select(Payment.currency, func.sum(Refund.amount_cents)).join(
        Refund, Refund.payment_id == Payment.id
    )
    taken = select(Payment.currency, func.sum(Dispute.cents)).join(
        Dispute, Dispute.payment_id == Payment.id
    )
    for query in (
        went.where(Refund.state != RefundState.FAILED),
        taken.where(Dispute.state != DisputeState.WON),
    ):
        for currency, cents in _sums(connection, query):
            came[currency] = came.get(currency, 0) - cents
    entered = dict(_sums(connection, select(Entry.currency, func.sum(Entry.cents))))
    for currency in sorted(came.keys() | entered.keys()):
        kept, told = came.get(currency, 0), entered.get(currency, 0)
        if kept != told:
            yield (
                f"The ledger keeps {told} {currency},"
                f" but payments less refunds and disputes are {kept}."
            )


def _is_of_another() -> ColumnElement[bool]:
    return or_(
        Entry.currency != Payment.currency,
        Entry.gateway != Payment.gateway,
        Entry.payment_id != Payment.id,
        Entry.order_id != Refund.order_id,
    )


def _entered(row: Any) -> str:
    return "no entry of it" if row[3] is None else f"{row[3]} {row[4]}"


def _sums(connection: Connection, query: Any) -> list[tuple[str, int]]:
    return [
        (currency, int(cents))
        for currency, cents in connection.execute(query.group_by(query.selected_columns[0]))
    ]
