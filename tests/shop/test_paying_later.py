"""Whoever pays later can go on buying: the order waits on its own, the next basket is empty."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.box_office import BoxOffice
from app.models import Event, Order
from app.orders.paying_later import confirm_order
from tests.opened import show_of
from tests.orders.buying import allow_manual
from tests.shop.conftest import SEAT_COUNT
from tests.shop.visitor import ORIGIN, Visitor

Make = Callable[[], str]
BO = {"email": "bo@example.org", "name": "Bo Fenwick"}


@pytest.fixture
def make_later(office: BoxOffice, make_event: Make) -> Make:
    """Makes an event that can be paid later; its slug."""

    def make() -> str:
        slug = make_event()
        allow_manual(show_of(office, slug, SEAT_COUNT))
        return slug

    return make


def hold_one(visitor: Visitor, slug: str) -> str:
    """Keep the first free seat; its id."""
    visitor.open(f"/e/{slug}/seats")
    seat = visitor.seats()[0]
    assert visitor.hold(slug, seat).status_code == 200
    return seat


def order(
    visitor: Visitor, slug: str, payment: str = "manual"
) -> tuple[TestResponse, dict[str, str]]:
    """Hold one seat and send the checkout form; the answer, and what was sent."""
    hold_one(visitor, slug)
    visitor.open("/checkout")
    form = {**BO, "payment": payment, "key": visitor.hidden("key"), "csrf": visitor.hidden("csrf")}
    return visitor.send("/checkout", form), form


def order_count(office: BoxOffice) -> int:
    """How many orders there are."""
    with office.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(Order)).scalar_one())


def test_an_order_that_waits_does_not_hinder_the_next(
    bo: Visitor, make_event: Make, make_later: Make
) -> None:
    waiting, _form = order(bo, make_later())
    other = make_event()

    seat = hold_one(bo, other)
    assert bo.basket() == [seat]
    bo.open("/checkout")
    answer = bo.send("/checkout", {**BO, "payment": "demo", "key": bo.hidden("key")})

    assert "/pay/demo/" in answer.headers["Location"]
    bo.follow(waiting)
    assert "Say this at the counter" in bo.page


def test_days_later_the_same_browser_buys_again(
    bo: Visitor, office: BoxOffice, make_event: Make, make_later: Make
) -> None:
    waiting, _form = order(bo, make_later())
    confirm_order(office, waiting.headers["Location"].split("/")[-2])

    answer, _form = order(bo, make_event(), "demo")

    assert "/pay/demo/" in answer.headers["Location"]


def test_the_same_form_sent_again_leads_to_the_same_order(
    bo: Visitor, office: BoxOffice, make_event: Make, make_later: Make
) -> None:
    first, form = order(bo, make_later())
    before, other = order_count(office), make_event()
    seat = hold_one(bo, other)

    again = bo.send("/checkout", form, csrf=form["csrf"])

    assert again.headers["Location"] == first.headers["Location"]
    assert order_count(office) == before
    bo.open(f"/e/{other}/seats")
    assert bo.basket() == [seat]


def test_only_the_order_s_own_form_counts_for_the_basket_before(
    bo: Visitor, make_event: Make, make_later: Make
) -> None:
    _answer, form = order(bo, make_later())
    slug = make_event()
    bo.open(f"/e/{slug}/seats")

    answer = bo.send(f"/e/{slug}/holds", {"seat": bo.seats()[0]}, csrf=form["csrf"], htmx=True)

    assert answer.status_code == 403


def test_an_answer_that_was_lost_does_not_keep_the_basket_paying(
    bo: Visitor, make_event: Make, make_later: Make
) -> None:
    hold_one(bo, make_later())
    bo.open("/checkout")
    with bo.without_new_cookies():
        first = bo.send("/checkout", {**BO, "payment": "manual", "key": bo.hidden("key")})

    assert bo.open("/checkout").headers["Location"] == first.headers["Location"]
    answer, _form = order(bo, make_event(), "demo")
    assert "/pay/demo/" in answer.headers["Location"]


def test_a_payment_left_open_keeps_the_basket_for_the_way_back(
    bo: Visitor, make_event: Make
) -> None:
    answer, _form = order(bo, make_event(), "demo")
    bo.open(answer.headers["Location"].removeprefix(ORIGIN))

    bo.open("/basket")
    assert len(bo.basket()) == 1
    bo.follow(bo.open("/checkout"))
    assert "Go on paying" in bo.page
    bo.follow(bo.send(f"{bo.path}/cancellation"))

    assert bo.path == "/checkout"
    assert len(bo.basket()) == 1


TRANSFER = {
    "quota": 10, "days": 7, "closes_hours": 24, "holder": "Marsh Hall Trust",
    "iban": "DE89370400440532013000", "account": "", "words": "",
}  # fmt: skip


@pytest.fixture
def make_transferable(office: BoxOffice, make_event: Make) -> Make:
    """Makes an event in euros that can be paid by transfer; its slug."""

    def make() -> str:
        slug = make_event()
        show = show_of(office, slug, SEAT_COUNT)
        words = {"transfer": TRANSFER}
        with office.db.write() as connection:
            connection.execute(
                update(Event).where(Event.id == show.id).values(payments=words, currency="EUR")
            )
        office.catalogue.refresh()
        office.inventories._rest(show.id, show.inventory)
        return slug

    return make


def test_a_transfer_is_chosen_confirmed_and_told_in_full(
    bo: Visitor, office: BoxOffice, make_transferable: Make
) -> None:
    hold_one(bo, make_transferable())
    bo.open("/checkout")
    assert re.search(r"Bank transfer</b><small>Until \w+ \d+ \w+, \d\d:\d\d", bo.page)
    form = {**BO, "payment": "transfer", "key": bo.hidden("key"), "csrf": bo.hidden("csrf")}
    bo.follow(bo.send("/checkout", form))
    assert "Look in your email to keep these seats" in bo.page
    assert "DE89" not in bo.page, "an account is told to whoever reads the mailbox"
    order_id = bo.path.split("/")[2]

    confirm_order(office, order_id)
    bo.open(bo.path)

    assert "Kept for you until" in bo.page
    assert "DE89 3704 0044 0532 0130 00" in bo.page
    assert f"{order_id[:4]} {order_id[4:]}" in bo.page
    assert "Code for your banking app" in bo.page
