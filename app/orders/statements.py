"""A bank's list of payments beside the orders that wait for a transfer.

A row is an order's when the order's reference stands anywhere in it, alone, and the money that came
is the order's sum; signs and spaces in the reference do not matter.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from babel.numbers import get_currency_precision
from sqlalchemy import select

from app.box_office import BoxOffice
from app.models import Order, OrderStatus
from app.orders.paying import record_payment
from app.orders.statement_files import Statement, StatementRow
from app.refusals import Refusal
from app.tokens import ORDER_ID_LENGTH

OVER: Final = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


class Match(enum.StrEnum):
    """What a row is to the order that it names; all but `fits` are for a person."""

    FITS = "fits"
    WRONG_SUM = "wrong_sum"
    OTHER_CURRENCY = "other_currency"
    SEVERAL_ORDERS = "several_orders"
    WHICH_COLUMN = "which_column"
    PAID_ALREADY = "paid_already"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a row names. `cents` is the order's sum."""

    row: int
    order_id: str
    name: str
    cents: int
    currency: str
    match: Match


@dataclass(frozen=True, slots=True)
class Outcome:
    """What recording a payment came to: the order's status, or words why it was not recorded."""

    order_id: str
    status: str
    words: str = ""


def match_statement(office: BoxOffice, statement: Statement) -> tuple[Found, ...]:
    """The orders paid by transfer that the rows name, row by row."""
    query = select(
        Order.id, Order.name, Order.total_cents, Order.currency, Order.status
    ).where(Order.gateway == "transfer")  # fmt: skip
    with office.db.read() as connection:
        orders = {row.id: row for row in connection.execute(query)}
    found: list[Found] = []
    fitting = set[str]()
    for row in statement.rows:
        codes = list(_codes(row, orders))
        for code in codes:
            match = _match(row, orders[code], statement, is_alone=len(codes) == 1)
            if match == Match.FITS and code in fitting:
                match = Match.PAID_ALREADY
            fitting |= {code} if match == Match.FITS else set()
            order = orders[code]
            found.append(
                Found(row.number, code, order.name, order.total_cents, order.currency, match)
            )
    return tuple(found)


def record_found(office: BoxOffice, found: Iterable[Found], by: str) -> tuple[Outcome, ...]:
    """Record the payments that fit as taken, each by itself. Again records none twice."""
    return tuple(_record(office, one, by) for one in found if one.match == Match.FITS)


def _record(office: BoxOffice, one: Found, by: str) -> Outcome:
    try:
        recorded = record_payment(office, one.order_id, by)
    except Refusal as refusal:  # the next one may work
        return Outcome(one.order_id, "", refusal.words)
    return Outcome(one.order_id, recorded.status)


def _codes(row: StatementRow, orders: dict[str, Any]) -> Iterator[str]:
    seen = set[str]()
    for at in range(len(row.signs) - ORDER_ID_LENGTH + 1):
        code = row.signs[at : at + ORDER_ID_LENGTH]
        if code in orders and code not in seen:
            seen.add(code)
            yield code


def _match(row: StatementRow, order: Any, statement: Statement, *, is_alone: bool) -> Match:
    if order.status == OrderStatus.PAID:
        return Match.PAID_ALREADY
    if order.status in OVER:
        return Match.OVER
    if not is_alone:
        return Match.SEVERAL_ORDERS
    if len(statement.columns) != 1:
        return Match.WHICH_COLUMN
    if row.currencies - {order.currency}:
        return Match.OTHER_CURRENCY
    digits = get_currency_precision(order.currency)
    if row.money is None or row.money.amount * 10**digits != order.total_cents:
        return Match.WRONG_SUM
    return Match.FITS
