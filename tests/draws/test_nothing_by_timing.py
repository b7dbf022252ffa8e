"""Nothing of a result can be guessed from how an answer is made.

A ticket that will win and one that will not take the same way, statement by statement and byte by
byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.box_office import BoxOffice
from app.lottery.pool.terms import EVENING, INSTANT, THING, Terms, Tier
from app.models import LotteryPart, LotteryWin
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.prize_draws.opening import open_batch
from tests.carrying import carry_out_due
from tests.draws.made import add_draw, draws
from tests.shop.visitor import HTMX, ORIGIN

SIZE = 1000
PURCHASE_COUNT = 30  # all of one kind: less often than once in a hundred million
FIRST = 811  # numbers as long as each other, and found nowhere else on a page
NUMBERS = {"how": "numbers", "sources": [{"name": "Lotto", "count": 6, "low": 1, "high": 49}]}
NOTHING = {"how": "none"}
Way = tuple[int, tuple[str, ...], str]  # status, statements, content without what is one's own


@pytest.fixture
def statements(office: BoxOffice) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile, without its values."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    engines = (office.db.writers, office.db._readers)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def half_win(office: BoxOffice, slug: str, mode: str) -> int:
    """A free draw in which every second ticket wins; all tickets before FIRST are sold."""
    lottery_id = add_draw(office, slug, public=NOTHING if mode == INSTANT else NUMBERS)
    table = (Tier("tea", "Tea at the interval", SIZE // 2, THING),)
    open_batch(office, lottery_id, 1, Terms(SIZE, table, mode, 0, 0, 0), "ada")
    buy(office, lottery_id, "first@example.org", FIRST - 1)
    return lottery_id


def buy(office: BoxOffice, lottery_id: int, email: str, count: int = 1) -> str:
    """A free purchase; its order."""
    wish = DrawWish(lottery_id, count, wants_fewer=False, contribution="ab" * 32)
    return place_draw_order(office, wish, Buyer("Bo", email), "free").order_id


def positions(office: BoxOffice, orders: list[str]) -> dict[str, int]:
    with office.db.read() as connection:
        query = select(LotteryPart.purchase_id, LotteryPart.first)
        found = {order: int(first) for order, first in connection.execute(query)}
    return {order: found[order] for order in orders}


@contextmanager
def on_one_second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All of it happens within one second of the clock."""
    with monkeypatch.context() as patch:
        patch.setattr("app.draws.queries.purchase._second_words", lambda moment: "12:00:00")
        yield


def looks(
    app: Flask, office: BoxOffice, statements: list[str]
) -> Callable[[str, int], dict[str, Way]]:
    """How a purchase with one ticket is answered everywhere, by its order and its number."""
    client = app.test_client()

    def look(order: str, position: int) -> dict[str, Way]:
        secret = office.tokens.order_secret(order)
        own = {"Order-Secret": secret}
        asked: dict[str, dict[str, str]] = {
            f"/d/{order}/{secret}": {},
            f"/d/{order}/{secret}?": HTMX,
            f"/d/{order}/{secret}/tickets": {},
            f"/d/{order}/{secret}/tickets.csv": {},
            f"/api/v1/purchases/{order}": own,
            f"/api/v1/purchases/{order}/results": own,
        }
        seen: dict[str, Way] = {}
        for path, headers in asked.items():
            statements.clear()
            answer = client.get(path, base_url=ORIGIN, headers=headers)
            words = _without_own(answer.text, order, secret, position)
            name = path.replace(order, "").replace(secret, "")
            seen[name] = answer.status_code, tuple(statements), words
        return seen

    return look


def _without_own(text: str, order: str, secret: str, position: int) -> str:
    """An answer without what belongs to one purchase and tells nothing of what it wins."""
    text = text.replace(order, "#").replace(secret, "#").replace("<wbr>", "")
    spoken = re.compile("[ -]?".join(re.escape(letter) for letter in order))
    return _without_number(spoken.sub("#", text), position)


def _without_number(text: str, position: int) -> str:
    text = re.sub(r'name="(csrf|key)" value="[^"]*"', "#", text)
    text = re.sub(r"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])", "#", text)
    text = re.sub(r"(?<![0-9a-f])[0-9a-f]{4}(?: [0-9a-f]{4}){3,}(?![0-9a-f])", "#", text)
    return re.sub(rf"(?<![0-9a-f])0?{position}(?![0-9a-f])", "#", text)


@pytest.mark.parametrize("mode", [EVENING, INSTANT])
def test_winners_and_losers_are_answered_in_the_same_way_before_their_time(
    office: BoxOffice,
    app: Flask,
    statements: list[str],
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:
    """An evening is looked at until its draw, an instant purchase until its tickets come."""
    lottery_id = half_win(office, f"way-{mode}", mode)
    carry_out_due(office, "lottery.allocate")
    orders = [buy(office, lottery_id, f"{n}@example.org") for n in range(PURCHASE_COUNT)]
    if mode == EVENING:
        carry_out_due(office, "lottery.allocate")
    at = positions(office, orders)
    look = looks(app, office, statements)
    with on_one_second(monkeypatch):
        look(orders[0], at[orders[0]])  # what is read once and kept
        seen = {order: look(order, at[order]) for order in orders}

    if mode == EVENING:
        draws(office, f"way-{mode}")
    else:
        carry_out_due(office, "lottery.allocate")
    with office.db.read() as connection:
        winners = set(connection.execute(select(LotteryWin.purchase_id)).scalars()) & set(orders)
    assert 0 < len(winners) < PURCHASE_COUNT
    first = seen[orders[0]]
    for name, way in first.items():
        assert way[0] < 500
        for order in orders:
            assert seen[order][name] == way, name
    changed = {order for order in orders if look(order, at[order]) != first}
    assert changed >= winners, "the comparison would have noticed"


def test_places_that_nobody_bought_are_answered_in_the_same_way(
    office: BoxOffice, app: Flask, statements: list[str]
) -> None:
    lottery_id = half_win(office, "way-unsold", INSTANT)
    state = office.pool_of(lottery_id).actor.state
    assert state is not None
    places = state.batches["way-unsold-1"].places
    client = app.test_client()
    ways: dict[tuple[str, bool], list[Way]] = {}
    for position in (FIRST, *range(FIRST, FIRST + 2 * PURCHASE_COUNT)):
        for path in (
            f"/draw/way-unsold/proof?ticket={position}",
            f"/draw/way-unsold/batches/1/tickets/{position}.json",
        ):
            statements.clear()
            answer = client.get(path, base_url=ORIGIN)
            words = _without_number(answer.text, position)
            name = path.replace(str(position), "#")
            way = answer.status_code, tuple(statements), words
            ways.setdefault((name, bool(places[position - 1])), []).append(way)

    for (name, wins), found in ways.items():  # at the very first one more is read, and kept
        assert len(set(found[1:])) == 1, (name, wins)
        assert found[-1] == ways[name, not wins][-1]
