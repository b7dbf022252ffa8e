"""Every page of a buyer: asks for its proof, changes nothing when looked at, is kept nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.box_office import BoxOffice
from app.logs import mask_path, scrub
from app.models import Table
from tests.me.conftest import Buy, SignIn
from tests.shop.visitor import Visitor

PAGES = (
    *("/me", "/me/before", "/me/before?page=2", "/me?page=x", "/me/data.json", "/me/deletion"),
    *("/me?next=/draw/roof/tickets", "/me/break?days=7", "/me/budget", "/me/credits"),
)


def everything(office: BoxOffice) -> dict[str, list[Any]]:
    """Every row of the database."""
    with office.db.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in Table.metadata.tables.items()
            if name != "house_time"
        }


def posts(app: Flask) -> set[str]:
    """The rules of every form of these pages."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/me") and "POST" in (rule.methods or ())
    }


def test_looking_changes_nothing(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn, ask: SignIn, buy: Buy
) -> None:
    buy(email)
    letter = sign_in(bo, email)
    open_letter = ask(bo, f"other.{email}")
    paths = (*PAGES, bo.path, letter.path, open_letter.path, "/me/links/x", "/me/sign-in/x.y")
    before = everything(office)
    for path in paths:
        bo.open(path)

    assert everything(office) == before


def test_nothing_of_it_is_kept_on_the_way(
    bo: Visitor, email: str, sign_in: SignIn, ask: SignIn
) -> None:
    strangers = [bo.open(path) for path in (*PAGES, "/me/links/x", "/me/sign-in/x.y")]
    letter = sign_in(bo, email)
    mine = [bo.open(path) for path in (*PAGES, letter.path)]
    ask(bo, f"other.{email}")
    answers = [*strangers, *mine, bo.open(bo.path), bo.send("/me/sign-out")]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("path", PAGES[1:2] + PAGES[4:6] + PAGES[7:])
def test_a_stranger_is_sent_to_sign_in(cy: Visitor, path: str) -> None:
    answer = cy.open(path)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")


def test_a_stranger_deletes_nothing(office: BoxOffice, cy: Visitor, email: str, buy: Buy) -> None:
    buy(email)
    cy.open("/me")
    before = everything(office)

    assert cy.send("/me/deletion").headers["Location"] == "/me"
    assert everything(office) == before


@pytest.mark.parametrize("proof", ["", "wrong"])
def test_a_form_without_its_proof_changes_nothing(
    app: Flask, office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn, ask: SignIn, proof: str
) -> None:
    sign_in(bo, email)
    letter = ask(bo, f"other.{email}")
    page = bo.path
    paths = {"/me/links/<token>": page, "/me/sign-in/<token>": letter.path}
    paths["/me/sign-in/<token>/refusal"] = f"{letter.path}/refusal"
    before = everything(office)
    statuses = {
        rule: bo.send(
            paths.get(rule, rule),
            {"email": email, "code": letter.code, "everywhere": "1"},
            csrf=proof,
            headers={"Referer": ""},
        ).status_code
        for rule in posts(app)
    }

    assert statuses == dict.fromkeys(statuses, 403)
    assert len(statuses) == 10
    assert everything(office) == before


def test_another_site_cannot_press(bo: Visitor, email: str, ask: SignIn) -> None:
    letter = ask(bo, email)
    bo.open(letter.path)
    foreign = {"Sec-Fetch-Site": "cross-site", "Referer": ""}

    assert bo.send(letter.path, headers=foreign).status_code == 403
    assert bo.send(letter.path).status_code == 303


def test_no_secret_reaches_a_log(bo: Visitor, email: str, ask: SignIn) -> None:
    letter = ask(bo, email)
    for path in (letter.path, f"{letter.path}/refusal", bo.path):
        secret = re.split("/", path)[3]
        assert secret not in mask_path(path)
        assert secret.partition(".")[2] not in scrub(f"fault at {path}, asked by {email}")
        assert email not in scrub(f"fault at {path}, asked by {email}")
    assert mask_path("/me/deletion") == "/me/deletion"


def test_the_address_of_a_page_never_leaves_the_house(bo: Visitor, email: str, ask: SignIn) -> None:
    letter = ask(bo, email)

    assert bo.open(letter.path).headers["Referrer-Policy"] == "same-origin"
