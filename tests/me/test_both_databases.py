"""What the two databases could see differently: races for a link, lists, the download, wishes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.box_office import BoxOffice, open_box_office
from app.clock import utc_now
from app.config import read_settings
from app.deletions import DELETIONS
from app.forgetting import forget_buyer
from app.inventory.commands import HoldBest
from app.me.queries.download import my_data
from app.me.queries.rows import coming_rows, count_past, count_valid, past_rows, places_of
from app.models import BuyerSession, Device, Order, OrderStatus
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.orders.views import order_view
from app.refusals import Refusal
from app.sign_ins.asking import Asked, LinkOver, ask_for_link, code_of, link_token, page_request
from app.sign_ins.browsers import Browser
from app.sign_ins.opening import Visit, WrongCode, sign_in_by_code, sign_in_by_link
from app.sign_ins.sessions import SignedInBuyer, session_of, sessions_of
from app.tokens import new_id
from tests.jobs.shows import add_show

EMAIL = "bo@example.org"
BROWSER = Browser(Device.PHONE, "Firefox/Android")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[BoxOffice]:
    """A house with one show, on SQLite and on PostgreSQL."""
    named = {"DATABASE_URL": database_url, "FULLHOUSE_DATA_DIR": str(tmp_path)}
    made = open_box_office(read_settings(named))
    add_show(made)
    yield made
    made.close()


def asked(office: BoxOffice) -> tuple[str, Asked]:
    """A request and the token of its page."""
    page = ask_for_link(office, EMAIL, BROWSER.kept)
    return page, page_request(office, page)


def signed_in(office: BoxOffice) -> SignedInBuyer:
    """Bo, by a link."""
    _page, request = asked(office)
    visit = Visit(BROWSER, new_id())
    token = sign_in_by_link(office, link_token(office.tokens, request), visit)
    with office.db.read() as connection:
        buyer = session_of(connection, office.tokens, token, utc_now())
    assert buyer is not None
    return buyer


def buy(office: BoxOffice, count: int = 1) -> str:
    """An order of Bo's."""
    event_id, basket = office.catalogue.any_by_slug("gala").id, new_id()
    office.inventory_of(event_id).ask(HoldBest(basket, new_id(), count))
    return place_order(office, basket, Buyer("Bo", EMAIL), "demo", "paid").order_id


def test_of_many_presses_on_one_link_one_signs_in(office: BoxOffice) -> None:
    _page, request = asked(office)
    token, outcomes = link_token(office.tokens, request), []

    def press() -> None:
        try:
            outcomes.append(sign_in_by_link(office, token, Visit(BROWSER, new_id())))
        except LinkOver:
            outcomes.append("")

    threads = [threading.Thread(target=press) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(bool(token) for token in outcomes) == [False] * 7 + [True]
    with office.db.read() as connection:
        assert connection.execute(select(func.count(BuyerSession.id))).scalar_one() == 1


def test_of_many_wrong_codes_at_once_five_are_looked_at(office: BoxOffice) -> None:
    page, request = asked(office)
    right = code_of(office.tokens, request)
    wrong = "0" * len(right) if right[0] != "0" else "1" * len(right)
    outcomes: list[type[Refusal]] = []

    def guess() -> None:
        try:
            sign_in_by_code(office, page, wrong, Visit(BROWSER, new_id()))
        except (LinkOver, WrongCode) as refusal:
            outcomes.append(type(refusal))

    threads = [threading.Thread(target=guess) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert (outcomes.count(WrongCode), outcomes.count(LinkOver)) == (4, 8)
    with pytest.raises(LinkOver):
        sign_in_by_code(office, page, right, Visit(BROWSER, new_id()))


def test_lists_and_counts(office: BoxOffice) -> None:
    orders = [buy(office), buy(office, 3)]
    behind = buy(office, 2)
    with office.db.write() as connection:
        given_back = update(Order).where(Order.id == behind)
        connection.execute(given_back.values(status=OrderStatus.REFUNDED))
    key, now = office.tokens.address_key(EMAIL), utc_now()
    with office.db.read() as connection:
        coming = coming_rows(connection, key, now, 0, 10)
        assert sorted(order for order, _event in coming) == sorted(orders)
        assert [row.id for row in past_rows(connection, key, now, 0, 10)] == [behind]
        assert count_past(connection, key, now) == 1
        assert count_valid(connection, key, now) == (4, 2)
        assert places_of(connection, [behind])[behind][0][1] == 2
        after = now + timedelta(days=60)
        assert coming_rows(connection, key, after, 0, 10) == []
        assert count_past(connection, key, after) == 3


def test_the_download_finds_orders_and_letters(office: BoxOffice) -> None:
    order = buy(office, 2)
    facts = my_data(office, signed_in(office))

    assert [one["code"] for one in facts["orders"]] == [order]
    assert len(facts["orders"][0]["places"]) == 2
    assert [(one["kind"], one["order"]) for one in facts["letters"]] == [
        ("order_paid", order),
        ("sign_in", None),
    ]
    assert facts["signed_in"][0]["browser"] == "Firefox on Android"


def test_a_wish_is_kept_until_it_is_fulfilled(office: BoxOffice) -> None:
    order, buyer = buy(office), signed_in(office)
    forget_buyer(office, buyer)
    forget_buyer(office, buyer)
    with office.db.read() as connection:
        assert sessions_of(connection, buyer.address_key, utc_now()) == []
    assert order_view(office, order).order.email == EMAIL

    after = utc_now() + timedelta(days=60)
    for deletion in DELETIONS:
        if deletion.kind in ("delete.forgotten_buyers", "delete.forget_wishes"):
            with office.db.read() as connection:
                found = deletion.find(connection, after, 10)
            assert len(found) == 1
            with office.db.write() as connection:
                deletion.remove(connection, after, found)
    assert order_view(office, order).order.email == ""
