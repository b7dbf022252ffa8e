"""Prizes belong to whoever has the ticket, and bring what was confirmed to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from app.models import (
    Entitlement,
    GiftState,
    LotteryPart,
    LotteryPurchase,
    LotteryWin,
    SeatGift,
)

_win = LotteryWin.__table__.c
_part = LotteryPart.__table__.c
_gift = SeatGift.__table__.c
_key = Entitlement.__table__.c


def prize_rules() -> tuple[Callable[[Connection], Iterator[str]], ...]:
    """The rules of this module."""
    return (prizes_are_won_by_own_tickets, seats_are_given_once_confirmed, keys_are_their_winners)


def prizes_are_won_by_own_tickets(connection: Connection) -> Iterator[str]:
    """A prize lies on a ticket of the purchase that won it."""
    is_own = and_(
        _part.batch_id == _win.batch_id,
        _part.purchase_id == _win.purchase_id,
        _part.first <= _win.position,
        _win.position < _part.first + _part["count"],
    )
    query = (
        select(_win.batch_id, _win.position, _win.purchase_id)
        .outerjoin(LotteryPart, is_own)
        .where(_part.batch_id.is_(None))
    )
    for batch_id, position, purchase_id in connection.execute(query):
        yield f"Purchase {purchase_id} won with ticket {position} of {batch_id}, which is not its."


def seats_are_given_once_confirmed(connection: Connection) -> Iterator[str]:
    """Free seats went to whoever won them, after somebody confirmed it."""
    is_wrong = or_(_win.confirmed_by.is_(None), _win.purchase_id != _gift.purchase_id)
    query = (
        select(_gift.order_id, _gift.position, _gift.batch_id)
        .join(LotteryWin, _is_of(_gift))
        .where(_gift.state == GiftState.GIVEN, is_wrong)
    )
    for order_id, position, batch_id in connection.execute(query):
        yield (
            f"Order {order_id} has the seats of ticket {position} of {batch_id}, which nobody"
            " confirmed, or which somebody else won."
        )


def keys_are_their_winners(connection: Connection) -> Iterator[str]:
    """What a prize opens is open to whoever won it."""
    is_wrong = or_(_win.confirmed_by.is_(None), LotteryPurchase.buyer != _key.buyer)
    query = (
        select(_key.position, _key.batch_id)
        .join(LotteryWin, _is_of(_key))
        .join(LotteryPurchase, LotteryPurchase.id == _win.purchase_id)
        .where(is_wrong)
    )
    for position, batch_id in connection.execute(query):
        yield (
            f"Ticket {position} of {batch_id} opens something for somebody who did not win it,"
            " or that nobody confirmed."
        )


def _is_of(columns: Any) -> ColumnElement[bool]:
    return and_(_win.batch_id == columns.batch_id, _win.position == columns.position)
