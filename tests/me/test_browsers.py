"""Browsers by name, roughly; whatever one calls itself, only names of ours come out."""

from __future__ import annotations

import pytest

from app.models import Device
from app.sign_ins.browsers import browser_of, browser_words, device_words

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": (
        "Firefox on Linux",
        Device.COMPUTER,
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0": (
        "Edge on Windows",
        Device.COMPUTER,
    ),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.0 Safari/605.1": (
        "Safari on macOS",
        Device.COMPUTER,
    ),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} CriOS/142.0 Mobile Safari": (
        "Chrome on iPhone",
        Device.PHONE,
    ),
    f"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) {WEBKIT} FxiOS/145 Mobile/15E148 Safari": (
        "Firefox on iPad",
        Device.TABLET,
    ),
    f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari": (
        "Samsung Internet on Android",
        Device.PHONE,
    ),
    f"Mozilla/5.0 (Linux; Android 15; Tab) {WEBKIT} Chrome/142.0 Safari/537.36": (
        "Chrome on Android",
        Device.TABLET,
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64) {WEBKIT} Chrome/142.0 Safari/537.36 OPR/120": (
        "Opera on ChromeOS",
        Device.COMPUTER,
    ),
    "Something (Windows)": ("a browser on Windows", Device.COMPUTER),
    "Firefox/1": ("Firefox", Device.COMPUTER),
    "": ("an unknown browser", Device.COMPUTER),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_browser_is_named_as_its_owner_would(agent: str) -> None:
    browser = browser_of(agent)

    assert (browser_words(browser.kept), browser.device) == AGENTS[agent]


@pytest.mark.parametrize("agent", ["<script>alert(1)</script>", "x" * 9000, "\r\nBcc: x@y.z", "é"])
def test_nothing_that_a_stranger_wrote_comes_out(agent: str) -> None:
    assert browser_of(agent).kept == "/"


def test_every_device_has_a_name() -> None:
    assert [device_words(device) for device in Device] == ["Phone", "Tablet", "Computer"]
