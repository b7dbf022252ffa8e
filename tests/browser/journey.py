"""One buyer's way from an event to tickets, counted as people count: pages, fields, presses."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page

GATEWAY = "/pay/"


@dataclass
class Journey:
    """Counts while it acts. What happens on the gateway's own page does not count."""

    page: Page
    pages: list[str] = field(default_factory=list)
    presses: int = 0
    typed: int = 0

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._arrived)

    def start(self, path: str) -> None:
        """Open the first page; getting there counts for nothing."""
        self.page.goto(path)

    def press(self, what: Locator) -> None:
        """Press a button, a link or a seat with the pointer."""
        what.click()
        self._count()

    def key(self, *names: str) -> None:
        """Press keys; only Enter and Space are presses, the others move."""
        for name in names:
            here = self._is_ours()
            self.page.keyboard.press(name)
            if here and name in ("Enter", "Space"):
                self.presses += 1

    def type_into(self, label: str, words: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label, exact=True).fill(words)
        self.typed += 1

    def type_here(self, words: str) -> None:
        """Type where the cursor is."""
        self.page.keyboard.type(words)
        self.typed += 1

    def tab_to(self, what: Locator, limit: int = 120) -> None:
        """Move the focus with the tab key alone until it is there."""
        for _ in range(limit):
            if what.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the tab key does not lead to {what}")

    def pay_on_the_gateway(self) -> None:
        """The demo gateway's own page: pay."""
        self.page.wait_for_url(f"**{GATEWAY}**")
        self.page.get_by_role("button", name="Pay £").first.click()

    def _count(self) -> None:
        if self._is_ours():
            self.presses += 1

    def _is_ours(self) -> bool:
        return not urlsplit(self.page.url).path.startswith(GATEWAY)

    def _arrived(self, frame: Frame) -> None:
        path = urlsplit(frame.url).path
        if frame != self.page.main_frame or path.startswith(GATEWAY) or path == "blank":
            return
        if not self.pages or self.pages[-1] != path:
            self.pages.append(path)
