"""A guest buys two seats: on the map, with keys alone, from the list, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.journey import Journey
from tests.services.box_office import BoxOffice
from tests.services.browser import PHONE, visitor

pytestmark = pytest.mark.browser

PAGES_LIMIT, FIELDS_LIMIT, PRESSES_LIMIT = 3, 2, 5
EVENT = "/e/the-salt-road"
FREE_SEATS = "#seat-map [role=checkbox][aria-checked=false]:not([aria-hidden=true])"


def check_out(journey: Journey) -> None:
    """From a basket with two seats to the booking."""
    page = journey.page
    journey.press(page.locator("#basket a.btn--big"))
    journey.type_into("Email", "bo@example.org")
    journey.type_into("Name on the booking", "Bo Fenwick")
    journey.press(page.get_by_role("button", name=re.compile("^Pay £")))
    journey.pay_on_the_gateway()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is booked")


def assert_short(journey: Journey) -> None:
    """No more pages, fields and presses than we promise."""
    assert len(journey.pages) <= PAGES_LIMIT, journey.pages
    assert journey.typed <= FIELDS_LIMIT
    assert journey.presses <= PRESSES_LIMIT


def tickets(page: Page) -> Locator:
    """The tickets on the booking's page."""
    return page.locator(".tk-list a")


def free_seats(page: Page, section: str, count: int) -> list[str]:
    """Free seats next to each other, by id."""
    expect(page.locator("#seat-map.is-live")).to_be_visible()
    found: list[str] = page.locator(f'{FREE_SEATS}[aria-label*="{section}"]').evaluate_all(
        "nodes => nodes.map(node => node.dataset.seat)"
    )
    return found[:count]


def test_two_seats_on_the_map(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        journey = Journey(bo.page)
        journey.start(EVENT)
        for seat in free_seats(bo.page, "Stalls row B", 2):
            journey.press(bo.page.locator(f'[data-seat="{seat}"]'))
            expect(bo.page.locator(f'#basket[data-seats~="{seat}"]')).to_be_visible()
        check_out(journey)

        assert tickets(bo.page).count() == 2
        assert_short(journey)
        bo.assert_content()


def test_two_seats_on_the_map_of_a_phone(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url, viewport=PHONE) as bo:
        journey = Journey(bo.page)
        journey.start(EVENT)
        journey.press(bo.page.get_by_role("button", name="Find the best"))
        journey.press(bo.page.locator(".bar"))
        journey.type_into("Email", "bo@example.org")
        journey.type_into("Name on the booking", "Bo Fenwick")
        journey.press(bo.page.get_by_role("button", name=re.compile("^Pay £")))
        journey.pay_on_the_gateway()

        expect(tickets(bo.page)).to_have_count(2)
        assert_short(journey)
        bo.assert_content()


def test_two_seats_with_the_keyboard_alone(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        page, journey = bo.page, Journey(bo.page)
        journey.start(EVENT)
        expect(page.locator("#seat-map.is-live")).to_be_visible()
        journey.tab_to(page.locator("#seat-map [role=checkbox][tabindex='0']"))
        journey.key("Space")
        expect(page.locator("#basket .line")).to_have_count(1)
        journey.key("ArrowRight", "Space")
        expect(page.locator("#basket .line")).to_have_count(2)
        journey.tab_to(page.locator("#basket a.btn--big"))
        journey.key("Enter")
        page.wait_for_url("**/checkout")
        journey.tab_to(page.get_by_label("Email", exact=True))
        journey.type_here("bo@example.org")
        journey.key("Tab")
        journey.type_here("Bo Fenwick")
        journey.tab_to(page.get_by_role("button", name=re.compile("^Pay £")))
        journey.key("Enter")
        page.wait_for_url("**/pay/**")
        journey.tab_to(page.get_by_role("button", name="Pay £").first)
        journey.key("Enter")

        expect(tickets(page)).to_have_count(2)
        assert_short(journey)
        bo.assert_content()


def test_two_seats_from_the_list_alone(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        journey = Journey(bo.page)
        journey.start(f"{EVENT}/seats")
        for tick in bo.page.locator("[data-seat-list] input[name=seat]").all()[:2]:
            seat = tick.get_attribute("value")
            journey.press(tick)
            expect(bo.page.locator(f'#basket[data-seats~="{seat}"]')).to_be_visible()
        check_out(journey)

        assert tickets(bo.page).count() == 2
        assert_short(journey)
        bo.assert_content()


@pytest.mark.parametrize("start", [EVENT, f"{EVENT}/seats"])
def test_the_best_two_without_javascript(chromium: Browser, house: BoxOffice, start: str) -> None:
    with visitor(chromium, base_url=house.url, javascript=False) as bo:
        journey = Journey(bo.page)
        journey.start(start)
        journey.press(bo.page.get_by_role("button", name="Find the best"))
        check_out(journey)

        assert tickets(bo.page).count() == 2
        assert_short(journey)


def test_two_chosen_seats_without_javascript(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url, javascript=False) as bo:
        journey = Journey(bo.page)
        journey.start(f"{EVENT}/seats")
        for tick in bo.page.locator("[data-seat-list] input[name=seat]").all()[:2]:
            journey.press(tick)
        journey.press(bo.page.get_by_role("button", name="Keep these seats"))
        check_out(journey)

        assert tickets(bo.page).count() == 2
        assert_short(journey)


@pytest.mark.parametrize("javascript", [True, False])
def test_three_places_to_stand(chromium: Browser, house: BoxOffice, javascript: bool) -> None:
    with visitor(chromium, base_url=house.url, javascript=javascript) as bo:
        page, journey = bo.page, Journey(bo.page)
        journey.start("/e/loud-weather")
        more = page.get_by_role("button", name="One more: Adult").first
        for count in (1, 2, 3):
            journey.press(more)
            expect(page.locator("#areas output").first).to_have_text(str(count))
        journey.press(page.get_by_role("button", name="One fewer: Adult").first)
        expect(page.locator("#basket .line b").first).to_have_text("2 × Standing floor")
        check_out(journey)

        assert tickets(page).count() == 2


def test_free_tickets_need_no_gateway(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        journey = Journey(bo.page)
        journey.start("/e/harbour-singers")
        journey.press(bo.page.get_by_role("button", name="Find the best"))
        journey.press(bo.page.locator("#basket a.btn--big"))
        journey.type_into("Email", "bo@example.org")
        journey.type_into("Name on the booking", "Bo Fenwick")
        journey.press(bo.page.get_by_role("button", name="Get 2 tickets"))

        expect(tickets(bo.page)).to_have_count(2)
        assert_short(journey)
        bo.assert_content()


def test_one_basket_over_two_events_is_paid_once(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        page, journey = bo.page, Journey(bo.page)
        journey.start("/e/loud-weather")
        journey.press(page.get_by_role("button", name="One more: Adult").first)
        expect(page.locator("#basket .line")).to_have_count(1)
        journey.start(EVENT)
        journey.press(page.get_by_role("button", name="Find the best"))
        expect(page.locator("#basket .line")).to_have_count(3)
        journey.press(page.locator("#basket a.btn--big"))
        journey.type_into("Email", "bo@example.org")
        journey.type_into("Name on the booking", "Bo Fenwick")
        journey.press(page.get_by_role("button", name=re.compile("^Pay £")))
        journey.pay_on_the_gateway()

        expect(page.get_by_role("heading", level=1)).to_contain_text("are booked")
        assert tickets(page).count() == 3
        bo.assert_content()
