"""Signing in leads back to where a buyer was, with what they chose, and never to another site."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from app.box_office import BoxOffice
from app.way_back import me_path, safe_path
from tests.lottery.house_draws import add_draw, terms_for
from tests.me.conftest import SignIn
from tests.me.letters import SignInLetter, last_letter
from tests.shop.visitor import Visitor

FORM = "/draw/roof/tickets?count=50"


@pytest.fixture(scope="module")
def roof(office: BoxOffice) -> BoxOffice:
    """A draw that only play credits buy."""
    add_draw(office, terms_for(price_cents=0), slug="roof", credits=3)
    return office


def link(visitor: Visitor, words: str) -> str:
    """Where the link with these words leads."""
    found = re.search(rf'<a[^>]* href="([^"]*)"[^>]*>{words}</a>', visitor.page)
    assert found is not None, visitor.page
    return unescape(found[1])


def ask_from_form(office: BoxOffice, visitor: Visitor, email: str) -> SignInLetter:
    """Press the form's link, ask for a letter; the letter."""
    visitor.open(FORM)
    visitor.open(link(visitor, "Sign in to get tickets"))
    fields = {name: visitor.hidden(name) for name in ("key", "next")}
    visitor.follow(visitor.send("/me/links", fields | {"email": email}))
    return last_letter(office)


def test_the_letters_link_leads_back_to_the_form_with_its_number(
    roof: BoxOffice, bo: Visitor, email: str
) -> None:
    letter = ask_from_form(roof, bo, email)

    bo.open(letter.path)
    bo.follow(bo.send(letter.path))

    assert bo.path == FORM
    assert 'id="buy-count" value="50"' in bo.page
    assert "You are signed in." in bo.page
    assert f'value="{email}"' in bo.page
    assert bo.open("/me").status_code == 200
    bo.send("/me/sign-out")
    other = ask_again(roof, bo, email)
    assert bo.send(other.path).headers["Location"] == "/me", "the way back is used up"


def ask_again(office: BoxOffice, visitor: Visitor, email: str) -> SignInLetter:
    """Ask for a letter with the plain form."""
    visitor.open("/me")
    visitor.send("/me/links", {"email": email, "key": visitor.hidden("key")})
    letter = last_letter(office)
    visitor.open(letter.path)
    return letter


def test_so_does_the_code_after_a_wrong_one_and_a_second_letter(
    roof: BoxOffice, bo: Visitor, email: str
) -> None:
    ask_from_form(roof, bo, email)
    fields = {name: bo.hidden(name) for name in ("key", "next", "email")}
    bo.follow(bo.send("/me/links", fields))
    assert bo.send(bo.path, {"code": "000000"}).status_code == 422

    bo.follow(bo.send(bo.path, {"code": last_letter(roof).code}))

    assert bo.path == FORM


def test_a_letter_that_is_read_in_another_browser_leads_to_ones_own_page(
    roof: BoxOffice, bo: Visitor, cy: Visitor, email: str
) -> None:
    letter = ask_from_form(roof, bo, email)

    cy.open(letter.path)
    cy.follow(cy.send(letter.path))

    assert cy.path == "/me"
    assert f"Signed in as {email}" in cy.page


def test_a_wrong_address_or_a_dead_link_does_not_lose_the_way(
    roof: BoxOffice, bo: Visitor, email: str
) -> None:
    bo.open(me_path(FORM))
    answer = bo.send("/me/links", {"email": "nobody", "next": bo.hidden("next")})
    assert f'name="next" value="{FORM}"' in answer.text
    ask_from_form(roof, bo, email)
    assert link(bo, "Type another one") == me_path(FORM)
    for path in ("/me/sign-in/x.y", "/me/links/x"):
        assert bo.open(path).status_code == 410
        assert bo.hidden("next") == FORM


def test_asking_from_nowhere_forgets_a_way_that_was_not_gone(
    roof: BoxOffice, bo: Visitor, email: str
) -> None:
    ask_from_form(roof, bo, email)
    letter = ask_again(roof, bo, email)

    assert bo.send(letter.path).headers["Location"] == "/me"


@pytest.mark.parametrize(
    "path",
    [
        *("https://example.org", "//example.org", "/\\example.org", "\\\\example.org", "/draw//x"),
        *("javascript:alert(1)", "/draw/x\n", "/draw/x\r\nSet-Cookie: a=b", "/draw/../admin"),
        *("/me/deletion", "/admin", "/", "", "draw/x", "/draw/x?next=https://example.org"),
        *("/draw/%2f%2fexample.org", "/draw/x#y", "/draw/ x", "/draw/٣", "/draw/" + "x" * 200),
    ],
)
def test_only_pages_of_ours_are_gone_back_to(
    office: BoxOffice, bo: Visitor, email: str, path: str
) -> None:
    assert safe_path(path) == ""
    bo.open("/me")
    bo.send("/me/links", {"email": email, "next": path, "key": bo.hidden("key")})
    letter = last_letter(office)
    bo.open(letter.path)

    assert bo.send(letter.path).headers["Location"] == "/me"


def test_a_cookie_that_is_not_ours_leads_nowhere(
    app: Flask, office: BoxOffice, bo: Visitor, email: str, ask: SignIn
) -> None:
    letter = ask(bo, email)
    bo.open(letter.path)
    for made_up in ("/draw/roof.x", office.tokens.signed("way-back", "//example.org")):
        bo._client.set_cookie("way-back", made_up, domain="127.0.0.1")
    answer = bo.send(letter.path)

    assert answer.headers["Location"] == "/me"


def test_whoever_signs_in_first_is_asked_for_nothing_else(
    roof: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    bo.open(FORM)
    assert "Sign in first" in bo.page
    asked = ('name="email"', 'name="name"', 'name="short"', 'name="show_name"')
    assert [name for name in asked if name in bo.page] == []
    bo.open("/draw/roof/tickets?count=60", htmx=True)
    assert link(bo, "Sign in to get tickets") == me_path("/draw/roof/tickets?count=60")
    sign_in(bo, email)
    bo.open(FORM)

    assert [name for name in asked if name not in bo.page] == []


def test_play_credits_are_got_with_a_way_back(
    roof: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    sign_in(bo, email)
    bo.open(FORM)

    bo.open(link(bo, "Get play credits").removesuffix("#credits"))
    assert bo.page.count(f'href="{FORM}"') == 2
    answer = bo.send("/me/credits", {"code": "WRONG", "next": bo.hidden("next")})
    assert f'href="{FORM}"' in answer.text
    assert bo.open("/me/credits").headers["Location"] == "/me"
    bo.open("/me?next=https://example.org")
    assert "example.org&" not in bo.page
    assert "Go on where you were" not in bo.page
