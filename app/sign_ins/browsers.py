"""Which browser that was, as roughly as its owner would say it; nothing finer is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.models import Device
from app.words import gettext as _

# The first sign that is found counts: most browsers name those that they are like as well.
NAMES: Final = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet")),
    *(("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome")),
    *(("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
SYSTEMS: Final = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)
AGENT_LIMIT: Final = 500  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser: what it runs on, and its name with that system's as they are kept."""

    device: Device
    kept: str


def browser_of(agent: str) -> Browser:
    """The browser that calls itself so; whatever it says, only names of ours come out."""
    agent = agent[:AGENT_LIMIT]
    name = next((name for sign, name in NAMES if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return Browser(_device_of(agent, system), f"{name}/{system}")


def browser_words(kept: str) -> str:
    """Firefox on Linux."""
    name, _is, system = kept.partition("/")
    if not name and not system:
        return _("an unknown browser")
    if not system:
        return name
    return _("%(browser)s on %(system)s", browser=name or _("a browser"), system=system)


def device_words(device: Device) -> str:
    """What it runs on."""
    words = {
        Device.PHONE: _("Phone"),
        Device.TABLET: _("Tablet"),
        Device.COMPUTER: _("Computer"),
    }
    return words[device]


def _device_of(agent: str, system: str) -> Device:
    if system == "iPad" or (system == "Android" and "Mobile" not in agent):
        return Device.TABLET
    return Device.PHONE if system in ("iPhone", "Android") else Device.COMPUTER
