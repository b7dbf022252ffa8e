"""The basket in a browser: its clock, its end, other buyers, other tabs."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.box_office import BoxOffice, box_office
from tests.services.browser import visitor

pytestmark = pytest.mark.browser

EVENT = "/e/the-salt-road"
SOON_ENDING_SECONDS = 122
SHORT_SECONDS = 4
SEEN_MS = 8_000  # an expiry is seen within five seconds


@pytest.fixture(scope="module")
def hasty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """A house that keeps seats for two minutes and two seconds."""
    settings = {"FULLHOUSE_HOLD_SECONDS": str(SOON_ENDING_SECONDS)}
    with box_office(tmp_path_factory.mktemp("hasty"), settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def brief_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    """A house that keeps seats for four seconds."""
    settings = {"FULLHOUSE_HOLD_SECONDS": str(SHORT_SECONDS)}
    with box_office(tmp_path_factory.mktemp("brief"), settings=settings) as running:
        yield running


def take_the_best(page: Page) -> None:
    """Two seats, whichever are best."""
    page.goto(EVENT)
    page.get_by_role("button", name="Find the best").click()
    expect(page.locator("#basket .line")).to_have_count(2)


def test_a_clock_near_its_end_says_so_and_gives_more_time(
    chromium: Browser, hasty_house: BoxOffice
) -> None:
    with visitor(chromium, base_url=hasty_house.url) as bo:
        page = bo.page
        take_the_best(page)
        more = page.get_by_role("button", name="Add 5 minutes")
        expect(more).to_be_visible()
        expect(page.locator("[data-ending]")).to_be_visible(timeout=SEEN_MS)
        expect(page.locator("#said")).to_contain_text("Less than 2 minutes left.")

        more.click()

        expect(page.locator("#basket [data-clock]").first).to_contain_text(re.compile("^[67]:"))
        expect(page.locator("[data-ending]")).to_be_hidden()
        bo.assert_accessible()
        bo.assert_content()


def test_a_basket_that_ended_can_be_had_again(chromium: Browser, brief_house: BoxOffice) -> None:
    with visitor(chromium, base_url=brief_house.url) as bo:
        page = bo.page
        take_the_best(page)
        again = page.get_by_role("button", name="Try to get them again")
        expect(again).to_be_visible(timeout=SEEN_MS)
        expect(page.locator("#basket")).to_contain_text("Ended at")
        expect(page.locator("#basket .line")).to_have_count(2)
        bo.assert_accessible()

        again.click()

        expect(page.locator("#basket .total")).to_be_visible()
        bo.assert_content()


def test_checkout_says_what_became_of_ended_seats(
    chromium: Browser, brief_house: BoxOffice
) -> None:
    with visitor(chromium, base_url=brief_house.url) as bo:
        page = bo.page
        take_the_best(page)
        page.goto("/checkout")
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            "Your time ran out", timeout=SEEN_MS
        )
        bo.assert_accessible()

        page.get_by_role("button", name=re.compile("^Get them again, £")).click()

        expect(page.get_by_label("Email", exact=True)).to_be_visible()
        bo.assert_content()


def test_a_seat_that_somebody_took_is_told_and_another_offered(
    chromium: Browser, house: BoxOffice
) -> None:
    with (
        visitor(chromium, base_url=house.url) as bo,
        visitor(chromium, base_url=house.url) as cy,
    ):
        cy.page.goto(f"{EVENT}/seats")
        seat = cy.page.locator("[data-seat-list] input[name=seat]").nth(4)
        name = seat.get_attribute("value")
        bo.page.goto(f"{EVENT}/seats")
        bo.page.locator(f'input[value="{name}"]').click()
        expect(bo.page.locator(f'#basket[data-seats~="{name}"]')).to_be_visible()

        seat.click()

        notice = cy.page.locator("#notice")
        expect(notice).to_contain_text("was just taken")
        expect(seat).not_to_be_checked()
        cy.assert_accessible()
        notice.get_by_role("button", name=re.compile("^Take ")).click()
        expect(cy.page.locator("#basket .line")).to_have_count(1)
        expect(notice).to_be_empty()


def test_two_tabs_show_one_basket(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        take_the_best(bo.page)
        other = bo.page.context.new_page()
        other.goto(EVENT)
        expect(other.locator("#basket .line")).to_have_count(2)

        other.locator("#basket .x").first.click()

        expect(other.locator("#basket .line")).to_have_count(1)
        bo.page.reload()
        expect(bo.page.locator("#basket .line")).to_have_count(1)
        bo.assert_content()


def test_a_ticket_type_is_changed_in_the_basket(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        take_the_best(bo.page)
        price = bo.page.locator("#basket .line .num").first
        full = price.inner_text()

        bo.page.locator("#basket select").first.select_option("under-26")

        expect(price).not_to_have_text(full)
        bo.assert_content()


def test_the_server_going_away_and_coming_back_loses_nothing(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        take_the_best(bo.page)
        house.restart()

        bo.page.goto(EVENT)

        expect(bo.page.locator("#basket .line")).to_have_count(2)
