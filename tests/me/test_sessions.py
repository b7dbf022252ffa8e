"""Sessions: a cookie of their own, ends that hold, seen and ended by their owner alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import buyer_cookie
from app.accounts.admins import make_admin
from app.box_office import BoxOffice
from app.buyer_cookie import SEEN_EVERY_SECONDS
from app.clock import utc_now, wall_ms
from app.inventory.commands import HoldBest
from app.models import BuyerSession
from app.sign_ins.sessions import IDLE_DAYS, SESSION_DAYS, SESSIONS_LIMIT
from app.tokens import new_id
from tests.me.conftest import SignIn
from tests.shop.visitor import Visitor

DAY_SECONDS = 24 * 3600
Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets seconds pass for the cookie."""

    def passed(seconds: float) -> None:
        monkeypatch.setattr(buyer_cookie, "wall_ms", lambda: wall_ms() + round(seconds * 1000))

    return passed


def count(office: BoxOffice, email: str) -> int:
    """How many sessions an address has."""
    with office.db.read() as connection:
        query = select(func.count(BuyerSession.id)).where(BuyerSession.email == email)
        return int(connection.execute(query).scalar_one())


def cookie(visitor: Visitor, name: str = "buyer") -> str | None:
    """What a visitor's browser sends."""
    kept = visitor._client.get_cookie(name, domain="127.0.0.1")
    return None if kept is None else kept.value


def put_cookie(visitor: Visitor, value: str) -> None:
    """Let a visitor's browser send this."""
    visitor._client.set_cookie("buyer", value, domain="127.0.0.1")


def is_signed_in(visitor: Visitor) -> bool:
    """Whether the page knows who it is."""
    return "Signed in as" in visitor.open("/me").text


# ---- the cookie ----------------------------------------------------------------------------------


def test_its_cookie_is_for_this_house_alone(bo: Visitor, email: str, ask: SignIn) -> None:
    letter = ask(bo, email)
    bo.open(letter.path)
    sent = bo.send(letter.path).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(sent.split("; "))
    assert "Domain" not in sent
    assert f"Max-Age={SESSION_DAYS * DAY_SECONDS}" in sent


def test_signing_in_again_changes_the_token_and_ends_the_session_before(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    first = cookie(bo)
    sign_in(bo, f"other.{email}")

    assert cookie(bo) != first
    assert count(office, email) == 0
    put_cookie(bo, first or "")
    assert not is_signed_in(bo)


def test_the_basket_stays(office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn) -> None:
    bo.open("/e/gala")
    bo.open("/me")
    basket = office.tokens.basket_id(cookie(bo, "basket") or "")
    event_id = office.catalogue.any_by_slug("gala").id
    office.inventory_of(event_id).ask(HoldBest(basket, new_id(), 2))
    sign_in(bo, email)
    bo.follow(bo.send("/me/sign-out"))

    assert office.tokens.basket_id(cookie(bo, "basket") or "") == basket
    assert "Nightjar Quartet" in bo.open("/basket").text


@pytest.mark.parametrize("made_up", ["", "x", "a.b", "a.1.b", "x" * 3000, "é"])
def test_a_made_up_cookie_is_nobody_and_is_taken_back(bo: Visitor, made_up: str) -> None:
    put_cookie(bo, made_up)
    answer = bo.open("/me")

    assert answer.status_code == 200
    assert "Email me the link" in answer.text
    assert "buyer=;" in answer.headers["Set-Cookie"]


def test_a_proof_for_something_else_is_no_session(office: BoxOffice, bo: Visitor) -> None:
    put_cookie(bo, office.tokens.signed("buyer", "made-up.1"))
    assert not is_signed_in(bo)
    put_cookie(bo, office.tokens.signed("basket", "made-up.1"))
    assert not is_signed_in(bo)


def test_staff_and_buyers_are_never_mixed_up(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    assert bo.open("/admin").headers["Location"].startswith("/sign-in")

    link = make_admin(office, email, "Ada").removeprefix(office.settings.base_url)
    bo.open(link)
    assert bo.send(link, {"password": "four calm herons waiting"}).status_code == 303
    assert bo.open("/admin").status_code == 200
    bo.open("/me")
    bo.follow(bo.send("/sign-out"))
    assert is_signed_in(bo), "leaving the office ends no buyer's session"

    bo.open("/me")
    bo.send("/me/sign-out")
    assert not is_signed_in(bo)


# ---- their end -----------------------------------------------------------------------------------


def test_signing_out_ends_the_session_for_good(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    kept = cookie(bo)
    bo.follow(bo.send("/me/sign-out"))

    assert "You are signed out." in bo.page
    assert cookie(bo) is None
    assert count(office, email) == 0
    put_cookie(bo, kept or "")
    assert not is_signed_in(bo)


def test_a_session_that_nobody_uses_ends(
    bo: Visitor, email: str, sign_in: SignIn, later: Later
) -> None:
    sign_in(bo, email)
    later((IDLE_DAYS - 1) * DAY_SECONDS)
    assert is_signed_in(bo), "and was seen again"
    later((2 * IDLE_DAYS - 2) * DAY_SECONDS)
    assert is_signed_in(bo)
    later((3 * IDLE_DAYS - 1) * DAY_SECONDS)

    assert not is_signed_in(bo)
    assert cookie(bo) is None


def test_a_stolen_cookie_ages_although_its_owner_goes_on(
    bo: Visitor, cy: Visitor, email: str, sign_in: SignIn, later: Later
) -> None:
    sign_in(bo, email)
    stolen = cookie(bo)
    later((IDLE_DAYS - 1) * DAY_SECONDS)
    assert is_signed_in(bo)
    later((IDLE_DAYS + 1) * DAY_SECONDS)
    put_cookie(cy, stolen or "")

    assert not is_signed_in(cy)
    assert is_signed_in(bo)


def test_a_session_ends_however_much_it_is_used(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    with office.db.write() as connection:
        kept = update(BuyerSession).where(BuyerSession.email == email)
        connection.execute(kept.values(ends_at=utc_now() - timedelta(seconds=1)))

    assert not is_signed_in(bo)
    assert SESSION_DAYS == 30


def test_being_seen_changes_the_cookie_once_an_hour_and_the_database_never(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn, later: Later
) -> None:
    sign_in(bo, email)
    with office.db.read() as connection:
        before = list(connection.execute(select(BuyerSession.__table__)))
    assert "Set-Cookie" not in bo.open("/me").headers
    later(SEEN_EVERY_SECONDS + 1)

    assert "buyer=" in bo.open("/me").headers["Set-Cookie"]
    with office.db.read() as connection:
        assert list(connection.execute(select(BuyerSession.__table__))) == before


def test_an_address_has_few_sessions(
    office: BoxOffice, app: Flask, email: str, sign_in: SignIn
) -> None:
    visitors = [Visitor(app) for _number in range(SESSIONS_LIMIT + 1)]
    for visitor in visitors:
        sign_in(visitor, email)

    assert count(office, email) == SESSIONS_LIMIT
    assert not is_signed_in(visitors[0])


# ---- elsewhere -----------------------------------------------------------------------------------


def test_another_session_can_be_ended(
    bo: Visitor, cy: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(cy, email)
    sign_in(bo, email)
    named = re.findall(r'name="session" value="([^"]+)"', bo.page)
    assert len(named) == 1, "this one is ended by signing out"
    assert "This computer" in bo.page
    bo.follow(bo.send("/me/sign-out", {"session": named[0]}))

    assert "That browser is signed out." in bo.page
    assert is_signed_in(bo)
    assert not is_signed_in(cy)


def test_the_session_of_somebody_else_looks_like_none(
    bo: Visitor, cy: Visitor, email: str, sign_in: SignIn, office: BoxOffice
) -> None:
    sign_in(bo, email)
    sign_in(cy, f"cy.{email}")
    with office.db.read() as connection:
        theirs = select(BuyerSession.id).where(BuyerSession.email == email)
        session_id = str(connection.execute(theirs).scalar_one())
    no_referer = {"Referer": ""}
    answers = [
        cy.send("/me/sign-out", {"session": named}, headers=no_referer)
        for named in (session_id, "made-up")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert is_signed_in(bo)


def test_signing_out_everywhere_ends_all_of_mine_and_nobody_elses(
    app: Flask, bo: Visitor, cy: Visitor, email: str, sign_in: SignIn
) -> None:
    other = Visitor(app)
    sign_in(other, email)
    sign_in(cy, f"cy.{email}")
    sign_in(bo, email)
    bo.follow(bo.send("/me/sign-out", {"everywhere": "1"}))

    assert not is_signed_in(bo)
    assert not is_signed_in(other)
    assert is_signed_in(cy)


def test_a_stranger_ends_nothing(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    cy.open("/me")
    for form in ({"everywhere": "1"}, {"session": "made-up"}, {}):
        assert cy.send("/me/sign-out", form).status_code == 303

    assert is_signed_in(bo)


# ---- the rest of the house -----------------------------------------------------------------------


def test_my_tickets_leads_to_me_for_whoever_is_signed_in(
    bo: Visitor, cy: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    mine = '<a class="keep" href="{}"'

    assert mine.format("/me") in bo.open("/visit").text
    assert mine.format("/orders/find") in cy.open("/visit").text
    assert '<a href="/me">' in cy.open("/orders/find").text


def test_checkout_knows_the_address_of_whoever_is_signed_in(
    office: BoxOffice, bo: Visitor, cy: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    event_id = office.catalogue.any_by_slug("gala").id
    for visitor in (bo, cy):
        visitor.open("/me") if visitor is cy else None
        basket = office.tokens.basket_id(cookie(visitor, "basket") or "")
        office.inventory_of(event_id).ask(HoldBest(basket, new_id(), 1))
        visitor.open("/checkout")

    typed = r'name="email" type="email" value="([^"]*)"'
    assert re.findall(typed, bo.page) == [email]
    assert re.findall(typed, cy.page) == [""]
