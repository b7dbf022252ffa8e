"""Every drawn state: no axe violation, nothing sideways; phone and desktop, light and dark."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.budget import seldom
from tests.services.browser import DESKTOP, PHONE, visitor
from tests.shop.gallery import STATES, served

pytestmark = pytest.mark.browser

NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS = [
    (DESKTOP, "light"),
    *seldom((PHONE, "dark"), (PHONE, "light"), (DESKTOP, "dark")),
]


@pytest.fixture(scope="module")
def gallery_url() -> Iterator[str]:
    """Every state under its name."""
    with served() as url:
        yield url


@pytest.mark.parametrize(("viewport", "colours"), LOOKS)
def test_every_state_is_accessible_and_fits(
    chromium: Browser,
    gallery_url: str,
    viewport: ViewportSize,
    colours: Literal["light", "dark"],
) -> None:
    """Also on the narrowest phone, and with letters twice as large on phones and desktops."""
    with visitor(chromium, base_url=gallery_url, viewport=viewport, colours=colours) as cy:
        wide: dict[str, int] = {}
        for name in STATES:
            cy.page.goto(f"/{name}")
            try:
                cy.assert_accessible()
            except AssertionError as found:
                raise AssertionError(f"{name}: {found}") from None
            wide |= _too_wide(cy.page, name)
            cy.page.set_viewport_size(NARROW)
            wide |= _too_wide(cy.page, f"{name}, narrow")
            cy.page.evaluate("document.documentElement.style.fontSize = '200%'")
            for size in (PHONE, DESKTOP):
                cy.page.set_viewport_size(size)
                wide |= _too_wide(cy.page, f"{name}, large letters, {size['width']} wide")
            cy.page.set_viewport_size(viewport)
        assert wide == {}
        cy.assert_content()


def test_what_is_too_wide_is_noticed(chromium: Browser, gallery_url: str) -> None:
    with visitor(chromium, base_url=gallery_url, viewport=PHONE) as cy:
        cy.page.goto(f"/{next(iter(STATES))}")
        cy.page.evaluate("document.body.style.width = '2000px'")

        assert _too_wide(cy.page, "stretched") != {}


def _too_wide(page: Page, name: str) -> dict[str, int]:
    """The page's width, under this name, where one has to scroll sideways to see it all."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    shown: int = page.evaluate("document.documentElement.clientWidth")
    return {name: width} if width > shown else {}
