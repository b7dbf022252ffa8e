"""A draw in a real Chromium: live without reloading, repeated by its reader, loud when wrong."""

import re
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Route, expect
from werkzeug.serving import make_server

from app import build_app
from app.box_office import BoxOffice
from app.lottery.pool.terms import EVENING, INSTANT
from app.prize_draws.proofs import owners_proof
from tests.draws.made import buy, reveals, sells
from tests.opened import opened
from tests.services.browser import PHONE, visitor

pytestmark = pytest.mark.browser

WHOLE = "#all"


class House(NamedTuple):
    """A house with draws, and where it answers."""

    office: BoxOffice
    url: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two draws that are over and two that sell, one of each kind."""
    with opened(tmp_path_factory.mktemp("draws")) as office:
        for mode in (EVENING, INSTANT):
            sells(office, f"over-{mode}", mode)
            reveals(office, f"over-{mode}", mode)
            sells(office, mode, mode)
        server = make_server("127.0.0.1", 0, build_app(office), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield House(office, f"http://127.0.0.1:{server.port}")
        server.shutdown()
        thread.join(5)


@pytest.mark.parametrize(("mode", "count"), [(EVENING, 7), (INSTANT, 6)])
def test_the_readers_own_browser_repeats_the_draw(
    chromium: Browser, house: House, mode: str, count: int
) -> None:
    with visitor(chromium, base_url=house.url) as cy:
        cy.page.goto(f"/draw/over-{mode}/proof?ticket=7")
        expect(cy.page.get_by_text(f"All {count} checks passed")).to_be_visible()
        expect(cy.page.locator(".proof > li.ok")).to_have_count(count)
        expect(cy.page.get_by_text("found the same in the published record")).to_be_visible()
        if mode == INSTANT:
            cy.page.get_by_text("Show the path").click()
            expect(cy.page.locator("[data-path-text]")).to_contain_text("leaf   7")
        cy.assert_accessible()
        cy.assert_content()


@pytest.mark.parametrize(
    ("pattern", "check"),
    [
        (rb'"server_seed":"(.)', "The secret fits the seal"),
        (rb'"commitment":"(.)', "The record was sealed before sales"),
        (rb'"list":\["1 \d+ (.)', "Tickets took places in order of payment"),
        (rb'"size":(\d)', "The secret fits the seal"),
        (rb'"digest":"(.)', "The record is whole"),
    ],
)
def test_a_changed_byte_is_rejected_loudly_and_its_check_is_named(
    chromium: Browser, house: House, pattern: bytes, check: str
) -> None:
    def change(route: Route) -> None:
        raw = route.fetch().body()
        found = re.search(pattern, raw)
        assert found is not None
        at = found.start(1)
        other = b"1" if raw[at : at + 1] != b"1" else b"2"
        route.fulfill(body=raw[:at] + other + raw[at + 1 :], content_type="application/json")

    with visitor(chromium, base_url=house.url) as cy:
        cy.page.route("**/bundle.json", change)
        cy.page.goto(f"/draw/over-{EVENING}/proof")
        loud = cy.page.locator(f"{WHOLE} [role=alert]")
        expect(loud).to_contain_text("This record does not fit")
        expect(loud).to_contain_text(check)
        expect(loud).to_contain_text("ada@example.org")
        expect(cy.page.locator(".proof > li.bad")).to_have_count(1)
        expect(cy.page.get_by_text("checks passed")).to_be_hidden()
        with cy.page.expect_download() as download:
            cy.page.get_by_role("link", name="Save what I saw").click()
        assert download.value.suggested_filename == "what-i-saw.json"
        if check == "The record is whole":
            cy.assert_accessible()
        cy.assert_content()


def test_a_buyer_checks_the_own_proof_before_the_secret_is_out(
    chromium: Browser, house: House
) -> None:
    proof = owners_proof(house.office, "instant-p1", "instant-1", 41).decode()
    with visitor(chromium, base_url=house.url, viewport=PHONE) as bo:
        bo.page.goto("/draw/instant/proof")
        text, press = bo.page.get_by_label("Or its text"), bo.page.get_by_text("Follow the path")
        text.fill(f"  {proof}\n")
        press.click()
        expect(bo.page.get_by_role("heading", name="Ticket 0041:")).to_be_visible()
        bo.assert_accessible()
        text.fill(re.sub(r'"prize":(\d+)', '"prize":9', proof))
        press.click()
        expect(bo.page.get_by_text("This proof does not fit the seal")).to_be_visible()
        expect(bo.page.get_by_role("heading", name="Ticket 0041:")).to_be_hidden()
        text.fill(proof[:-20])
        press.click()
        expect(bo.page.get_by_text("This is not the proof of a ticket.")).to_be_visible()
        bo.assert_content()


def test_everybody_sees_what_is_sold_and_who_won_without_reloading(
    chromium: Browser, house: House
) -> None:
    with visitor(chromium, base_url=house.url) as cy:
        cy.page.goto("/draw/instant")
        sold = cy.page.locator("#live b", has_text="of 120 sold")
        expect(sold).to_have_text("100 of 120 sold")
        buy(house.office, house.office.draws.by_slug("instant").id, "instant-p2", 20,
            public_name="Ola and Tom")  # fmt: skip
        expect(sold).to_have_text("120 of 120 sold", timeout=3500)
        cy.assert_content()


def test_one_ticket_is_asked_for_by_keyboard(chromium: Browser, house: House) -> None:
    with visitor(chromium, base_url=house.url, viewport=PHONE) as cy:
        cy.page.goto(f"/draw/over-{EVENING}/proof")
        cy.page.get_by_label("Ticket number").fill("9999")
        cy.page.keyboard.press("Enter")
        expect(cy.page.get_by_text("The tickets go from 0001 to 0120.")).to_be_visible()
        expect(cy.page.get_by_label("Ticket number")).to_be_focused()
        cy.page.keyboard.press("ControlOrMeta+a")
        cy.page.keyboard.type("7")
        cy.page.keyboard.press("Enter")
        expect(cy.page.locator(".one-answer[data-answer]")).to_be_focused()
        expect(cy.page.get_by_role("heading", name="Ticket 0007")).to_be_in_viewport()


def test_without_scripts_the_page_says_how_to_check(chromium: Browser, house: House) -> None:
    with visitor(chromium, base_url=house.url, javascript=False) as cy:
        cy.page.goto(f"/draw/over-{EVENING}/proof?ticket=7")
        expect(cy.page.get_by_text("take the record and the script")).to_be_visible()
        expect(cy.page.get_by_role("heading", name=re.compile("Ticket 0007"))).to_be_visible()
        expect(cy.page.get_by_text("found the same in the published record")).to_be_hidden()
        with cy.page.expect_download() as download:
            cy.page.get_by_role("link", name="The script").click()
        assert download.value.suggested_filename == "verify_draw.py"
        cy.assert_content()
