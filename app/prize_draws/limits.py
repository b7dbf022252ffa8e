"""What a buyer set for themselves: a budget for a month and a break, the same in every draw."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select

from app.box_office import BoxOffice
from app.draw_cards import DrawCard
from app.frozen import frozen
from app.lottery.pool.commands import SetBudget, TakeBreak
from app.lottery.pool.purchase import OVER, Budget
from app.lottery.pool.views import BudgetView
from app.models import Lottery, LotteryLimit, LotteryPurchase, LotteryStatus
from app.refusals import NotFound


@frozen
class BuyerLimits:
    """A buyer's limits on a day; `spent_cents` this month, in all draws of one currency."""

    budget_cents: int | None
    later_cents: int | None
    later_from: str | None
    break_until: str | None
    spent_cents: int

    @property
    def left_cents(self) -> int | None:
        """What is left of the budget this month; None without one."""
        if self.budget_cents is None:
            return None
        return max(0, self.budget_cents - self.spent_cents)


def limits_of(connection: Connection, card: DrawCard, buyer: str) -> BuyerLimits:
    """What holds for a buyer in a draw today."""
    row = connection.execute(
        select(LotteryLimit.__table__).where(
            LotteryLimit.lottery_id == card.id, LotteryLimit.buyer == buyer
        )
    ).first()
    spent = spent_in(connection, buyer, card.today[:7], card.currency)
    if row is None:
        return BuyerLimits(None, None, None, None, spent)
    budget = Budget(row.cents, row.later_cents, row.later_from)
    is_waiting = row.later_from is not None and card.today < row.later_from
    return BuyerLimits(
        budget.on(card.today) if row.has_budget else None,
        row.later_cents if is_waiting else None,
        row.later_from if is_waiting else None,
        row.break_until if row.break_until is not None and card.today < row.break_until else None,
        spent,
    )


def spent_in(
    connection: Connection, buyer: str, month: str, currency: str, except_in: int | None = None
) -> int:
    """What a buyer spends on draws in a month such as 2026-11, in one currency."""
    table: Any = LotteryPurchase.__table__.c
    cents = table["count"] * table.unit_cents - table.back_cents
    query = (
        select(func.sum(cents))
        .join(Lottery, Lottery.id == LotteryPurchase.lottery_id)
        .where(
            LotteryPurchase.buyer == buyer,
            LotteryPurchase.day.like(f"{month}-%"),
            LotteryPurchase.is_play.in_((False,)),
            LotteryPurchase.status.not_in(OVER),
            Lottery.currency == currency,
        )
    )
    if except_in is not None:
        query = query.where(LotteryPurchase.lottery_id != except_in)
    return int(connection.scalar(query) or 0)


def spent_besides(connection: Connection, purchase_id: str) -> int:
    """What the buyer of a purchase spends on other draws in its month; 0 if there is none."""
    row = connection.execute(
        select(
            LotteryPurchase.buyer, LotteryPurchase.day, LotteryPurchase.lottery_id, Lottery.currency
        )
        .join(Lottery, Lottery.id == LotteryPurchase.lottery_id)
        .where(LotteryPurchase.id == purchase_id)
    ).first()
    if row is None:
        return 0
    return spent_in(connection, row.buyer, row.day[:7], row.currency, row.lottery_id)


def set_budget(office: BoxOffice, buyer: str, currency: str, cents: int | None) -> BudgetView:
    """Set a budget in every draw of a currency that has not ended; raises `NotFound` for none.

    Lower at once; higher, or none at all, some days after it was asked for.
    """
    told = None
    for card in _going_on(office, currency):
        told = office.pool_of(card.id).ask(SetBudget(buyer, cents, card.today))
    if told is None:
        raise NotFound("There is no draw to set a budget for.")
    return told


def take_break(office: BoxOffice, buyer: str, until_day: str) -> None:
    """Buy nothing in any draw until a day; it can be made longer, never shorter.

    Raises `NotFound` where no draw could keep it.
    """
    cards = _going_on(office)
    if not cards:
        raise NotFound("There is no draw to take a break from.")
    for card in cards:
        office.pool_of(card.id).ask(TakeBreak(buyer, until_day, card.today))


def copy_limits(connection: Connection, lottery_id: int, currency: str) -> None:
    """Give a draw that is about to open what buyers set for themselves in the others.

    A break outlives the draw in which it was taken; what an open draw keeps is newer.
    Ask it in the transaction that makes the draw, before its actor is started.
    """
    rows = connection.execute(
        select(LotteryLimit.__table__, Lottery.currency)
        .join(Lottery, Lottery.id == LotteryLimit.lottery_id)
        .where(Lottery.id != lottery_id)
        .order_by(Lottery.status != LotteryStatus.ENDED, Lottery.id)
    ).all()
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        facts = dict(row._mapping)
        is_same = facts.pop("currency") == currency
        blank = {"has_budget": False, "cents": None, "later_cents": None, "later_from": None}
        known = kept.get(row.buyer, {})
        until = max(filter(None, (row.break_until, known.get("break_until"))), default=None)
        money = facts if is_same else {**blank, **known}
        kept[row.buyer] = {**facts, **money, "lottery_id": lottery_id, "break_until": until}
    if kept:
        connection.execute(insert(LotteryLimit), list(kept.values()))


def _going_on(office: BoxOffice, currency: str | None = None) -> list[DrawCard]:
    """Drafts too: whoever asked for a break while a draw was made keeps it there."""
    return [card for card in office.draws.not_ended() if currency in (None, card.currency)]
