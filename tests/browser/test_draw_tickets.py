"""Buying draw tickets in a real Chromium: with script, by keyboard without it, in a second tab."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app import build_app
from app.clock import wall_ms
from app.lottery.pool.commands import AllocateSlice
from app.lottery.pool.terms import INSTANT
from app.prize_draws.opening import open_batch
from tests.browser.test_draws import House
from tests.carrying import carry_out_due
from tests.draws.made import add_draw, licence, terms
from tests.opened import opened
from tests.services.browser import PHONE, visitor

pytestmark = pytest.mark.browser

EMAIL = "bo@example.org"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A free instant draw, and one that costs £2."""
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    url = f"http://127.0.0.1:{server.port}"  # the pay page's address says it, too
    with opened(tmp_path_factory.mktemp("draws"), FULLHOUSE_BASE_URL=url) as office:
        for slug, price in (("free", 0), ("paid", 200)):
            lottery = add_draw(office, slug, public={"how": "none"}, rules={"age_limit": 18})
            licence(office, lottery)
            open_batch(office, lottery, 1, terms(INSTANT, 1200, price_cents=price), "ada")
        server.app = build_app(office)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield House(office, url)
        server.shutdown()
        thread.join(5)


def fill(page: Page) -> None:
    """Who takes part."""
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Your name").fill("Bo Field")
    page.get_by_label("I am 18 or over").check()


def test_the_page_follows_the_drawing_and_so_does_a_second_tab(
    chromium: Browser, house: House
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        page = bo.page
        page.goto("/draw/free/tickets")
        fill(page)
        page.get_by_role("link", name=re.compile(r"^100")).press("Enter")
        expect(page.get_by_role("button", name="Get 100 tickets")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile(r"^100"))).to_be_focused()
        expect(page.get_by_label("Or exactly")).to_have_value("100")
        expect(page.get_by_text("100 in 1,200, or 1 in 12")).to_be_visible()
        expect(page.get_by_label("Email")).to_have_value(EMAIL)  # nothing is typed twice
        bo.assert_accessible()
        page.get_by_role("button", name="Get 100 tickets").click()

        expect(page.get_by_role("heading", name="0 of 100 drawn")).to_be_visible()
        bo.assert_accessible()
        second = page.context.new_page()
        second.goto(page.url)
        carry_out_due(house.office, "lottery.allocate")
        for tab in (page, second):
            expect(
                tab.get_by_role("heading", name=re.compile("of your 100 tickets won"))
            ).to_be_visible(timeout=5000)
        expect(page.locator(".cells i.win")).not_to_have_count(0)
        bo.assert_accessible()
        page.get_by_role("link", name=re.compile("^Claim")).click()
        page.get_by_text("I collect it at the counter").click()
        bo.assert_accessible()
        page.get_by_role("button", name=re.compile("^Claim")).click()
        expect(page.get_by_text(re.compile("claimed"))).not_to_have_count(0)
        bo.assert_content()


def test_looking_again_takes_away_neither_the_focus_nor_what_is_open(
    chromium: Browser, house: House
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        page = bo.page
        page.goto("/draw/free/tickets?count=200")
        fill(page)
        page.get_by_role("button", name="Get 200 tickets").press("Enter")
        expect(page.get_by_role("heading", name="0 of 200 drawn")).to_be_visible()
        summary = page.locator("#purchase summary")
        summary.focus()
        summary.press("Enter")
        purchase_id = page.url.split("/")[-2]
        pool = house.office.pool_of(house.office.draws.by_slug("free").id)

        pool.ask(AllocateSlice(purchase_id, 0, wall_ms(), 50))

        expect(page.get_by_role("heading", name="50 of 200 drawn")).to_be_visible(timeout=5000)
        expect(summary).to_be_focused()
        expect(page.get_by_text("fingerprint of the sealed rules")).to_be_visible()
        carry_out_due(house.office, "lottery.allocate")
        expect(
            page.get_by_role("heading", name=re.compile("of your 200 tickets won"))
        ).to_be_visible(timeout=5000)
        expect(page.get_by_text("fingerprint of the sealed rules")).to_be_visible()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(2500)
        assert asked == [], "nothing is waited for any more"
        bo.assert_content()


def test_by_keyboard_and_without_script(chromium: Browser, house: House) -> None:
    with visitor(chromium, base_url=house.url, viewport=PHONE, javascript=False) as bo:
        page = bo.page
        page.goto("/draw/paid/tickets")
        page.get_by_label("Or exactly").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("10001")
        page.keyboard.press("Enter")
        expect(page.get_by_text("At most 10,000 in one go.")).to_be_visible()
        expect(page.get_by_label("Or exactly")).to_have_value("10001")
        page.get_by_label("Or exactly").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("1201")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Only 1,200 tickets are left.")).to_be_visible()
        page.get_by_label("Or exactly").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("25")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Buy 25 tickets, £50.00")).to_be_visible()
        page.get_by_role("button", name="Buy 25 tickets, £50.00").press("Enter")
        expect(page.get_by_text("Confirm this if it is so.")).to_be_visible()
        fill(page)
        page.get_by_role("button", name="Buy 25 tickets, £50.00").press("Enter")
        page.get_by_role("button", name="Pay £50.00").press("Enter")

        expect(page.get_by_role("heading", name="0 of 25 drawn")).to_be_visible()
        assert "This page looks again every 10 seconds." in page.content()  # shown for real ones
        carry_out_due(house.office, "lottery.allocate")
        page.reload()
        expect(page.get_by_role("heading", name=re.compile("25 tickets won"))).to_be_visible()
        page.get_by_role("link", name="All 25 tickets").press("Enter")
        expect(page.locator("tbody tr")).to_have_count(25)
        assert [line for line in bo.complaints if "422" not in line] == []
