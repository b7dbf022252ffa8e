"""The first start: only whoever sees the terminal makes the first admin, and only once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import demo
from app.accounts import first_run
from app.accounts.first_run import TRIES_LIMIT, Tries, banner, is_open, setup_code
from app.box_office import BoxOffice
from app.models import Account, Organizer, Staff, Venue
from tests.accounts.conftest import PASSWORD, Visitor


@pytest.fixture(autouse=True)
def _fresh_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "tries", Tries())


def house_form(office: BoxOffice, **changes: str) -> dict[str, str]:
    return {
        "house": "Marsh Hall",
        "email": "Ada@Example.org",
        "password": PASSWORD,
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "demo": "keep",
        "code": setup_code(office),
    } | changes


def test_the_code_is_eight_letters_in_the_terminal_and_never_on_the_page(
    office: BoxOffice, cy: Visitor
) -> None:
    code = setup_code(office)

    assert (len(code), code.isalpha(), code.isupper()) == (8, True, True)
    assert banner(office) == [f"Set-up code: {code}"]
    assert code not in cy.get("/welcome").text.upper()


def test_the_first_admin_gets_a_house_and_is_signed_in(office: BoxOffice, ada: Visitor) -> None:
    done = ada.send("/welcome", house_form(office))

    assert done.status_code == 201
    assert "Marsh Hall is yours" in done.text
    with office.db.read() as connection:
        account = connection.execute(select(Account.email, Account.is_admin)).one()
        house = connection.execute(select(Organizer.slug, Organizer.currency)).one()
        zone = connection.scalar(select(Venue.time_zone))
        role = connection.scalar(select(Staff.role))
    assert tuple(account) == ("ada@example.org", True)
    assert (tuple(house), zone, role) == (("marsh-hall", "EUR"), "Europe/Berlin", "owner")
    assert ada.get("/sign-in").status_code == 303


def test_the_code_may_be_typed_small_and_spaced(office: BoxOffice, ada: Visitor) -> None:
    code = setup_code(office).lower()

    typed = f" {code[:4]} {code[4:]} "

    assert ada.send("/welcome", house_form(office, code=typed)).status_code == 201


def test_a_second_admin_cannot_be_made_this_way(
    office: BoxOffice, ada: Visitor, cy: Visitor
) -> None:
    open_page = cy.get("/welcome")
    ada.send("/welcome", house_form(office))

    assert 'name="code"' in open_page.text
    assert 'name="code"' not in cy.get("/welcome").text
    late = cy.send("/welcome", house_form(office, email="cy@example.org"), at="/sign-in")
    assert late.status_code == 409
    assert not is_open(office)
    assert banner(office) == []


def test_wrong_codes_are_counted_and_then_refused(office: BoxOffice, cy: Visitor) -> None:
    for left in range(TRIES_LIMIT - 1, -1, -1):
        wrong = cy.send("/welcome", house_form(office, code="KESTRELS"))
        words = f"{left} {'try' if left == 1 else 'tries'} left this hour"
        assert (wrong.status_code, words in wrong.text) == (422, True)

    assert cy.send("/welcome", house_form(office)).status_code == 429
    assert is_open(office)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"house": " "}, "Type the name of your house"),
        ({"house": "x" * 81}, "at most 80 characters"),
        ({"house": "Marsh\u202eHall"}, "Type the name of your house"),
        ({"email": "ada"}, "Type an email address"),
        ({"password": "password12"}, "too easy to guess"),
        ({"password": "short"}, "at least 10 characters"),
        ({"currency": "XXX"}, "one of the currencies"),
        ({"time_zone": "../secret"}, "time zone such as"),
        ({"code": ""}, "Type the set-up code"),
    ],
)
def test_a_field_that_cannot_be_accepted_is_named_and_costs_no_try(
    office: BoxOffice, ada: Visitor, changes: dict[str, str], words: str
) -> None:
    refused = ada.send("/welcome", house_form(office, **changes))

    assert (refused.status_code, words in refused.text) == (422, True)
    assert "Marsh Hall" in refused.text or "house" in changes  # nothing has to be typed again
    assert PASSWORD not in refused.text
    assert is_open(office)
    assert first_run.tries.left() == TRIES_LIMIT


def test_removing_the_demo_takes_it_off_the_page(office: BoxOffice, ada: Visitor) -> None:
    demo.open_if_empty(office)
    assert office.catalogue.on_show()

    ada.send("/welcome", house_form(office, demo="remove"))

    assert office.catalogue.on_show() == ()


def test_the_page_says_how_it_is_set_up(office: BoxOffice, cy: Visitor) -> None:
    page = cy.get("/welcome")

    assert page.status_code == 200
    for words in ("One SQLite file", "Demo card", "Letters are kept", "127.0.0.1:8000"):
        assert words in page.text
