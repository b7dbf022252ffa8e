"""What a flood meets, and houses that are set up in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import build_app
from app.box_office import BoxOffice
from app.rate_limits import KINDS
from tests.me.conftest import SignIn, opened
from tests.shop.visitor import Visitor

HTTPS = "https://tickets.example.org"


@pytest.fixture
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BoxOffice]:
    """A house that counts, new for each test."""
    settings: dict[str, str] = getattr(request, "param", {})
    made = opened(tmp_path, **{"FULLHOUSE_RATE_LIMITS": "on", **settings})
    yield made
    made.close()


@pytest.fixture
def app(office: BoxOffice) -> Flask:
    """All its pages."""
    return build_app(office)


def ask_often(visitor: Visitor, email: str, times: int) -> list[int]:
    """The statuses of so many presses."""
    visitor.open("/me")
    return [visitor.send("/me/links", {"email": email}).status_code for _time in range(times)]


def test_a_mailbox_gets_three_links_in_ten_minutes(app: Flask, bo: Visitor, cy: Visitor) -> None:
    assert ask_often(bo, "bo@example.org", 3) == [303, 303, 303]
    cy.open("/me")
    refused = cy.send("/me/links", {"email": "Bo@Example.org"})

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert "That was a lot of links in a short time." in refused.text
    assert "You can ask again from " in refused.text
    assert ask_often(cy, "cy@example.org", 1) == [303], "another mailbox"


def test_a_source_gets_few_links_whatever_the_addresses(bo: Visitor) -> None:
    share = KINDS["sign_in_link"].address
    assert share is not None
    bo.open("/me")
    statuses = [
        bo.send("/me/links", {"email": f"bo{number}@example.org"}).status_code
        for number in range(share.amount + 1)
    ]

    assert statuses == [303] * share.amount + [429]


def test_an_hour_is_limited_too() -> None:
    rules = KINDS["sign_in_hour"]
    assert rules.subject is not None
    assert (rules.subject.amount, rules.subject.get_expiry()) == (6, 3600)
    assert all(KINDS[kind].guarded for kind in ("sign_in_link", "sign_in_hour", "sign_in_code"))


def test_codes_are_limited_per_source(bo: Visitor) -> None:
    share = KINDS["sign_in_code"].address
    assert share is not None
    bo.open("/me")
    headers = {"Referer": ""}
    statuses = [
        bo.send("/me/links/made.up", {"code": "000000"}, headers=headers).status_code
        for _time in range(share.amount + 1)
    ]

    assert statuses == [410] * share.amount + [429]


def test_the_download_is_limited(bo: Visitor, sign_in: SignIn) -> None:
    sign_in(bo, "bo@example.org")
    statuses = [bo.open("/me/data.json").status_code for _time in range(11)]

    assert statuses == [200] * 10 + [429]


@pytest.mark.parametrize("office", [{"FULLHOUSE_BASE_URL": HTTPS}], indirect=True)
def test_over_https_the_cookie_is_tied_to_the_host(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("__Host-buyer", "made-up", domain="tickets.example.org")
    sent = client.get("/me", base_url=HTTPS).headers["Set-Cookie"]

    assert sent.startswith("__Host-buyer=;")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(sent.split("; "))
    assert "Domain" not in sent


@pytest.mark.parametrize("office", [{"SMTP_URL": "smtp://127.0.0.1:9"}], indirect=True)
def test_with_a_mail_server_nothing_is_said_of_kept_letters(bo: Visitor) -> None:
    bo.open("/me")
    bo.follow(bo.send("/me/links", {"email": "bo@example.org"}))

    assert "No mail server" not in bo.page
    assert "is on its way. It works once, until " in bo.page
