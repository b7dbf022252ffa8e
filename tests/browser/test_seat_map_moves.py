"""The seat map in a real browser: keys, pointer and finger, prices, sections, areas, every plan."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.map_page import (
    MATINEE,
    SEEN_MS_LIMIT,
    MapPage,
    give_back,
    hold,
    hold_two_of,
    phone,
)
from tests.plans.files import a_plan, a_row, a_seat
from tests.services.box_office import BoxOffice
from tests.services.browser import DESKTOP, PHONE, visitor

pytestmark = pytest.mark.browser

SECOND = "the-salt-road-second-night"
ARENA = "brass-at-the-arena"
MIXED = "loud-weather"
FINGER_PX = 24


# ---- the keyboard -------------------------------------------------------------------------------


def test_arrows_home_end_and_page_keys_move_from_seat_to_seat(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        seats.seat("stalls-B-4").focus()
        moves = {
            "ArrowRight": "stalls-B-5",
            "ArrowLeft": "stalls-B-4",
            "Home": "stalls-B-1",
            "End": "stalls-B-22",
            "ArrowUp": "stalls-A-22",
            "ArrowDown": "stalls-B-22",
            "PageDown": "balcony-A-1",
            "PageUp": "stalls-A-1",
        }
        for key, place in moves.items():
            bo.page.keyboard.press(key)
            assert seats.focused() == place, key


def test_the_map_is_one_tab_stop_and_passes_over_taken_seats(
    chromium: Browser, house: BoxOffice
) -> None:
    hold(house, MATINEE, "balcony-C-5")
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        assert bo.page.locator("svg.seats [tabindex='0']").count() == 1
        seats.seat("balcony-C-4").focus()
        bo.page.keyboard.press("ArrowRight")

        assert seats.focused() == "balcony-C-6"
        assert bo.page.locator("svg.seats [tabindex='0']").count() == 1


def test_plus_minus_0_zoom_and_l_opens_the_list(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        whole = seats.view()
        seats.seat("stalls-B-10").focus()
        bo.page.keyboard.press("+")
        bo.page.keyboard.press("+")
        near = seats.view()
        assert near[2] < whole[2] / 1.8
        bo.page.keyboard.press("-")
        assert near[2] < seats.view()[2] < whole[2]
        bo.page.keyboard.press("0")
        assert seats.view() == pytest.approx(whole, abs=0.5)
        bo.page.keyboard.press("l")
        bo.page.wait_for_url(f"**/e/{MATINEE}/seats")


def test_focus_shows_the_ring_the_card_and_brings_the_seat_into_sight(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        for _ in range(3):
            bo.page.locator("[data-zoom=in]").click()
        seats.seat("stalls-B-1").focus()
        bo.page.keyboard.press("End")
        expect(bo.page.locator("svg.seats .ring")).to_have_count(1)
        expect(seats.card()).to_have_text("Stalls row B seat 22£12.00, restricted view")
        left, top, width, height = seats.view()
        x = float(seats.seat("stalls-B-22").get_attribute("x") or 0)
        y = float(seats.seat("stalls-B-22").get_attribute("y") or 0)
        assert left < x < left + width
        assert top < y < top + height
        bo.page.keyboard.press("Escape")
        expect(seats.card()).to_be_hidden()


# ---- pointer, wheel, finger ---------------------------------------------------------------------


def test_dragging_moves_the_map_and_chooses_nothing(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.locator("[data-zoom=in]").click()
        expect(bo.page.locator(".mini-map")).to_be_visible()
        before = seats.view()
        box = bo.page.locator("svg.seats").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        bo.page.mouse.move(x, y)
        bo.page.mouse.down()
        bo.page.mouse.move(x - 60, y - 40, steps=5)
        bo.page.mouse.up()
        after = seats.view()

        scale = box["width"] / before[2]
        assert after[0] - before[0] == pytest.approx(60 / scale, abs=2)
        assert after[1] - before[1] == pytest.approx(40 / scale, abs=2)
        assert seats.basket_seats() == []


def test_the_wheel_zooms_around_the_pointer(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.wait_for_timeout(400)
        bo.page.locator("svg.seats").scroll_into_view_if_needed()
        bo.page.wait_for_timeout(400)
        seat = seats.seat("stalls-G-20")
        before = seat.bounding_box()
        assert before is not None
        bo.page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
        bo.page.mouse.wheel(0, -300)
        bo.page.wait_for_timeout(100)
        after = seat.bounding_box()
        assert after is not None

        assert after["width"] > before["width"] * 1.3
        assert after["x"] + after["width"] / 2 == pytest.approx(
            before["x"] + before["width"] / 2, abs=3
        )


def test_a_page_that_is_scrolled_past_the_map_goes_on_scrolling(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, MATINEE).open()
        bo.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        bo.page.wait_for_timeout(500)
        whole = seats.view()
        box = bo.page.locator(".keys").last.bounding_box()
        assert box is not None
        bo.page.mouse.move(box["x"] + 5, box["y"] + 5)
        for _ in range(6):
            bo.page.mouse.wheel(0, -90)
            bo.page.wait_for_timeout(60)

        assert seats.view() == pytest.approx(whole, abs=0.5)


def test_on_a_phone_the_first_view_can_be_tapped(chromium: Browser, house: BoxOffice) -> None:
    with phone(chromium, house.url) as page:
        seats = MapPage(page, MATINEE).open()
        first, second = (seats.seat(f"stalls-{i}").bounding_box() for i in ("F-11", "F-12"))
        assert first is not None
        assert second is not None
        assert second["x"] - first["x"] >= FINGER_PX
        seats.seat("stalls-F-11").tap()

        seats.assert_look("stalls-F-11", "mine")
        expect(page.locator(".mini-map")).to_be_visible()


def test_a_seat_too_small_for_a_finger_comes_nearer_and_is_not_chosen(
    chromium: Browser, house: BoxOffice
) -> None:
    with phone(chromium, house.url) as page:
        seats = MapPage(page, MATINEE).open()
        page.locator(".map").scroll_into_view_if_needed()
        page.locator("[data-zoom=whole]").tap()
        small = seats.seat("balcony-D-10").bounding_box()
        assert small is not None
        assert small["width"] < FINGER_PX / 2
        page.touchscreen.tap(small["x"] + 3, small["y"] + 3)
        expect(seats.card()).to_contain_text("Press the seat again")
        large = seats.seat("balcony-D-10").bounding_box()
        assert large is not None
        assert large["width"] > small["width"] * 2

        assert seats.basket_seats() == []


def test_every_free_seat_can_be_reached_by_the_pointer(chromium: Browser, house: BoxOffice) -> None:
    covered = """nodes => nodes.filter((node) => {
        const box = node.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return top !== node && !top?.closest("svg.seats");
    }).map((node) => `${node.dataset.seat} ${node.getBoundingClientRect().y}`)"""
    with visitor(chromium, base_url=house.url, viewport={"width": 1280, "height": 2200}) as bo:
        for slug in (MATINEE, "tiny-planets", MIXED):
            MapPage(bo.page, slug).open()

            assert bo.page.locator("[data-seat]").evaluate_all(covered) == [], slug


# ---- prices, sections, areas --------------------------------------------------------------------


def test_a_price_shows_only_its_seats_and_counts_what_is_left(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, SECOND).open()
        price = bo.page.locator("[data-only]").nth(2)
        name = price.get_attribute("data-only")
        bo.page.wait_for_timeout(2_500)
        before = int((price.locator("[data-left]").text_content() or "").split()[0])
        price.click()
        expect(price).to_have_attribute("aria-pressed", "true")
        shown = bo.page.locator("[data-seat]:not(.dim)")
        assert set(shown.evaluate_all("nodes => nodes.map(n => n.dataset.c)")) == {name}
        hold(house, seats.slug, "balcony-B-7")
        expect(price.locator("[data-left]")).to_have_text(f"{before - 1} left", timeout=4_000)
        price.click()
        expect(bo.page.locator(".dim")).to_have_count(0)


def test_a_large_house_is_opened_section_by_section(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, ARENA).open()
        block = bo.page.locator('.blk[data-name="Lower 104"]')
        label = block.get_attribute("aria-label") or ""
        free = int(label.rsplit(", ", 1)[1].split()[0])
        held = hold_two_of(house, ARENA, "L104")
        seat = held["seats"][0]["id"]
        expect(block).to_have_attribute(
            "aria-label", re.compile(f"{free - 2} left"), timeout=SEEN_MS_LIMIT
        )
        give_back(house, held)
        block.click()
        bo.page.wait_for_url("**section=L104*")
        seats.seat(seat).click()
        seats.assert_look(seat, "mine")
        bo.page.get_by_role("link", name="To the right: Lower 103").click()
        bo.page.wait_for_url("**section=L103*")
        bo.page.get_by_role("link", name="Whole house").click()
        expect(bo.page.locator(".blk")).to_have_count(45)
        assert seats.basket_seats() == [seat]
        bo.assert_content()


def test_sections_obey_the_keyboard_too(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        seats = MapPage(bo.page, ARENA).open()
        whole = seats.view()
        bo.page.locator('.blk[data-name="Floor"]').focus()
        expect(seats.card()).to_contain_text("Floor")
        bo.page.keyboard.press("+")
        assert seats.view()[2] < whole[2]
        bo.page.keyboard.press("0")
        assert seats.view() == pytest.approx(whole, abs=0.5)
        bo.page.keyboard.press("Enter")

        bo.page.wait_for_url("**section=floor*")


def test_a_standing_area_on_the_map_counts_down(chromium: Browser, house: BoxOffice) -> None:
    with visitor(chromium, base_url=house.url) as bo:
        MapPage(bo.page, MIXED).open()
        area = bo.page.locator("svg.seats [data-area]").first
        before = int((area.locator(".left").text_content() or "").split()[0])
        bo.page.locator('button[name="more"]').first.click()

        expect(area.locator(".left")).to_have_text(f"{before - 1} left", timeout=SEEN_MS_LIMIT)


# ---- for everybody ------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_maps_break_no_accessibility_rule(
    chromium: Browser, house: BoxOffice, viewport: dict[str, int], colours: str
) -> None:
    with visitor(
        chromium,
        base_url=house.url,
        viewport=viewport,  # type: ignore[arg-type]
        colours=colours,  # type: ignore[arg-type]
    ) as cy:
        for slug, section in ((MATINEE, ""), (MIXED, ""), (ARENA, ""), (ARENA, "L118")):
            MapPage(cy.page, slug).open(section)
            if slug == MATINEE:
                cy.page.get_by_role("button", name="Find the best").click()
                expect(cy.page.locator("#basket .line")).to_have_count(2)
            cy.assert_accessible()
        cy.assert_content()


def test_without_script_the_map_is_a_picture_and_sections_are_links(
    chromium: Browser, house: BoxOffice
) -> None:
    with visitor(chromium, base_url=house.url, javascript=False) as cy:
        cy.page.goto(f"/e/{MATINEE}")
        expect(cy.page.locator("svg.seats")).to_be_visible()
        assert cy.page.locator("svg.seats [tabindex='0']").count() == 0
        expect(cy.page.locator("[data-map-tools]")).to_be_hidden()
        expect(cy.page.get_by_role("link", name="Choose from a list instead")).to_be_visible()
        cy.page.goto(f"/e/{ARENA}")
        cy.page.locator('.blk[data-name="Upper 210"]').click()
        expect(cy.page.locator("#section")).to_have_text("Upper 210")


def test_the_page_stays_within_its_script_budget(chromium: Browser, house: BoxOffice) -> None:
    bodies: dict[str, bytes] = {}
    with visitor(chromium, base_url=house.url) as cy:
        cy.page.on(
            "response",
            lambda answer: (
                bodies.__setitem__(answer.url, answer.body())
                if answer.url.split("?")[0].endswith(".js")
                else None
            ),
        )
        MapPage(cy.page, MATINEE).open()
        cy.page.wait_for_timeout(500)
    sizes = {url: len(gzip.compress(body, 9, mtime=0)) for url, body in bodies.items()}

    assert sum(sizes.values()) < 60_000, sizes
    assert sum(size for url, size in sizes.items() if "seat-map" in url) < 8_192, sizes


# ---- a plan from elsewhere ----------------------------------------------------------------------

ODD_IDS = ["Rang links-1-1", "50% & mehr-1-2", 'Loge "Süd"-1-3', "a+b%20c-1-4"]
ODD_EVENT = """
[house]
name = "Marsh Hall"
email = "tickets@marshhall.example"
[venue]
name = "Marsh Hall"
time_zone = "Europe/London"
[event]
title = "Odd ids"
starts_at = "2030-12-12 19:30"
currency = "GBP"
[plan]
file = "plan.json"
[[ticket_types]]
key = "adult"
name = "Adult"
[[price_categories]]
name = "Stalls"
prices = { adult = 10.00 }
"""


def test_a_plan_with_blanks_and_signs_in_its_ids_works_on_map_and_list(
    chromium: Browser, house: BoxOffice
) -> None:
    seats = [a_seat(seat, 30.0 * i) for i, seat in enumerate(ODD_IDS)]
    document = a_plan(a_row("1", seats), categories=[{"name": "Stalls"}])
    (house.folder / "plan.json").write_text(json.dumps(document), "utf-8")
    (house.folder / "odd.toml").write_text(ODD_EVENT, "utf-8")
    house.fullhouse("event", "create", "odd.toml")
    house.fullhouse("event", "publish", "odd-ids")
    with visitor(chromium, base_url=house.url) as bo:
        page = MapPage(bo.page, "odd-ids").open()
        for place in ODD_IDS:
            bo.page.locator("[data-seat]").nth(ODD_IDS.index(place)).click()
            expect(bo.page.locator("#basket .line")).to_have_count(ODD_IDS.index(place) + 1)
        expect(bo.page.locator('[data-seat][href="#s-mine"]')).to_have_count(4)
        expect(bo.page.locator('[data-seat][href="#s-asking"]')).to_have_count(0)
        assert len(page.basket_seats()) == 4
        bo.page.goto("/e/odd-ids/seats")
        expect(bo.page.locator("input[name=seat]:checked")).to_have_count(4)
        bo.page.locator("input[name=seat]").nth(1).click()
        expect(bo.page.locator("#basket .line")).to_have_count(3)
        expect(bo.page.locator("input[name=seat]:checked")).to_have_count(3)
        bo.assert_content()
