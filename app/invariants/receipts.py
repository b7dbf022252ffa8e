"""Receipts are numbered without a gap, and say what was paid and what went back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, func, or_, select

from app.models import Order, Receipt, ReceiptKind, Refund


def receipt_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (numbers_have_no_gap, receipts_say_what_was_paid, credit_notes_say_what_goes_back)


def numbers_have_no_gap(connection: Connection) -> Iterator[str]:
    """From 1 to the last of each venue and year; demo papers are deleted, so theirs may have."""
    last, count = func.max(Receipt.serial), func.count(Receipt.id)
    query = (
        select(Receipt.venue_id, Receipt.year, last, count)
        .where(Receipt.is_demo == 0)
        .group_by(Receipt.venue_id, Receipt.year)
        .having(last != count)
    )
    for venue, year, highest, papers in connection.execute(query):
        yield f"Venue {venue} has {papers} receipts of {year}, but the last is number {highest}."


def receipts_say_what_was_paid(connection: Connection) -> Iterator[str]:
    """The sum of a receipt is that of its order."""
    query = (
        select(Receipt.order_id, Receipt.total_cents, Receipt.currency, Order.total_cents)
        .join(Order, Order.id == Receipt.order_id)
        .where(
            Receipt.kind == ReceiptKind.RECEIPT,
            or_(
                Receipt.total_cents != Order.total_cents,
                Receipt.currency != Order.currency,
                Receipt.is_demo != Order.is_demo,
            ),
        )
    )
    for order_id, cents, currency, total in connection.execute(query):
        yield f"The receipt of order {order_id} says {cents} {currency}, but it cost {total}."


def credit_notes_say_what_goes_back(connection: Connection) -> Iterator[str]:
    """The sum of a credit note is that of its refund, taken off."""
    query = (
        select(Receipt.id, Receipt.refund_id, Receipt.total_cents, Refund.amount_cents)
        .outerjoin(Refund, Refund.id == Receipt.refund_id)
        .where(
            Receipt.kind == ReceiptKind.CREDIT_NOTE,
            or_(Refund.id.is_(None), Receipt.total_cents != -Refund.amount_cents),
        )
    )
    for receipt_id, refund_id, cents, amount in connection.execute(query):
        yield f"Credit note {receipt_id} says {cents}, but refund {refund_id} is {amount}."
