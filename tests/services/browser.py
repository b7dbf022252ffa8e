"""A real Chromium, and visitors in it who notice what a page must never do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, ViewportSize, sync_playwright

from tests.services import programs

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
ANSWER_MS_LIMIT = 15_000
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

# A browser that talks to nobody but the page under test.
QUIET_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start this machine's Chromium without a screen; it is gone afterwards."""
    binary = programs.chromium()
    if binary is None:
        raise programs.NotInstalled("Chromium is not installed")
    # Chromium's own sandbox refuses to start for root.
    flags = [*QUIET_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=flags, headless=True)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One person's browser window, and the complaints it has gathered."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def assert_content(self) -> None:
        """Fail when a page asked another origin, raised an error or complained in the console."""
        assert not self.complaints, "\n".join(self.complaints)

    def assert_accessible(self) -> None:
        """Fail with axe's own words when the page as it stands breaks WCAG 2.2 AA."""
        found = Axe().run(
            self.page,
            options={
                "runOnly": {"type": "tag", "values": list(AXE_RULES)},
                "resultTypes": ["violations"],  # what passed is not written out: three times faster
            },
        )
        assert found.violations_count == 0, found.generate_report()


@contextmanager
def visitor(
    browser: Browser,
    *,
    base_url: str,
    viewport: ViewportSize = DESKTOP,
    colours: Literal["light", "dark"] = "light",
    javascript: bool = True,
    reduced_motion: bool = True,
    pay_url: str = "",
) -> Iterator[Visitor]:
    """A fresh window with empty cookies that watches for errors and for foreign origins.

    It may go to pages below `pay_url`, but nothing of ours may load anything from there.
    """
    context = browser.new_context(
        base_url=base_url,
        viewport=viewport,
        color_scheme=colours,
        java_script_enabled=javascript,
        reduced_motion="reduce" if reduced_motion else "no-preference",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(ANSWER_MS_LIMIT)
    try:
        person = Visitor(context.new_page())
        _watch(person, urlsplit(base_url).netloc, urlsplit(pay_url).netloc)
        yield person
    finally:
        context.close()


def _watch(person: Visitor, own_host: str, pay_host: str) -> None:
    def look_at_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.netloc == pay_host != "" and request.is_navigation_request():
            return
        if address.scheme not in ("data", "blob", "about") and address.netloc != own_host:
            person.complaints.append(f"asked another origin: {request.url}")

    person.page.on("request", look_at_request)
    person.page.on("pageerror", lambda error: person.complaints.append(f"raised: {error}"))
    person.page.on(
        "console",
        lambda line: (
            person.complaints.append(f"console {line.type}: {line.text}")
            if line.type in ("error", "warning")
            else None
        ),
    )
