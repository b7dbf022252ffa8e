"""The pages as they are served: accessible, valid, light, and nobody else is asked for anything."""

import gzip
import re
from collections.abc import Iterator
from typing import Literal

import html5lib  # type: ignore[import-untyped]
import httpx
import pytest
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from tests.services.box_office import BoxOffice
from tests.services.browser import DESKTOP, PHONE, Visitor, visitor

pytestmark = pytest.mark.browser

SCRIPTS_LIMIT_BYTES = 60_000
FONTS = ("Besley", "Hanken Grotesk")
PAGES = (
    "/",
    "/?q=opra",
    "/e/the-salt-road",
    "/e/the-salt-road/seats",
    "/e/loud-weather",
    "/e/brass-at-the-arena",
    "/e/brass-at-the-arena?section=L104",
    "/e/brass-at-the-arena/seats",
    "/e/midwinter-tale",
    "/ballot/midwinter-ballot",
    "/e/the-lamplighters-ball",
    "/basket",
    "/checkout",
    "/visit",
    "/orders/find",
    "/me",
    "/welcome",
    "/sign-in",
    "/no-such-page",
)
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [(DESKTOP, "light"), (PHONE, "dark")]


@pytest.fixture(params=LOOKS, ids=["desktop", "phone"])
def bo(request: pytest.FixtureRequest, chromium: Browser, house: BoxOffice) -> Iterator[Visitor]:
    """Bo, at a desk by day and with a phone by night."""
    viewport, colours = request.param
    with visitor(chromium, base_url=house.url, viewport=viewport, colours=colours) as person:
        yield person


def look(person: Visitor, path: str) -> None:
    """Open a page and hold it against axe."""
    person.page.goto(path)
    try:
        person.assert_accessible()
    except AssertionError as found:
        raise AssertionError(f"{path}: {found}") from None


def test_every_page_is_accessible(bo: Visitor) -> None:
    for path in PAGES:
        look(bo, path)

    bo.complaints[:] = [words for words in bo.complaints if "404" not in words]
    bo.assert_content()


def test_the_way_to_a_ticket_is_accessible(bo: Visitor) -> None:
    page = bo.page
    page.goto("/e/the-salt-road")
    page.get_by_role("button", name="Find the best").click()
    expect(page.locator("#basket .line")).to_have_count(2)
    bo.assert_accessible()
    for path in ("/e/the-salt-road/seats", "/e/loud-weather", "/basket", "/checkout"):
        look(bo, path)
    page.get_by_label("Email", exact=True).fill("bo@example.org")
    page.get_by_label("Name on the booking").fill("Bo Fenwick")
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url("**/pay/**")
    bo.assert_accessible()
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url("**/o/**")
    bo.assert_accessible()
    page.locator(".tk-list a").first.click()
    page.wait_for_url("**/t/**")
    bo.assert_accessible()
    bo.assert_content()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_html(house: BoxOffice, path: str) -> None:
    answer = httpx.get(house.url + path)

    html5lib.HTMLParser(strict=True).parse(answer.text)


def test_scripts_of_an_event_are_light(chromium: Browser, house: BoxOffice) -> None:
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.request.resource_type == "script":
            sizes[answer.url] = len(gzip.compress(answer.body(), 6))

    with visitor(chromium, base_url=house.url) as cy:
        cy.page.on("response", weigh)
        cy.page.goto("/e/the-salt-road")
        cy.page.wait_for_load_state("networkidle")

    assert len(sizes) > 5
    assert sum(sizes.values()) <= SCRIPTS_LIMIT_BYTES, sizes


def test_the_house_has_its_own_letters(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as cy:
        cy.page.goto("/")
        cy.page.evaluate("document.fonts.ready")
        for family in FONTS:
            assert cy.page.evaluate(f"document.fonts.check('16px \"{family}\"')")
        cy.assert_content()


def test_answers_are_compressed_and_static_files_kept(house: BoxOffice) -> None:
    page = httpx.get(f"{house.url}/e/the-salt-road", headers={"Accept-Encoding": "gzip"})
    style = re.findall(r'href="(/static/[^"]+ui\.css)"', page.text)[0]
    kept = httpx.get(house.url + style, headers={"Accept-Encoding": "gzip"})

    assert page.headers["Content-Encoding"] == "gzip"
    assert kept.headers["Content-Encoding"] == "gzip"
    assert "immutable" in kept.headers["Cache-Control"]


def test_a_page_can_be_left_and_come_back_to(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        page: Page = bo.page
        page.goto("/e/the-salt-road")
        page.get_by_role("button", name="Find the best").click()
        expect(page.locator("#basket .line")).to_have_count(2)
        page.goto("/checkout")
        page.get_by_role("link", name="Change seats").click()
        expect(page.locator("#basket .line")).to_have_count(2)
        page.go_back()
        expect(page.get_by_label("Email", exact=True)).to_be_visible()
        page.reload()
        expect(page.locator("#basket .total .num")).to_contain_text("£")
        bo.assert_content()
