"""How parts of drawn states lie: level, apart, and seen where the system chooses the colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.services.browser import DESKTOP, PHONE, visitor
from tests.shop.gallery import served

pytestmark = pytest.mark.browser

LOOK = "element => { const is = getComputedStyle(element); return [%s].join(' '); }"
FILLED = LOOK % "is.backgroundColor, is.color"
DRAWN = LOOK % "is.backgroundColor, is.boxShadow, is.borderRadius"
GROUND = "element => getComputedStyle(element).backgroundColor"


@pytest.fixture(scope="module")
def gallery_url() -> Iterator[str]:
    """Every state under its name."""
    with served() as url:
        yield url


@pytest.fixture
def desktop(chromium: Browser, gallery_url: str) -> Iterator[Page]:
    """A wide window."""
    with visitor(chromium, base_url=gallery_url, viewport=DESKTOP) as cy:
        yield cy.page


@pytest.fixture
def phone(chromium: Browser, gallery_url: str) -> Iterator[Page]:
    """A narrow one."""
    with visitor(chromium, base_url=gallery_url, viewport=PHONE) as cy:
        yield cy.page


def box(part: Locator) -> tuple[float, float, float, float]:
    """Its left, top, right and bottom edge."""
    found = part.bounding_box()
    assert found is not None
    left, top = found["x"], found["y"]
    return left, top, left + found["width"], top + found["height"]


def overlap(one: Locator, other: Locator) -> bool:
    """Whether one lies over the other."""
    left, top, right, bottom = box(one)
    left_too, top_too, right_too, bottom_too = box(other)
    return left < right_too and left_too < right and top < bottom_too and top_too < bottom


def enlarge(page: Page) -> None:
    """Letters twice as large."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")


def test_what_is_chosen_is_seen_in_forced_colours(desktop: Page) -> None:
    desktop.emulate_media(forced_colors="active")
    for name, chosen, other in (
        ("ballot", ".count-choice :checked + span", ".count-choice :not(:checked) + span"),
        ("draw-buy", ".num-c[aria-current]", ".num-c:not([aria-current])"),
        ("home", ".chip[aria-current]", ".chip:not([aria-current])"),
    ):
        desktop.goto(f"/{name}")
        looks = [desktop.locator(part).first.evaluate(FILLED) for part in (chosen, other)]
        assert looks[0] != looks[1], name


def test_how_far_it_is_is_seen_in_forced_colours(desktop: Page) -> None:
    desktop.emulate_media(forced_colors="active")
    desktop.goto("/draw-tickets")
    kinds = (".done:not(.win)", ".now", ".wait", ".win")
    looks = [desktop.locator(f".cells {kind}").first.evaluate(DRAWN) for kind in kinds]
    assert len(set(looks)) == len(kinds), looks
    for name in ("draw-tickets", "draw"):
        desktop.goto(f"/{name}")
        meter = desktop.locator(".meter").first
        so_far = meter.screenshot()
        meter.evaluate("element => { element.value = 0; }")
        assert meter.screenshot() != so_far, name


def test_the_buying_page_starts_level_and_goes_on_evenly(desktop: Page) -> None:
    desktop.goto("/draw-buy")
    panels = [box(part) for part in desktop.locator(".draw-split .panel").all()]
    left = [panel for panel in panels if panel[0] == panels[0][0]]
    right = [panel for panel in panels if panel[0] != panels[0][0]]
    assert left[0][1] == right[0][1]
    gaps = {
        round(below[1] - above[3]) for column in (left, right) for above, below in pairwise(column)
    }
    assert gaps == {24}
    quiet = desktop.get_by_role("link", name="About this draw")
    assert quiet.evaluate(GROUND) == "rgba(0, 0, 0, 0)"


def test_large_letters_lie_over_nothing(desktop: Page) -> None:
    desktop.goto("/draw-buy")
    for size in (DESKTOP, PHONE):
        desktop.set_viewport_size(size)
        enlarge(desktop)
        press = desktop.get_by_role("button", name="Work it out")
        assert not overlap(press, desktop.locator(".exact p")), size
        for prize in desktop.locator(".prizes li").all():
            name = prize.locator("b")
            assert not overlap(name, prize.locator(".odds")), (size, name.inner_text())


def test_titles_on_the_bill_keep_off_their_pictures(phone: Page) -> None:
    phone.goto("/home")
    for width, size in ((320, "100%"), (390, "100%"), (390, "200%")):
        phone.set_viewport_size({"width": width, "height": 844})
        phone.evaluate("size => document.documentElement.style.fontSize = size", size)
        stuck_out = phone.evaluate(
            "[...document.querySelectorAll('.what, .what *')]"
            ".filter(part => part.scrollWidth > part.clientWidth + 1 && part.clientWidth)"
            ".map(part => part.textContent)"
        )
        assert stuck_out == [], (width, size)


def test_group_sizes_fill_one_row(phone: Page) -> None:
    phone.goto("/ballot")
    for width in (320, 390):
        phone.set_viewport_size({"width": width, "height": 844})
        tiles = [box(tile) for tile in phone.locator(".count-choice").all()]
        assert len({tile[1] for tile in tiles}) == 1, width
        assert abs(tiles[-1][2] - box(phone.locator(".counts"))[2]) < 1, width
        assert abs(tiles[-1][2] - box(phone.locator("#email"))[2]) < 1, width


def test_entries_in_ballots_are_rows(phone: Page) -> None:
    phone.goto("/me-ballots")
    for size in (PHONE, DESKTOP):
        phone.set_viewport_size(size)
        part, row = box(phone.locator("#ballots")), phone.locator("#ballots a").first
        title, words, arrow = (box(row.locator(name)) for name in ("b", "small", ".go"))
        assert box(row)[2] - box(row)[0] == part[2] - part[0]
        assert title[3] <= words[1], "the state stands under the title"
        assert title[1] < arrow[3], "and the arrow beside both"
        assert arrow[1] < words[3]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ballot-refused", "#email"),
        ("draw-claims-errors", "[value=transfer]"),
        ("proof-no-ticket", "#ticket"),
    ],
)
def test_the_first_error_has_the_focus(phone: Page, name: str, field: str) -> None:
    phone.goto(f"/{name}")
    phone.wait_for_selector(f"{field}:focus")


def test_a_notice_touches_nothing(desktop: Page) -> None:
    desktop.goto("/draw-tickets-claimed")
    notice, band = desktop.locator("#notice .note"), desktop.locator(".band")
    assert box(band)[1] - box(notice)[3] >= 16
    desktop.goto("/basket")
    assert box(desktop.locator("#basket"))[1] - box(desktop.locator("h1"))[3] >= 16
    desktop.goto("/draw-buy-closed-told")
    parts = [desktop.locator(name) for name in ("#notice", ".draw-list .head", ".draw-list .row")]
    edges = [box(part) for part in parts]
    assert edges[1][1] - edges[0][3] >= 16
    assert edges[2][1] - edges[1][3] >= 16
