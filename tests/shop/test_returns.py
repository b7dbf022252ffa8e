"""The form that gives tickets back: found on the booking, one press, once, by its link only."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from app.box_office import BoxOffice
from app.models import Event
from tests.shop.test_paying import Make, order, play
from tests.shop.visitor import Visitor


@pytest.fixture
def paid(bo: Visitor, make_event: Make, office: BoxOffice) -> str:
    """A booking for two seats that can be returned; its page."""
    slug = make_event()
    with office.db.write() as connection:
        connection.execute(update(Event).where(Event.slug == slug).values(returns_close_hours=1))
    office.catalogue.refresh()
    bo.follow(play(bo, order(bo, slug), "paid"))
    return bo.path


def choices(visitor: Visitor) -> list[str]:
    return re.findall(r'name="ticket" value="([^"]+)"', visitor.page)


def test_the_order_page_shows_the_way_with_sum_and_deadline(bo: Visitor, paid: str) -> None:
    bo.open(paid)

    assert f'href="{paid}/returns"' in bo.page
    assert re.search(r"£48\.00 back to you, until \w+ \d+ \w+, \d\d:\d\d", bo.page)


def test_one_of_two_is_returned_and_the_order_page_says_so(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/returns")
    one, other = choices(bo)

    bo.follow(bo.send(f"{paid}/returns", {"ticket": one, "key": bo.hidden("key")}))

    assert "One ticket is returned." in bo.page
    assert re.search(r"Returned, \w+ \d+ \w+", bo.page)
    assert "£24.00 on its way" in bo.page
    assert "-£24.00" in bo.page.replace("−", "-")
    bo.open(f"{paid}/returns")
    assert choices(bo) == [other]


def test_pressing_twice_returns_once(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/returns")
    form = {"ticket": choices(bo)[0], "key": bo.hidden("key")}
    bo.send(f"{paid}/returns", form)

    bo.follow(bo.send(f"{paid}/returns", form))

    assert bo.page.count("£24.00 on its way") == 1


def test_the_last_ticket_leaves_an_order_without_tickets(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/returns")
    for ticket in choices(bo):
        bo.send(f"{paid}/returns", {"ticket": ticket, "key": "k" * 24})
    bo.open(paid)

    assert "No tickets left in this booking" in bo.page
    assert bo.page.count("£24.00 on its way") == 2
    bo.open(f"{paid}/returns")
    assert "No ticket of this booking is valid any more." in bo.page


def test_nothing_chosen_says_so_in_place(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/returns")

    answer = bo.send(f"{paid}/returns", {"key": bo.hidden("key")})

    assert answer.status_code == 422
    assert "Choose at least one ticket." in answer.text
    assert answer.text.count('name="ticket"') == 2


def test_another_orders_ticket_changes_nothing(bo: Visitor, paid: str) -> None:
    bo.open(f"{paid}/returns")
    key = bo.hidden("key")

    assert bo.send(f"{paid}/returns", {"ticket": "x" * 26, "key": key}).status_code == 404
    bo.open(f"{paid}/returns")
    assert len(choices(bo)) == 2


def test_the_form_opens_by_its_link_only(bo: Visitor, cy: Visitor, paid: str) -> None:
    code = paid.split("/")[2]
    bo.open(f"{paid}/returns")
    ticket = choices(bo)[0]

    assert cy.open(f"/o/{code}/{'x' * 22}/returns").status_code == 404
    cy.follow(cy.send(f"/o/{code}/{'x' * 22}/returns", {"ticket": ticket}))
    assert "There is no page here" in cy.page
    bo.open(f"{paid}/returns")
    assert len(choices(bo)) == 2


def test_where_the_rules_allow_none_there_is_no_way(bo: Visitor, make_event: Make) -> None:
    bo.follow(play(bo, order(bo, make_event()), "paid"))
    path = bo.path

    assert "/returns" not in bo.page
    bo.open(f"{path}/returns")
    assert "Nothing here can be returned" in bo.page
    assert "ask the house if you cannot come" in bo.page
