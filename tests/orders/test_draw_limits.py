"""What buyers set for themselves holds in every draw: those that come, and several at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.box_office import BoxOffice
from app.models import DrawOrder, Lottery, LotteryStatus, Order
from app.orders import draw_placing
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.ending import give_up
from app.orders.paying import demo_notice
from app.orders.placed import Buyer
from app.prize_draws.limits import copy_limits, limits_of, set_budget, spent_in, take_break
from app.refusals import NotFound, Refusal
from tests.lottery.house_draws import add_draw, terms_for
from tests.opened import opened

BO = Buyer("Bo", "bo@example.org")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    """A box office with nothing in it."""
    with opened(tmp_path) as office:
        yield office


def becomes(office: BoxOffice, lottery: int, status: LotteryStatus) -> None:
    with office.db.write() as connection:
        connection.execute(update(Lottery).where(Lottery.id == lottery).values(status=status))
    office.draws.refresh()


def test_a_break_and_a_budget_outlive_the_draw_and_reach_a_draft(office: BoxOffice) -> None:
    key = office.tokens.address_key(BO.email)
    with pytest.raises(NotFound):
        take_break(office, key, "2100-01-01")
    first = add_draw(office, terms_for())
    draft = add_draw(office, terms_for(), slug="draft")
    becomes(office, draft, LotteryStatus.DRAFT)
    until = date.fromisoformat(office.draws.by_id(first).today) + timedelta(days=182)
    take_break(office, key, until.isoformat())
    set_budget(office, key, "GBP", 5000)
    for lottery in (first, draft):
        becomes(office, lottery, LotteryStatus.ENDED)

    later = add_draw(office, terms_for(), slug="later")
    with office.db.write() as connection:
        copy_limits(connection, later, "GBP")
    with office.db.read() as connection:
        found = [
            limits_of(connection, office.draws.by_id(lottery), key) for lottery in (draft, later)
        ]

    assert [(one.break_until, one.budget_cents) for one in found] == [(until.isoformat(), 5000)] * 2


def test_one_budget_is_spent_once_by_two_draws_at_a_time(
    office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    lotteries = [add_draw(office, terms_for(), slug=slug) for slug in ("roof", "floor")]
    set_budget(office, office.tokens.address_key(BO.email), "GBP", 5000)

    def slowly(connection: Connection, *facts: Any) -> int:
        spent = spent_in(connection, *facts)
        time.sleep(0.3)
        return spent

    def buys(lottery: int) -> str:
        wish = DrawWish(lottery, 40, wants_fewer=False)
        try:
            return place_draw_order(office, wish, BO, "demo", "paid").status
        except Refusal as refusal:
            return refusal.code

    monkeypatch.setattr(draw_placing, "spent_in", slowly)
    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(buys, lotteries))

    assert told == ["address_limit", "paid"]


def test_late_money_goes_back_when_another_draw_took_the_budget(office: BoxOffice) -> None:
    late, other = (add_draw(office, terms_for(), slug=slug) for slug in ("roof", "floor"))
    set_budget(office, office.tokens.address_key(BO.email), "GBP", 5000)
    placed = [
        place_draw_order(office, DrawWish(late, count, wants_fewer=False), BO, "demo", None)
        for count in (10, 20)
    ]
    with office.db.write() as connection:
        connection.execute(update(Order).values(deadline_ms=0))
    for order in placed:
        give_up(office, order.order_id)
    place_draw_order(office, DrawWish(other, 40, wants_fewer=False), BO, "demo", "paid")

    for order in placed:
        demo_notice(office, order.order_id, "paid")

    with office.db.read() as connection:
        ends = connection.execute(
            select(Order.status, DrawOrder.taken)
            .join(DrawOrder, DrawOrder.order_id == Order.id)
            .where(Order.id.in_([order.order_id for order in placed]))
            .order_by(DrawOrder.count)
        ).all()
    assert [tuple(end) for end in ends] == [("paid", 10), ("refunded", 0)]
