"""Signing in and out: the same no for everything, sessions that end, links that work once."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.admins import make_admin
from app.accounts.routes import own_path
from app.accounts.setup_links import LINK_MINUTES
from app.box_office import BoxOffice
from app.clock import utc_now
from app.identity import IDLE_SECONDS, SESSION_SECONDS, require_admin
from app.models import Account, JournalEntry, SetupLink
from tests.accounts.conftest import PASSWORD, Visitor


@pytest.fixture
def link(office: BoxOffice, app: Flask) -> str:
    """A set-up link for Ada, as a path; and a page that only admins may see."""

    @app.get("/only-admins")
    @require_admin
    def only_admins() -> str:
        return "for admins"

    return make_admin(office, "ada@example.org", "Ada").removeprefix(office.settings.base_url)


@pytest.fixture
def admin(ada: Visitor, link: str) -> Visitor:
    """Ada, with a password and signed in."""
    assert ada.send(link, {"password": PASSWORD}).status_code == 303
    return ada


def sign_in(visitor: Visitor, email: str = "ada@example.org", password: str = PASSWORD) -> int:
    return visitor.send("/sign-in", {"email": email, "password": password}).status_code


def test_a_set_up_link_sets_the_password_and_signs_in(admin: Visitor) -> None:
    assert admin.get("/only-admins").text == "for admins"


def test_looking_at_a_link_does_not_use_it_up(ada: Visitor, link: str) -> None:
    assert ada.get(link).status_code == 200
    assert "ada@example.org" in ada.get(link).text
    assert ada.send(link, {"password": PASSWORD}).status_code == 303


def test_a_link_works_once(admin: Visitor, cy: Visitor, link: str) -> None:
    assert cy.get(link).status_code == 410
    assert cy.send(link, {"password": "another good phrase"}, at="/sign-in").status_code == 410
    assert sign_in(cy, password="another good phrase") == 422


def test_a_new_link_ends_the_old_one(office: BoxOffice, ada: Visitor, link: str) -> None:
    make_admin(office, "ada@example.org", "Ada")

    assert ada.get(link).status_code == 410


def test_a_link_ends_after_an_hour(office: BoxOffice, ada: Visitor, link: str) -> None:
    with office.db.write() as connection:
        at = utc_now() - timedelta(seconds=1)
        assert connection.execute(update(SetupLink).values(expires_at=at)).rowcount == 1

    assert ada.get(link).status_code == 410
    assert LINK_MINUTES == 60


def test_the_database_holds_no_token(office: BoxOffice, link: str) -> None:
    token = link.rpartition("/")[2]

    with office.db.read() as connection:
        kept = connection.scalar(select(SetupLink.token_hash))
    assert len(token) >= 43
    assert token not in str(kept)


def test_a_bad_password_keeps_the_link(ada: Visitor, link: str) -> None:
    refused = ada.send(link, {"password": "ada example"})

    assert (refused.status_code, "too easy" in refused.text) == (422, True)
    assert ada.get(link).status_code == 200


def test_a_made_up_link_is_refused(cy: Visitor) -> None:
    assert cy.get("/setup/" + "x" * 43).status_code == 410


def test_signing_in_needs_address_and_password(admin: Visitor, cy: Visitor) -> None:
    answers = [
        cy.send("/sign-in", {"email": email, "password": password})
        for email, password in (
            ("ada@example.org", "wrong password"),
            ("nobody@example.org", PASSWORD),
            ("", ""),
        )
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    plain = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(plain) == 1  # the same words for all of them
    assert sign_in(cy, "ADA@example.org") == 303
    assert cy.get("/only-admins").text == "for admins"


def test_signing_in_begins_a_new_session(admin: Visitor, cy: Visitor) -> None:
    with cy.client.session_transaction() as session:
        session["planted"] = "by a stranger"

    sign_in(cy)

    with cy.client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_this_session_only(admin: Visitor, cy: Visitor) -> None:
    sign_in(cy)

    admin.send("/sign-out", {}, at="/orders/find")

    assert admin.get("/only-admins").status_code == 303
    assert cy.get("/only-admins").status_code == 200


def test_signing_out_everywhere_ends_all_sessions(admin: Visitor, cy: Visitor) -> None:
    sign_in(cy)

    admin.send("/sign-out", {"everywhere": "1"}, at="/orders/find")

    assert cy.get("/only-admins").status_code == 303


def test_a_new_password_ends_other_sessions(office: BoxOffice, admin: Visitor, cy: Visitor) -> None:
    fresh = make_admin(office, "ada@example.org", "").removeprefix(office.settings.base_url)

    cy.send(fresh, {"password": "some quite other words"})

    assert admin.get("/only-admins").status_code == 303


def test_a_disabled_account_is_out_at_once(office: BoxOffice, admin: Visitor, cy: Visitor) -> None:
    with office.db.write() as connection:
        connection.execute(update(Account).values(disabled_at=utc_now()))

    assert admin.get("/only-admins").status_code == 303
    assert sign_in(cy) == 422


@pytest.mark.parametrize(("seconds", "status"), [(IDLE_SECONDS - 60, 200), (IDLE_SECONDS + 1, 303)])
def test_an_idle_session_ends(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    later = time.time() + seconds
    monkeypatch.setattr("app.identity.time.time", lambda: later)

    assert admin.get("/only-admins").status_code == status


def test_a_session_ends_after_a_week_whatever_is_done(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, status = time.time(), 200
    for step in range(IDLE_SECONDS - 60, SESSION_SECONDS + IDLE_SECONDS, IDLE_SECONDS - 60):
        monkeypatch.setattr("app.identity.time.time", lambda at=now + step: at)
        status = admin.get("/only-admins").status_code
        assert status == (200 if step <= SESSION_SECONDS else 303)
    assert status == 303


def test_somebody_who_is_no_admin_finds_no_such_page(office: BoxOffice, admin: Visitor) -> None:
    with office.db.write() as connection:
        connection.execute(update(Account).values(is_admin=False))

    assert admin.get("/only-admins").status_code == 404


def test_after_signing_in_one_is_where_one_wanted_to_be(admin: Visitor, cy: Visitor) -> None:
    sent = cy.get("/only-admins?page=2")
    assert sent.headers["Location"] == "/sign-in?next=/only-admins%3Fpage%3D2"

    fields = {"email": "ada@example.org", "password": PASSWORD, "next": "/only-admins?page=2"}
    assert cy.send("/sign-in", fields).headers["Location"] == "/only-admins?page=2"


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "admin",
     "/a\r\nSet-Cookie: x", "/" + "a" * 600, "/\t/evil.example"],
)  # fmt: skip
def test_the_way_on_never_leads_to_another_site(path: str) -> None:
    assert own_path(path) == ""


def test_guessing_is_slowed_down(admin: Visitor, cy: Visitor) -> None:
    statuses = [sign_in(cy, password=f"guess number {n}") for n in range(12)]

    assert statuses[:8] == [422] * 8
    assert statuses[8:] == [429] * 4
    assert sign_in(cy) == 429  # even with the right one, for a while
    assert cy.get("/only-admins").status_code == 303


def test_forms_without_their_proof_change_nothing(admin: Visitor, cy: Visitor) -> None:
    fields = {"email": "ada@example.org", "password": PASSWORD}

    assert cy.client.post("/sign-in", data=fields).status_code in (303, 403)
    assert cy.get("/only-admins").status_code == 303


def test_the_journal_says_who_signed_in_and_never_a_password(
    office: BoxOffice, admin: Visitor, cy: Visitor
) -> None:
    sign_in(cy)

    with office.db.read() as connection:
        rows = connection.execute(select(JournalEntry.kind, JournalEntry.facts)).all()
    assert [row.kind for row in rows] == ["admin.invited", "password.set", "account.signed_in"]
    assert PASSWORD not in str(rows)


def test_visitors_who_only_look_get_no_session(cy: Visitor) -> None:
    page = cy.get("/sign-in")

    assert not [c for c in page.headers.getlist("Set-Cookie") if c.startswith("session=")]
