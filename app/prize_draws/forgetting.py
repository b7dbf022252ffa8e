"""Names beside prizes go when their buyers are forgotten, or wish to be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from app.box_office import BoxOffice
from app.lottery.pool.batch import ARCHIVED, SETTLED
from app.lottery.pool.commands import ForgetNames
from app.lottery.pool.purchase import OVER
from app.models import LotteryBatch, LotteryPart, LotteryPurchase, Order, OrderStatus

SLICE_LIMIT: Final = 200  # purchases in one step
ENDED: Final = (SETTLED, ARCHIVED)
OPEN: Final = (OrderStatus.PENDING, OrderStatus.PAYING)
SPENT_DAYS: Final = 30


def is_in_draw(*still: ColumnElement[bool]) -> ColumnElement[bool]:
    """An order with draw tickets that may still win or be claimed, or `still` for other reasons.

    `still` are conditions on the rows of their batches.
    """
    return exists(
        select(LotteryPart.first)
        .join(LotteryBatch, LotteryBatch.id == LotteryPart.batch_id)
        .where(
            LotteryPart.purchase_id == Order.id,
            or_(LotteryBatch.status.not_in(ENDED), *still),
        )
    )


def is_spent_purchase(now: datetime) -> ColumnElement[bool]:
    """A wish for draw tickets that came to nothing long ago; late money simply goes back then."""
    return and_(
        LotteryPurchase.status.in_(OVER),
        LotteryPurchase.placed_at < now - timedelta(days=SPENT_DAYS),
        ~exists().where(LotteryPart.purchase_id == LotteryPurchase.id),
        ~exists().where(Order.id == LotteryPurchase.id, Order.status.in_(OPEN)),
    )


def forget_names_of(office: BoxOffice, buyer: str) -> None:
    """Show no name of this buyer beside any prize any more; `buyer` is the key of the address."""
    _forget(office, LotteryPurchase.buyer == buyer)


def forget_erased(office: BoxOffice) -> None:
    """The same for orders whose personal data has gone."""
    _forget(office, exists().where(Order.id == LotteryPurchase.id, Order.email == ""))


def _forget(office: BoxOffice, whose: ColumnElement[bool]) -> None:
    named = (LotteryPurchase.public_name != "", whose)
    query = select(LotteryPurchase.lottery_id, LotteryPurchase.id).where(*named).limit(SLICE_LIMIT)
    while True:
        with office.db.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        for lottery_id, ids in _by_lottery(rows).items():
            office.pool_of(lottery_id).ask(ForgetNames(tuple(ids)))
            _forget_those_without_tickets(office, ids)


def _by_lottery(rows: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for lottery_id, purchase_id in rows:
        found.setdefault(lottery_id, []).append(purchase_id)
    return found


def _forget_those_without_tickets(office: BoxOffice, ids: list[str]) -> None:
    """Actors remember only the latest purchases that came to nothing; their rows are all here."""
    over = (LotteryPurchase.id.in_(ids), LotteryPurchase.status.in_(OVER))
    with office.db.write() as connection:
        connection.execute(update(LotteryPurchase).where(*over).values(public_name=""))
