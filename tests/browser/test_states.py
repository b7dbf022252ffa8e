"""Every drawn state: no axe violation, nothing sideways; phone and desktop, light and dark."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.budget import seldom
from tests.services.browser import DESKTOP, PHONE, visitor
from tests.shop.gallery import STATES, served

pytestmark = pytest.mark.browser

NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS = [(DESKTOP, "light"), (PHONE, "dark"), *seldom((PHONE, "light"), (DESKTOP, "dark"))]


@pytest.fixture(scope="module")
def gallery_url() -> Iterator[str]:
    """Every state under its name."""
    with served() as url:
        yield url


@pytest.mark.parametrize(("viewport", "colours"), LOOKS)
def test_every_state_is_accessible(
    chromium: Browser,
    gallery_url: str,
    viewport: ViewportSize,
    colours: Literal["light", "dark"],
) -> None:
    with visitor(chromium, base_url=gallery_url, viewport=viewport, colours=colours) as cy:
        for name in STATES:
            cy.page.goto(f"/{name}")
            try:
                cy.assert_accessible()
            except AssertionError as found:
                raise AssertionError(f"{name}: {found}") from None
        cy.assert_content()


@pytest.mark.parametrize("viewport", [PHONE, NARROW])
def test_no_state_scrolls_sideways(
    chromium: Browser, gallery_url: str, viewport: ViewportSize
) -> None:
    with visitor(chromium, base_url=gallery_url, viewport=viewport) as cy:
        wide = {}
        for name in STATES:
            cy.page.goto(f"/{name}")
            width = cy.page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                wide[name] = width
        assert wide == {}


def test_twice_as_large_letters_fit(chromium: Browser, gallery_url: str) -> None:
    with visitor(chromium, base_url=gallery_url, viewport=DESKTOP) as cy:
        wide = {}
        for name in STATES:
            cy.page.goto(f"/{name}")
            cy.page.evaluate("document.documentElement.style.fontSize = '200%'")
            width = cy.page.evaluate("document.documentElement.scrollWidth")
            if width > DESKTOP["width"]:
                wide[name] = width
        assert wide == {}
