"""The page of whoever is signed in: their orders and nobody else's, their data, other sections."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, update

from app import my_page
from app.box_office import BoxOffice
from app.clock import utc_now
from app.inventory.commands import HoldBest
from app.me.queries.orders import ORDERS_PER_PAGE, STUBS_PER_PAGE
from app.models import Event, Order, OrderStatus
from app.my_page import Section, add_section
from app.orders.placed import Buyer
from app.orders.placing import place_order
from app.sign_ins.sessions import SignedInBuyer
from app.tokens import new_id
from tests.giving_back import give_back_sold
from tests.jobs.shows import add_show
from tests.me.conftest import Buy, SignIn
from tests.shop.visitor import Visitor

LATER = {"manual": {"words": "Pay at the counter", "closes_hours": 1, "quota": 50}}
TITLE = r'<b class="display">([^<]+)</b>'


def end_show(office: BoxOffice, slug: str, days: int = 3) -> None:
    """Let a show have been so many days ago."""
    at = utc_now() - timedelta(days=days)
    times = {"starts_at": at - timedelta(hours=2), "ends_at": at, "doors_at": None}
    with office.db.write() as connection:
        connection.execute(update(Event).where(Event.slug == slug).values(times))
    office.catalogue.refresh()


# ---- orders --------------------------------------------------------------------------------------


def test_what_is_to_come_stands_first_and_leads_to_its_order(
    bo: Visitor, email: str, buy: Buy, sign_in: SignIn, office: BoxOffice
) -> None:
    order = buy(email, 3)
    sign_in(bo, email.upper().replace("@EXAMPLE.ORG", "@example.org"))

    assert re.findall(TITLE, bo.page) == ["Nightjar Quartet"]
    assert "3 tickets, Block" in bo.page
    assert "Before (" not in bo.page
    path = f"/o/{order}/{office.tokens.order_secret(order)}"
    assert f'href="{path}"' in bo.page
    assert bo.open(path).status_code == 200


def test_nobody_elses_order_is_there(bo: Visitor, email: str, buy: Buy, sign_in: SignIn) -> None:
    theirs = buy(f"cy.{email}")
    sign_in(bo, email)
    pages = [bo.open(path).text for path in ("/me", "/me/before", "/me/data.json")]

    assert [page for page in pages if theirs in page] == []


def test_what_is_behind_is_the_history(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    add_show(office, "over", "Loud Weather")
    over, back, coming = buy(email, 2, "over"), buy(email, 1), buy(email, 1)
    give_back_sold(office, back, "flooded", "ada")
    end_show(office, "over")
    sign_in(bo, email)
    assert "Before (2)" in bo.page
    assert re.findall(TITLE, bo.page) == ["Nightjar Quartet"]
    bo.open("/me/before")

    assert re.findall(r'href="/o/(\w+)/', bo.page) == [back, over]
    assert bo.page.count("Given back") == 1
    assert "Loud Weather" in bo.page
    assert "2 tickets, £44.00" in bo.page
    assert coming not in bo.page


def test_a_show_stays_up_while_it_may_still_run(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    add_show(office, "running", "Ask Me Standing")
    buy(email, 1, "running")
    end_show(office, "running", days=0)
    sign_in(bo, email)

    assert re.findall(TITLE, bo.page) == ["Ask Me Standing"]


def test_places_that_are_still_to_be_paid_say_so(
    office: BoxOffice, bo: Visitor, email: str, sign_in: SignIn
) -> None:
    event_id = add_show(office, "later", "Spring Season", payments=LATER)
    basket = new_id()
    office.inventory_of(event_id).ask(HoldBest(basket, new_id(), 2))
    placed = place_order(office, basket, Buyer("Bo", email), "manual")
    assert placed.status == OrderStatus.PENDING
    sign_in(bo, email)
    assert "To be confirmed" in bo.page
    assert "2 places, Block" in bo.page
    with office.db.write() as connection:
        confirmed = update(Order).where(Order.id == placed.order_id)
        connection.execute(confirmed.values(confirmed_at=utc_now()))

    assert "To be paid" in bo.open("/me").text


def test_an_order_that_came_to_nothing_is_not_shown(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    order = buy(email)
    with office.db.write() as connection:
        ended = update(Order).where(Order.id == order).values(status=OrderStatus.EXPIRED)
        connection.execute(ended)
    sign_in(bo, email)

    assert "No tickets with this address" in bo.page


def test_lists_have_pages(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    add_show(office, "often", "Lantern Night")
    orders = {buy(email, 1) for _time in range(STUBS_PER_PAGE + 1)}
    sign_in(bo, email)
    first = set(re.findall(r'href="/o/(\w+)/', bo.page))
    assert 'href="/me?page=2"' in bo.page
    second = set(re.findall(r'href="/o/(\w+)/', bo.open("/me?page=2").text))
    assert (len(first), len(second), first | second) == (STUBS_PER_PAGE, 1, orders)
    assert "No tickets" not in bo.open("/me?page=9").text

    with office.db.write() as connection:
        over = update(Order).where(Order.id.in_(orders)).values(status=OrderStatus.REFUNDED)
        connection.execute(over)
    buy(email, 1, "often")
    assert f"Before ({STUBS_PER_PAGE + 1})" in bo.open("/me").text
    assert ORDERS_PER_PAGE > STUBS_PER_PAGE


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "٣", "1.5", ""])
def test_a_page_that_is_none_is_the_first_or_empty(
    bo: Visitor, email: str, sign_in: SignIn, page: str
) -> None:
    sign_in(bo, email)

    assert bo.open(f"/me?page={page}").status_code == 200
    assert bo.open(f"/me/before?page={page}").status_code == 200


# ---- data ----------------------------------------------------------------------------------------


def test_the_download_has_all_of_it_and_no_secret(
    office: BoxOffice, bo: Visitor, email: str, buy: Buy, sign_in: SignIn
) -> None:
    order = buy(email, 2)
    back = buy(email, 1)
    give_back_sold(office, back, "flooded", "ada")
    letter = sign_in(bo, email)
    answer = bo.open("/me/data.json")
    facts = json.loads(answer.data)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-tickets.json"'
    assert facts["email"] == email
    assert [(one["code"], one["name"]) for one in facts["orders"]] == [
        (back, "Bo Buyer"),
        (order, "Bo Buyer"),
    ]
    tickets = [place["ticket"]["state"] for place in facts["orders"][1]["places"]]
    assert tickets == ["issued", "issued"]
    assert facts["orders"][1]["places"][0]["place"].startswith("Block")
    assert facts["orders"][0]["refunds"][0]["amount_cents"] == 2200
    assert {(one["kind"], one["order"]) for one in facts["letters"]} >= {
        ("order_paid", order),
        ("money_back", back),
        ("sign_in", None),
    }
    assert len(facts["signed_in"]) == len(facts["links_asked_for"]) == 1
    written = answer.data.decode()
    assert office.tokens.order_secret(order) not in written
    assert letter.token.partition(".")[0] not in written


# ---- sections of other features ------------------------------------------------------------------


def _lost(_office: BoxOffice, _buyer: SignedInBuyer) -> str:
    return "120 credits."


@pytest.fixture
def credits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A feature that keeps something about buyers; what it was told to forget."""
    forgotten: list[str] = []

    def read(_office: BoxOffice, buyer: SignedInBuyer) -> Any:
        return None if buyer.email.startswith("cy") else buyer

    def forget(_connection: Connection, buyer: SignedInBuyer) -> None:
        forgotten.append(buyer.email)

    monkeypatch.setattr(my_page, "_sections", dict(my_page._sections))
    add_section(
        Section(
            key="credits",
            label=lambda: "Credits",
            template="shop/_art.html",
            read=read,
            kept=lambda _office, buyer: {"of": buyer.email, "count": 120},
            lost=_lost,
            forget=forget,
            is_aside=True,
        )
    )
    return forgotten


def test_a_feature_adds_its_section(
    app: Flask, bo: Visitor, cy: Visitor, email: str, sign_in: SignIn, credits: list[str]
) -> None:
    sign_in(bo, email)
    assert '<a class="chip" href="#credits">Credits</a>' in bo.page
    assert json.loads(bo.open("/me/data.json").data)["credits"] == {"of": email, "count": 120}
    assert "<b>Lost:</b> 120 credits." in bo.open("/me/deletion").text
    bo.send("/me/deletion")
    assert credits == [email]

    sign_in(cy, f"cy.{email}")
    assert "Credits" not in cy.page, "it has nothing to say"


def test_the_links_at_the_top_stand_in_the_order_of_the_sections(
    bo: Visitor, email: str, sign_in: SignIn, credits: list[str]
) -> None:
    add_section(Section("late", lambda: "Late", "shop/_art.html", lambda _office, _buyer: ""))

    sign_in(bo, email)

    chips = re.findall(r'class="chip" href="#([\w-]+)"', bo.page)
    assert chips == ["tickets", "late", "credits", "sessions", "my-data"]
