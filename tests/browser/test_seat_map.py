"""The seat map in a real browser: choose, give back, lose a race, lose the line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.map_page import MATINEE, SEEN_MS_LIMIT, STATE, MapPage, give_back, hold
from tests.services.box_office import BoxOffice
from tests.services.browser import visitor

pytestmark = pytest.mark.browser


# ---- choosing -----------------------------------------------------------------------------------


def test_a_press_holds_a_seat_and_another_press_gives_it_back(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-C-10").click()
        seats.assert_look("stalls-C-10", "mine")
        assert seats.basket_seats() == ["stalls-C-10"]
        expect(seats.seat("stalls-C-10")).to_have_attribute("aria-checked", "true")

        seats.seat("stalls-C-10").click()
        seats.assert_look("stalls-C-10", "free")
        assert seats.basket_seats() == []
        bo.assert_content()


def test_the_seat_says_that_it_asks_before_the_answer_is_there(
    chromium: Browser, house: BoxOffice
) -> None:
    waiting: list[Route] = []
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.route("**/holds", lambda route: waiting.append(route))
        seats.seat("stalls-D-10").click()
        seats.assert_look("stalls-D-10", "asking")
        expect(seats.card()).to_contain_text("Asking for it.")
        assert seats.basket_seats() == []

        waiting[0].continue_()
        seats.assert_look("stalls-D-10", "mine")


def test_three_quick_presses_hold_three_seats(chromium: Browser, house: BoxOffice) -> None:
    wanted = ["stalls-E-10", "stalls-E-11", "stalls-E-12"]
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        for seat in wanted:
            seats.seat(seat).click(no_wait_after=True)
        for seat in wanted:
            seats.assert_look(seat, "mine")

        assert sorted(seats.basket_seats()) == wanted


def test_a_seat_that_somebody_took_reverts_and_the_nearest_is_offered(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.wait_for_timeout(2_500)  # the first look is over
        seats.seat("stalls-F-8").click()
        seats.assert_look("stalls-F-8", "mine")
        seats.lose_connection()
        hold(house, MATINEE, "stalls-F-12")
        seats.assert_look("stalls-F-12", "free")
        seats.regain_connection()
        seats.seat("stalls-F-12").click()

        seats.assert_look("stalls-F-12", "held")
        expect(seats.card()).to_contain_text("Just taken.")
        expect(seats.card()).to_contain_text(re.compile("row F seat 1[13] is free"))
        expect(bo.page.locator("#notice")).to_contain_text("was just taken")
        assert seats.basket_seats() == ["stalls-F-8"]
        seats.assert_look("stalls-F-8", "mine")


def test_without_an_answer_the_seat_reverts_and_says_so(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.route("**/holds", lambda route: route.abort())
        seats.seat("stalls-G-10").click()

        seats.assert_look("stalls-G-10", "free")
        expect(seats.card()).to_contain_text("No answer.")


def test_a_press_beside_a_seat_counts_for_the_nearest(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        box = seats.seat("stalls-H-12").bounding_box()
        assert box is not None
        bo.page.mouse.click(box["x"] + box["width"] / 2, box["y"] - 1.5)

        seats.assert_look("stalls-H-12", "mine")


# ---- other buyers -------------------------------------------------------------------------------


def test_other_buyers_are_seen_within_3_seconds(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        held = hold(house, MATINEE, "balcony-A-3", "balcony-A-4")
        seats.assert_look("balcony-A-3", "held")
        seats.assert_look("balcony-A-4", "held")
        expect(seats.seat("balcony-A-3")).to_have_attribute("aria-hidden", "true")
        give_back(house, held)
        seats.assert_look("balcony-A-3", "free")
        bo.assert_content()


def test_seats_taken_beside_ours_are_news_and_ours_stay_ours(
    chromium: Browser, house: BoxOffice
) -> None:
    news = "[data-map-near]"
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-J-8").click()
        seats.assert_look("stalls-J-8", "mine")
        hold(house, MATINEE, "stalls-P-20")
        seats.assert_look("stalls-P-20", "held")
        expect(bo.page.locator(news)).to_be_hidden()
        hold(house, MATINEE, "stalls-J-9", "stalls-J-10")

        expect(bo.page.locator(news)).to_be_visible(timeout=SEEN_MS_LIMIT)
        expect(bo.page.locator(news)).to_contain_text("Stalls row J seat 9, Stalls row J seat 10")
        expect(bo.page.locator("#said")).to_contain_text("Yours are safe.")
        seats.assert_look("stalls-J-8", "mine")


def test_focus_and_view_stay_while_others_buy(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.locator("[data-zoom=in]").click()
        seats.seat("stalls-K-12").focus()
        view = seats.view()
        hold(house, MATINEE, "stalls-K-12", "stalls-K-13")
        seats.assert_look("stalls-K-13", "held")

        assert seats.focused() == "stalls-K-12"
        assert seats.view() == view
        bo.page.keyboard.press("Space")
        expect(seats.card()).to_contain_text("Just taken.")


def test_a_seat_given_back_in_another_tab_is_not_ours_here(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-L-10").click()
        seats.assert_look("stalls-L-10", "mine")
        other = MapPage(bo.page.context.new_page(), MATINEE).open()
        other.assert_look("stalls-L-10", "mine")
        other.seat("stalls-L-10").click()
        other.assert_look("stalls-L-10", "free")
        bo.page.bring_to_front()

        seats.assert_look("stalls-L-10", "free")
        expect(bo.page.locator("#basket .line")).to_have_count(0)


def test_a_reload_keeps_the_choice(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-M-10").click()
        seats.assert_look("stalls-M-10", "mine")
        bo.page.reload()

        seats.assert_look("stalls-M-10", "mine")


# ---- without a connection -----------------------------------------------------------------------


def test_a_lost_connection_says_how_old_the_map_is_and_heals(
    chromium: Browser, house: BoxOffice
) -> None:
    lost = "[data-map-lost]"
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-N-12").click()
        seats.assert_look("stalls-N-12", "mine")
        seats.lose_connection()
        expect(bo.page.locator(lost)).to_be_visible(timeout=12_000)
        expect(bo.page.locator(lost)).to_contain_text(
            re.compile(r"Connection lost\. Showing seats as of \d\d:\d\d")
        )
        hold(house, MATINEE, "stalls-N-3")
        seats.assert_look("stalls-N-3", "free")
        seats.assert_look("stalls-N-12", "mine")
        seats.regain_connection()
        bo.page.evaluate("dispatchEvent(new Event('online'))")

        seats.assert_look("stalls-N-3", "held")
        expect(bo.page.locator(lost)).to_be_hidden()
        expect(bo.page.locator("#said")).to_contain_text("Connected again")
        seats.assert_look("stalls-N-12", "mine")


def test_after_a_sleep_the_map_is_right_at_once(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.wait_for_timeout(2_500)
        bo.page.evaluate("setTimeout = () => 0")  # a sleeping tab's timers never come
        bo.page.wait_for_timeout(2_500)
        hold(house, MATINEE, "stalls-Q-4")
        bo.page.wait_for_timeout(2_500)
        seats.assert_look("stalls-Q-4", "free")
        bo.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        seats.assert_look("stalls-Q-4", "held")


def test_a_busy_box_office_is_asked_again_when_it_says(chromium: Browser, house: BoxOffice) -> None:
    asked: list[Route] = []

    def busy(route: Route) -> None:
        asked.append(route)
        route.fulfill(status=503, headers={"Retry-After": "30"}, body="{}")

    with visitor(chromium, base_url=house.url) as bo:
        bo.page.route(STATE, busy)
        MapPage(bo.page, MATINEE).open()
        bo.page.wait_for_timeout(6_000)

        assert len(asked) == 1


def test_an_answer_that_is_no_state_is_no_connection(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        bo.page.route(STATE, lambda route: route.fulfill(status=500, body="{}"))
        MapPage(bo.page, MATINEE).open()

        expect(bo.page.locator("[data-map-lost]")).to_be_visible(timeout=12_000)
