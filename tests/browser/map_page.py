"""The seat map on an event's page as a visitor uses it, and another buyer who does the same."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.services.box_office import BoxOffice
from tests.services.browser import ANSWER_MS_LIMIT, PHONE

SEEN_MS_LIMIT = 3_500  # what other buyers do is seen within 3 s, plus one frame
MATINEE = "the-salt-road-matinee"  # the town hall, every seat free at the start
STATE = "**/api/v1/events/*/state*"


@dataclass
class MapPage:
    """One open event page."""

    page: Page
    slug: str

    def open(self, section: str = "") -> MapPage:
        """Open it and wait until the script has bound itself."""
        self.page.goto(f"/e/{self.slug}" + (f"?section={section}" if section else ""))
        expect(self.page.locator("#seat-map.is-live")).to_be_visible()
        return self

    def seat(self, seat_id: str) -> Locator:
        """A seat by its id."""
        return self.page.locator(f'[data-seat="{seat_id}"]')

    def card(self) -> Locator:
        """What the card says."""
        return self.page.locator("[data-seat-card]")

    def basket_seats(self) -> list[str]:
        """Ids in the basket on the page."""
        return (self.page.locator("#basket").get_attribute("data-seats") or "").split()

    def view(self) -> list[float]:
        """x, y, width and height of what the drawing shows."""
        box = self.page.locator("svg.seats").get_attribute("viewBox") or ""
        return [float(part) for part in box.split()]

    def assert_look(self, seat_id: str, look: str) -> None:
        """The seat is drawn as free, held, gone, mine or asking."""
        href = "#g" if look == "free" else f"#s-{look}"
        starts = self.page.locator(f'[data-seat="{seat_id}"][href^="{href}"]')
        expect(starts).to_have_count(1, timeout=SEEN_MS_LIMIT)

    def focused(self) -> str:
        """The id of the seat that has the focus."""
        found: str = self.page.evaluate("document.activeElement.dataset.seat || ''")
        return found

    def lose_connection(self) -> None:
        """Polls get no answer any more."""
        self.page.route(STATE, lambda route: route.abort())

    def regain_connection(self) -> None:
        """Polls are answered again."""
        self.page.unroute(STATE)


def hold(house: BoxOffice, slug: str, *seats: str) -> dict[str, Any]:
    """Dee holds seats through the API; the hold with its basket."""
    return _ask(house, "POST", f"/api/v1/events/{slug}/holds", {"seats": list(seats)})


def hold_two_of(house: BoxOffice, slug: str, section: str) -> dict[str, Any]:
    """Dee holds the first two neighbours of a section that are free."""
    places = _ask(house, "GET", f"/api/v1/events/{slug}/seats", None)
    rows: dict[str, list[str]] = {}
    for seat in places["seats"]:
        row = rows.setdefault(seat["id"].rpartition("-")[0], [])
        row.append(seat["id"] if seat["state"] == "f" else "")
    for name, row in rows.items():
        for pair in pairwise(row):
            if name.startswith(f"{section}-") and all(pair):
                return hold(house, slug, *pair)
    raise AssertionError(f"no two seats side by side are free in {section}")


def give_back(house: BoxOffice, held: dict[str, Any]) -> None:
    """Dee lets go of them."""
    _ask(house, "DELETE", f"/api/v1/holds/{held['id']}", None, {"Basket": held["basket"]})


@contextmanager
def phone(chromium: Browser, base_url: str) -> Iterator[Page]:
    """A telephone: narrow, touched with fingers."""
    context = chromium.new_context(
        base_url=base_url, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    context.set_default_timeout(ANSWER_MS_LIMIT)
    try:
        yield context.new_page()
    finally:
        context.close()


def _ask(
    house: BoxOffice,
    method: str,
    path: str,
    body: object,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    request = urllib.request.Request(
        house.url + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", **(headers or {})},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
