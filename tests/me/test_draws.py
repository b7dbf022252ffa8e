"""Draws, play credits and limits on a buyer's own page."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app import credits
from app.box_office import BoxOffice
from app.invariants import check
from app.models import LotteryPurchase
from app.orders.draw_placing import DrawWish, place_draw_order
from app.orders.placed import Buyer
from app.refusals import Refusal
from tests.carrying import carry_out_due
from tests.lottery.house_draws import add_draw, terms_for
from tests.me.conftest import SignIn
from tests.shop.visitor import Visitor

_slugs = itertools.count(1)


@pytest.fixture
def draw(office: BoxOffice) -> int:
    """A draw whose tickets cost £1 or 3 credits."""
    return add_draw(office, terms_for(), slug=f"draw-{next(_slugs)}", credits=3)


def buy(office: BoxOffice, draw: int, email: str, count: int, payment: str = "demo") -> str:
    """An order of draw tickets, handed out; its id."""
    wish = DrawWish(draw, count, wants_fewer=True, is_of_age=True)
    placed = place_draw_order(office, wish, Buyer("Bo", email), payment, "paid", is_proved=True)
    carry_out_due(office, "lottery.%")
    return placed.order_id


def words(bo: Visitor) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", bo.page).split())


def test_draws_stand_in_a_section_of_their_own(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    order = buy(office, draw, email, 1000)
    sign_in(bo, email)

    bo.open("/me")

    assert "The Roof Draw, batch 1 1,000 tickets, 110 prizes. Claim by" in words(bo)
    assert f"/d/{order}/{office.tokens.order_secret(order)}" in bo.page
    assert "110 to claim" in words(bo)
    assert "No bookings of shows with this address." in words(bo)
    assert "No tickets with this address" not in words(bo)
    bo.open("/me/before")
    assert order not in bo.page, "not among the bookings of shows as well"
    with office.db.write() as connection:
        paid_long_ago = update(LotteryPurchase).where(LotteryPurchase.id == order)
        connection.execute(paid_long_ago.values(paid_ms=1))
    bo.open("/me")
    assert "1,000 tickets, 110 prizes Time to claim is over" in words(bo)
    assert "Claim by" not in bo.page
    data = bo.open("/me/data.json").get_json()
    assert "lottery" in {letter["kind"] for letter in data["letters"]}
    assert {prize["is_claimed"] for prize in data["draws"][0]["prizes"]} == {False}
    assert data["draws"][0]["prizes_go_to"] is None
    assert data["draws"][0]["numbers"] == [
        {"batch": data["draws"][0]["prizes"][0]["batch"], "first": 1, "last": 1000}
    ]


def test_a_code_brings_credits_that_buy_tickets(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    (code,) = credits.make_vouchers(office, 150, 1, "Gift card from Mei")
    sign_in(bo, email)
    bo.open("/me")

    for _press in range(2):
        bo.follow(bo.send("/me/credits", {"code": code.lower()}))
    assert "Gift card from Mei, " in words(bo)
    assert bo.page.count("+ 150") == 1
    wrong = bo.send("/me/credits", {"code": "WRONG"})
    assert "This code does not bring any credits." in wrong.text
    buy(office, draw, email, 10, "credits")
    bo.open("/me")
    assert "− 30" in words(bo)
    slug = office.draws.by_id(draw).slug
    bo.open(f"/draw/{slug}/tickets?count=50&payment=credits")
    assert "You have 120. Not enough for 50 tickets" in words(bo)
    bo.open(f"/draw/{slug}/tickets?count=40&payment=credits")
    assert "You have 120; this costs 120" in words(bo)
    assert "Buy 40 tickets, 120 credits" in words(bo)


def test_a_house_that_is_no_demo_gives_no_credits_to_try(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    sign_in(bo, email)
    bo.open("/me")

    assert "to try the demo" not in bo.page
    assert bo.send("/me/sample-credits").status_code == 404


def test_a_demo_house_gives_some_once_a_day(office: BoxOffice, email: str) -> None:
    key = office.tokens.address_key(email)

    given = [credits.take_sample(office, key, day) for day in ("2026-11-26",) * 2 + ("2026-11-27",)]

    assert given == [100, 0, 100]


def test_a_budget_is_lowered_at_once_and_raised_later(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    sign_in(bo, email)
    bo.open("/me")
    bo.follow(bo.send("/me/budget", {"currency": "GBP", "budget": "50"}))
    assert "Your budget is £50 a month from now on." in words(bo)

    bo.follow(bo.send("/me/budget", {"currency": "GBP", "budget": "80"}))
    assert "Your budget changes on" in words(bo)
    assert "it is £80" in words(bo)
    later = add_draw(office, terms_for(), slug=f"draw-{next(_slugs)}")  # opened by hand: no limits
    assert later
    with pytest.raises(Refusal):
        buy(office, draw, email, 51)
    buy(office, draw, email, 50)
    bo.open("/me")
    assert "£50 this month of £50" in words(bo)
    slug = office.draws.by_id(draw).slug
    bo.open(f"/draw/{slug}/tickets?count=10")
    assert "£10 over your budget of £50" in words(bo)
    for typed, said in (("5,50", "£5.50"), ("4.5", "£4.50"), ("4,50", "£4.50"), ("4", "£4")):
        bo.open("/me")
        bo.follow(bo.send("/me/budget", {"currency": "GBP", "budget": typed}))
        assert f"Your budget is {said} a month from now on." in words(bo)
    for wrong in ("-1", "many", "1.234", "99999999999", "sNaN", "9e999999", "1e3", "1,00,0", "٥"):
        bo.open("/me")
        answer = bo.send("/me/budget", {"currency": "GBP", "budget": wrong})
        assert (answer.status_code, "Type an amount such as 50" in answer.text) == (422, True)


def test_a_break_cannot_be_shortened(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    sign_in(bo, email)
    bo.open("/me/break?days=30")
    bo.follow(bo.send("/me/break", {"until": bo.hidden("until")}))
    assert "Your break has begun." in words(bo)

    assert bo.open("/me/break?days=7").status_code == 422
    assert "It cannot be shortened. Choose a longer one." in words(bo)
    soon = (date.fromisoformat(office.draws.by_id(draw).today) + timedelta(days=7)).isoformat()
    answer = bo.send("/me/break", {"until": soon})
    assert (answer.status_code, "never shorter." in answer.text) == (422, True)
    with pytest.raises(Refusal) as refusal:
        buy(office, draw, email, 1)
    assert not re.search(r"\d{4}-\d\d", refusal.value.words), "a day in words"
    for wrong in ("0", "-7", "8", "x"):
        assert bo.open(f"/me/break?days={wrong}").status_code == 422
        assert "Choose how long the break is to be." in words(bo)
    for wrong in ("", "2026-01-01", "9999-12-31", "soon"):
        answer = bo.send("/me/break", {"until": wrong})
        assert "Choose how long the break is to be." in answer.text


def test_a_stranger_sets_nothing(bo: Visitor, email: str, draw: int) -> None:
    bo.open("/me")

    for path in ("/me/credits", "/me/sample-credits", "/me/budget", "/me/break"):
        answer = bo.send(path, {"code": "x", "budget": "1", "currency": "GBP", "days": "7"})
        assert answer.headers["Location"].endswith("/me")


def test_deleting_the_account_says_what_is_lost_and_forgets_it(
    office: BoxOffice, bo: Visitor, sign_in: SignIn, email: str, draw: int
) -> None:
    key = office.tokens.address_key(email)
    (code,) = credits.make_vouchers(office, 40, 1, "Gift card")
    credits.redeem(office, key, code)
    buy(office, draw, email, 100)
    sign_in(bo, email)

    bo.open("/me/deletion")
    assert "40 credits." in words(bo)
    bo.follow(bo.send("/me/deletion"))

    with office.db.read() as connection:
        assert credits.balance_of(connection, key) == 0
        assert credits.entries_of(connection, key) == []
        assert check(connection) == []
