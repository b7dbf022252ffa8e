"""The forms of credits, budget and break: each answers where it stands, in words."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app import credits
from app.box_office import BoxOffice
from app.lottery.pool.purchase import spoken_day
from tests.lottery.house_draws import add_draw, terms_for
from tests.me.conftest import SignIn
from tests.shop.visitor import Visitor

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@pytest.fixture(scope="module")
def draw(office: BoxOffice) -> int:
    """A draw whose tickets cost £1 or 3 credits; a higher budget waits for ten days."""
    return add_draw(office, terms_for(), slug="roof", credits=3, raise_wait_days=10)


@pytest.fixture
def me(bo: Visitor, sign_in: SignIn, email: str, draw: int) -> Visitor:
    """Bo on the page of their own."""
    sign_in(bo, email)
    return bo


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def section(visitor: Visitor, key: str) -> str:
    """A section of the page at hand."""
    found = re.search(rf'<section[^>]* id="{key}".*?</section>', visitor.page, re.DOTALL)
    assert found is not None
    return found[0]


def field(page: str, name: str) -> str:
    """A field's own tag."""
    found = re.search(rf'<(?:input|select)[^>]* id="{name}"[^>]*>', page)
    assert found is not None
    return found[0]


# ---- where the answer stands ---------------------------------------------------------------------


def test_the_answer_stands_in_the_section_of_its_form(office: BoxOffice, me: Visitor) -> None:
    (code,) = credits.make_vouchers(office, 40, 1, "Gift card")
    answer = me.send("/me/credits", {"code": code})
    assert answer.headers["Location"] == "/me#credits"
    me.follow(answer)
    assert "40 credits are yours." in section(me, "credits")
    assert 'id="notice"' not in me.page
    answer = me.send("/me/budget", {"currency": "GBP", "budget": "50"})
    assert answer.headers["Location"] == "/me#limits"
    me.follow(answer)
    assert "Your budget is £50 a month from now on." in section(me, "limits")
    assert me.page.count("Your budget is £50") == 1


def test_a_notice_whose_section_is_not_there_stands_at_the_top(
    office: BoxOffice, me: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = me.send("/me/budget", {"currency": "GBP", "budget": "50"})
    monkeypatch.setattr(type(office.draws), "on_show", lambda _draws: ())

    me.follow(answer)

    assert 'id="limits"' not in me.page
    assert "Your budget is £50 a month from now on." in me.page


# ---- errors --------------------------------------------------------------------------------------


def test_a_wrong_budget_is_said_under_its_field(me: Visitor) -> None:
    answer = me.send("/me/budget", {"currency": "GBP", "budget": "a lot"})

    assert answer.status_code == 422
    tag = field(answer.text, "budget-GBP")
    assert 'value="a lot"' in tag
    assert 'aria-invalid="true" aria-describedby="budget-GBP-error budget-rule" autofocus' in tag
    assert 'id="budget-GBP-error"' in answer.text
    assert "Type an amount such as 50, or leave it empty for no limit." in answer.text
    assert answer.text.count("autofocus") == 1
    assert "autofocus" not in me.open("/me").text


def test_a_wrong_code_is_said_under_its_field(me: Visitor) -> None:
    answer = me.send("/me/credits", {"code": "ABCD-<1>"})

    assert answer.status_code == 422
    tag = field(answer.text, "code")
    assert 'value="ABCD-&lt;1&gt;"' in tag
    assert 'aria-invalid="true" aria-describedby="code-error" autofocus' in tag
    assert "This code does not bring any credits. Your credits are as they were." in answer.text


@pytest.mark.parametrize("path", ["credits", "sample-credits", "budget", "break"])
def test_an_answer_that_is_loaded_again_is_the_page(me: Visitor, path: str) -> None:
    assert me.open(f"/me/{path}").headers["Location"] == "/me"


# ---- a break -------------------------------------------------------------------------------------


def test_a_break_is_asked_for_once_more_and_says_until_when(
    office: BoxOffice, me: Visitor, draw: int
) -> None:
    today = office.draws.by_id(draw).today
    until = (date.fromisoformat(today) + timedelta(days=365)).isoformat()
    said = spoken_day(until, today)
    assert 'method="get" action="/me/break"' in section(me, "limits")

    me.open("/me/break?days=365")

    assert f"Take a break from draws until {said}?" in words(me.page)
    assert re.fullmatch(rf"\d+ [A-Z][a-z]+ {until[:4]}", said), "a year from now needs its year"
    assert "It can be made longer, never shorter" in words(me.page)
    assert 'href="/me#limits-break"' in me.page
    me.open("/me")
    assert "You asked for a break" not in me.page, "looking begins nothing"
    me.open("/me/break?days=365")
    answer = me.send("/me/break", {"until": me.hidden("until")})
    assert answer.headers["Location"] == "/me#limits-break"
    me.follow(answer)
    limits = words(section(me, "limits"))
    assert f"You can buy draw tickets again from {said}." in limits
    assert f"You asked for a break until {said}. It cannot be shortened." in limits
    assert not ISO_DAY.search(words(me.page))


def test_the_form_says_why_a_break_cannot_begin(office: BoxOffice, me: Visitor) -> None:
    me.open("/me/break?days=30")
    me.send("/me/break", {"until": me.hidden("until")})

    answer = me.open("/me/break?days=7")

    assert answer.status_code == 422
    tag = field(me.page, "days")
    assert 'aria-invalid="true" aria-describedby="days-error break-rule" autofocus' in tag
    assert '<option value="7" selected>' in me.page
    assert "Choose a longer one." in me.page


def test_buying_meanwhile_is_refused_with_the_day_in_words(
    office: BoxOffice, me: Visitor, email: str, draw: int
) -> None:
    me.open("/me/break?days=30")
    until = me.hidden("until")
    me.send("/me/break", {"until": until})
    me.open("/draw/roof/tickets")
    names = ("key", "price", "contribution")
    fields = {name: me.hidden(name) for name in names} | {"payment": "demo", "count": "1"}

    me.follow(me.send("/draw/roof/tickets", {**fields, "email": email, "name": "Bo"}))

    said = spoken_day(until, office.draws.by_id(draw).today)
    assert f"You asked for a break until {said}. It cannot be shortened." in words(me.page)
    assert not ISO_DAY.search(words(me.page))


# ---- words ---------------------------------------------------------------------------------------


def test_a_budget_says_what_empty_means_and_how_long_a_higher_one_waits(
    office: BoxOffice, me: Visitor, draw: int
) -> None:
    limits = words(section(me, "limits"))
    assert "Leave it empty for no limit; 0 means that you spend nothing." in limits
    assert "A higher one starts 10 days after you ask for it." in limits
    me.follow(me.send("/me/budget", {"currency": "GBP", "budget": ""}))
    assert "there is no limit to what you spend." in me.page
    me.follow(me.send("/me/budget", {"currency": "GBP", "budget": "50"}))
    me.follow(me.send("/me/budget", {"currency": "GBP", "budget": ""}))

    today = office.draws.by_id(draw).today
    later = (date.fromisoformat(today) + timedelta(days=10)).isoformat()
    assert f"Your budget changes on {spoken_day(later, today)}." in words(me.page)
    assert f"From {spoken_day(later, today)} there is no limit." in words(me.page)
    me.open("/draw/roof/tickets")
    assert "A higher one starts 10 days after you ask for it." in words(me.page)
