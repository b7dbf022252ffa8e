"""A buyer pays by card on Stripe's own page, here the stand-in's, and comes back to tickets."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.journey import Journey
from tests.budget import seldom
from tests.services.box_office import BoxOffice, box_office
from tests.services.browser import Visitor, visitor
from tests.services.stand_in import Stripe, stand_in

pytestmark = pytest.mark.browser

PAGES_LIMIT, FIELDS_LIMIT, PRESSES_LIMIT = 3, 2, 5
AWAY_SECONDS_LIMIT = 6.0
LOST_CALL_MS = 15_000  # a look of ours after every five seconds
EVENT = "/e/the-salt-road"
THREE_EVENTS = ("/e/the-salt-road-second-night", "/e/the-salt-road-matinee", EVENT)
PAY = re.compile("^Pay £")
SEND_BY_SCRIPT = """() => {
  const form = document.querySelector("form[action='/checkout']");
  htmx.ajax("POST", "/checkout", {values: Object.fromEntries(new FormData(form)), swap: "none"});
}"""
WAITING = "Waiting for your payment"
numbers = itertools.count(1)  # one address may buy only so many places


@dataclass(frozen=True)
class CardHouse:
    """A box office that takes cards, and the Stripe that it asks."""

    office: BoxOffice
    stripe: Stripe

    def visit(
        self, chromium: Browser, *, javascript: bool = True
    ) -> AbstractContextManager[Visitor]:
        """A buyer who may go to the pay page and nowhere else."""
        return visitor(
            chromium, base_url=self.office.url, pay_url=self.stripe.url, javascript=javascript
        )

    def sessions(self) -> list[dict[str, Any]]:
        """Every session there ever was, oldest first."""
        made: list[dict[str, Any]] = self.stripe.state()["sessions"]
        return sorted(made, key=lambda session: int(session["created"]))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardHouse]:
    with stand_in() as stripe:
        folder = tmp_path_factory.mktemp("cards")
        with box_office(folder, settings=stripe.settings()) as office:
            stripe.send_webhooks_to(f"{office.url}/webhooks/stripe")
            yield CardHouse(office, stripe)


@pytest.fixture
def house(shared: CardHouse) -> Iterator[CardHouse]:
    shared.stripe.faults(reset=True)
    yield shared
    shared.stripe.faults(reset=True)


def check_out(journey: Journey) -> None:
    """From a basket to Stripe's page, or to ours where Stripe is away."""
    journey.press(journey.page.locator("#basket a.btn--big"))
    journey.type_into("Email", f"bo{next(numbers)}@example.org")
    journey.type_into("Name on the booking", "Bo Fenwick")
    journey.press(journey.page.get_by_role("button", name=PAY))


def take_the_best(journey: Journey, path: str = EVENT) -> None:
    """Two seats of an event, whichever are best."""
    journey.start(path)
    journey.press(journey.page.get_by_role("button", name="Find the best"))


def go_to_pay(page: Page) -> str:
    """Two seats, and on to Stripe's page; the session that is paid there."""
    journey = Journey(page)
    take_the_best(journey)
    check_out(journey)
    page.wait_for_url("**/pay/cs_test_*")
    return session_in(page.url)


def session_in(url: str) -> str:
    found = re.search(r"cs_test_\w+", url)
    assert found is not None, url
    return found[0]


def pay(page: Page, words: str = "Pay ") -> None:
    """Press one of the buttons of Stripe's page."""
    page.wait_for_url("**/pay/cs_test_*")
    page.get_by_role("button", name=re.compile(f"^{words}")).first.click()


def expect_booked(page: Page, count: int = 2) -> None:
    """The tickets are there, and nothing waits any more."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("booked")
    expect(tickets(page)).to_have_count(count)
    expect(page.locator("#order[hx-get]")).to_have_count(0)


def expect_waiting(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(WAITING)


def tickets(page: Page) -> Locator:
    return page.locator(".tk-list a")


def assert_short(journey: Journey) -> None:
    """No more pages, fields and presses than we promise."""
    assert len(journey.pages) <= PAGES_LIMIT, journey.pages
    assert journey.typed <= FIELDS_LIMIT
    assert journey.presses <= PRESSES_LIMIT


# ---- the short way ------------------------------------------------------------------------------


def test_two_seats_by_card(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        journey = Journey(bo.page)
        take_the_best(journey)
        check_out(journey)
        pay(bo.page)

        expect_booked(bo.page)
        assert_short(journey)
        bo.assert_content()


def test_one_basket_over_three_events_by_card(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        for path in THREE_EVENTS[:-1]:
            count = bo.page.locator("#basket .line").count()
            take_the_best(Journey(bo.page), path)
            expect(bo.page.locator("#basket .line")).to_have_count(count + 2)
        journey = Journey(bo.page)
        take_the_best(journey, THREE_EVENTS[-1])
        expect(bo.page.locator("#basket .line")).to_have_count(6)
        check_out(journey)
        pay(bo.page)

        expect_booked(bo.page, count=6)
        assert_short(journey)
        bo.assert_content()


def test_two_seats_by_card_without_javascript(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium, javascript=False) as bo:
        journey = Journey(bo.page)
        take_the_best(journey)
        check_out(journey)
        pay(bo.page)

        expect_booked(bo.page)
        assert_short(journey)


def test_what_waits_becomes_tickets_by_itself_and_stops_asking(
    chromium: Browser, house: CardHouse
) -> None:
    house.stripe.faults(webhook_delay_seconds=2.5)
    with house.visit(chromium) as bo:
        go_to_pay(bo.page)
        pay(bo.page)
        expect_waiting(bo.page)

        expect_booked(bo.page)
        expect(bo.page).to_have_title("The Salt Road is booked")
        expect(bo.page.locator("#said")).to_have_text("The Salt Road is booked")
        asked: list[str] = []
        bo.page.on("request", lambda request: asked.append(request.url))
        bo.page.wait_for_timeout(2_500)
        assert asked == []
        bo.assert_content()


@pytest.mark.long
def test_a_lost_call_is_made_up_for_while_the_buyer_looks(
    chromium: Browser, house: CardHouse
) -> None:
    house.stripe.faults(webhook_drop_share=1.0)
    with house.visit(chromium) as bo:
        go_to_pay(bo.page)
        pay(bo.page)

        expect(tickets(bo.page)).to_have_count(2, timeout=LOST_CALL_MS)
        bo.assert_content()


@pytest.mark.long
def test_a_form_that_script_sends_reaches_the_pay_page_too(
    chromium: Browser, house: CardHouse
) -> None:
    with house.visit(chromium) as bo:
        take_the_best(Journey(bo.page))
        expect(bo.page.locator("#basket .line")).to_have_count(2)
        bo.page.goto("/checkout")
        bo.page.get_by_label("Email", exact=True).fill("bo@example.org")
        bo.page.get_by_label("Name on the booking", exact=True).fill("Bo Fenwick")
        bo.page.evaluate(SEND_BY_SCRIPT)

        pay(bo.page)
        expect_booked(bo.page)
        bo.assert_content()


# ---- other ways through -------------------------------------------------------------------------


def test_back_from_the_pay_page_leads_to_the_same_session(
    chromium: Browser, house: CardHouse
) -> None:
    with house.visit(chromium) as bo:
        session, count = go_to_pay(bo.page), len(house.sessions())
        bo.page.go_back()
        expect_waiting(bo.page)

        bo.page.get_by_role("button", name="Go on paying").click()
        bo.page.wait_for_url("**/pay/cs_test_*")

        assert session_in(bo.page.url) == session
        assert len(house.sessions()) == count
        bo.assert_content()


@pytest.mark.long
def test_the_pay_page_s_own_way_back_says_what_is_kept(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        session = go_to_pay(bo.page)
        bo.page.get_by_role("link", name="Back").click()

        expect_waiting(bo.page)
        expect(bo.page.get_by_text("Your places are yours while we wait")).to_be_visible()
        expect(bo.page.get_by_role("link", name="Look again now")).to_be_visible()
        expect(bo.page.get_by_role("button", name="Stop paying, keep my seats")).to_be_visible()
        bo.assert_accessible()
        bo.page.get_by_role("link", name="Look again now").click()
        bo.page.reload()
        expect_waiting(bo.page)
        house.stripe.pay(session)

        expect_booked(bo.page)
        bo.assert_content()


@pytest.mark.long
def test_after_a_closed_tab_the_link_leads_on(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        session = go_to_pay(bo.page)
    [link] = [one["cancel_url"] for one in house.sessions() if one["id"] == session]
    with house.visit(chromium) as bo:
        bo.page.goto(link)
        bo.page.get_by_role("button", name="Go on paying").click()
        bo.page.wait_for_url("**/pay/cs_test_*")
        assert session_in(bo.page.url) == session
        pay(bo.page)

        expect_booked(bo.page)
        bo.assert_content()


def test_a_second_tab_leads_to_the_same_order(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        session, count = go_to_pay(bo.page), len(house.sessions())
        other = bo.page.context.new_page()
        other.goto("/checkout")
        expect_waiting(other)
        other.get_by_role("button", name="Go on paying").click()
        other.wait_for_url("**/pay/cs_test_*")
        assert session_in(other.url) == session
        pay(other)

        expect_booked(other)
        assert len(house.sessions()) == count
        bo.page.goto("/checkout")
        expect(bo.page.get_by_role("button", name=PAY)).to_have_count(0)
        bo.assert_content()


@pytest.mark.long
def test_after_a_refused_card_another_one_can_be_tried(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        session = go_to_pay(bo.page)
        pay(bo.page, "Pay with a card that is declined")
        expect(bo.page.get_by_role("alert")).to_contain_text("declined")
        assert session_in(bo.page.url) == session
        pay(bo.page)

        expect_booked(bo.page)
        bo.assert_content()


@pytest.mark.long
def test_a_bank_that_asks_first(chromium: Browser, house: CardHouse) -> None:
    with house.visit(chromium) as bo:
        go_to_pay(bo.page)
        pay(bo.page, "Pay with a card that asks the bank")
        bo.page.get_by_role("button", name="No, I did not ask for this").click()
        expect(bo.page.get_by_role("alert")).to_be_visible()
        pay(bo.page, "Pay with a card that asks the bank")
        bo.page.get_by_role("button", name="Yes, it is me").click()

        expect_booked(bo.page)
        bo.assert_content()


@pytest.mark.parametrize("javascript", [True, *seldom(False)])
def test_stopping_closes_the_session_and_gives_the_basket_back(
    chromium: Browser, house: CardHouse, javascript: bool
) -> None:
    with house.visit(chromium, javascript=javascript) as bo:
        session = go_to_pay(bo.page)
        bo.page.get_by_role("link", name="Back").click()
        bo.page.get_by_role("button", name="Stop paying, keep my seats").click()

        bo.page.wait_for_url("**/checkout")
        [mine] = [one for one in house.sessions() if one["id"] == session]
        assert mine["status"] == "expired"
        expect(bo.page.get_by_label("Email", exact=True)).to_have_value(re.compile("^bo"))
        bo.page.get_by_role("button", name=PAY).click()
        bo.page.wait_for_url("**/pay/cs_test_*")
        assert session_in(bo.page.url) != session
        pay(bo.page)
        expect_booked(bo.page)
        bo.assert_content()


# ---- Stripe is away -----------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, *seldom(False)])
def test_while_stripe_is_away_the_seats_are_kept_and_one_press_goes_on(
    chromium: Browser, house: CardHouse, javascript: bool
) -> None:
    count = len(house.sessions())
    with house.visit(chromium, javascript=javascript) as bo:
        journey = Journey(bo.page)
        take_the_best(journey)
        house.stripe.faults(down_seconds=60)
        pressed_at = time.monotonic()
        check_out(journey)

        expect(bo.page.get_by_text("Nothing was charged so far")).to_be_visible()
        assert time.monotonic() - pressed_at < AWAY_SECONDS_LIMIT
        order_url = bo.page.url
        bo.page.get_by_role("button", name="Go on paying").click()
        expect(bo.page.get_by_text("Try again in a minute")).to_be_visible()
        assert bo.page.url.partition("#")[0] == order_url
        if javascript:
            bo.assert_accessible()
        house.stripe.faults(reset=True)
        bo.page.get_by_role("button", name="Go on paying").click()
        pay(bo.page)

        expect_booked(bo.page)
        assert len(house.sessions()) == count + 1
        bo.assert_content()
