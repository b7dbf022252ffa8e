"""A house of one's own beside the demo: the bar that says Demo stands on the demo's pages only."""

from __future__ import annotations

import re

import pytest

from app.box_office import BoxOffice
from tests.api.conftest import open_event
from tests.shop.visitor import ORIGIN, Visitor

DEMO = "the-salt-road"
BAR = "Demo house."
BO = {"email": "bo@example.org", "name": "Bo Fenwick", "payment": "demo"}


@pytest.fixture(scope="module")
def own(office: BoxOffice) -> str:
    """An event of Marsh Hall, which is no demo; its slug."""
    return open_event(office).slug


def name(visitor: Visitor) -> str:
    """Whose page it is, as its header says."""
    found = re.search(r'class="brand" href="/">(?:<svg.*?</svg>)?([^<]+)</a>', visitor.page)
    assert found is not None
    return found.group(1)


def hold_one(visitor: Visitor, slug: str) -> None:
    """Keep the first free seat."""
    visitor.open(f"/e/{slug}/seats")
    assert visitor.hold(slug, visitor.seats()[0]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/visit", "/orders/find", "/basket", "/no/such/page"])
def test_a_page_about_no_house_in_particular_is_the_own_house_s(
    bo: Visitor, own: str, path: str
) -> None:
    bo.open(path)

    assert (name(bo), BAR in bo.page) == ("Marsh Hall", False)


def test_on_the_bill_shows_of_the_demo_are_marked(bo: Visitor, own: str) -> None:
    bo.open("/?q=salt")
    assert "Demo, not for sale" in bo.page

    bo.open("/?q=tea")
    assert f'href="/e/{own}"' in bo.page
    assert "Demo, not for sale" not in bo.page


def pages_on_the_way(visitor: Visitor, slug: str) -> dict[str, bool]:
    """The pages from the seats to the booking, and whether each has the bar."""
    found = {}
    for path in (f"/e/{slug}", f"/e/{slug}/seats"):
        visitor.open(path)
        found[path] = BAR in visitor.page
    hold_one(visitor, slug)
    for path in ("/basket", "/checkout"):
        visitor.open(path)
        found[path] = BAR in visitor.page
    answer = visitor.send("/checkout", {**BO, "key": visitor.hidden("key")})
    pay = answer.headers["Location"].removeprefix(ORIGIN)
    visitor.open(pay)
    found["pay"] = BAR in visitor.page
    fields = {"secret": visitor.hidden("secret"), "demo_outcome": "paid"}
    visitor.follow(visitor.send(pay.partition("?")[0], fields))
    found["booking"] = BAR in visitor.page
    return found


def test_the_own_house_s_pages_have_no_demo_bar(bo: Visitor, own: str) -> None:
    assert set(pages_on_the_way(bo, own).values()) == {False}


def test_the_demo_s_pages_say_that_nothing_is_for_sale(bo: Visitor, own: str) -> None:
    assert set(pages_on_the_way(bo, DEMO).values()) == {True}


def test_a_basket_over_both_is_the_own_house_s(bo: Visitor, own: str) -> None:
    hold_one(bo, DEMO)
    hold_one(bo, own)

    bo.open("/checkout")

    assert (name(bo), BAR in bo.page) == ("Marsh Hall", False)
