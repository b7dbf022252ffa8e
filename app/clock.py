"""Two times: the wall's, for people and sale dates, and the house's, for deadlines."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

BOOT_ID_FILE: Final = Path("/proc/sys/kernel/random/boot_id")
SECONDS_KEPT: Final = 256  # as text: those who hold together end together


class HouseClock:
    """House time in milliseconds: near the wall's at start, then steady whatever the wall does.

    Holds are counted in house time, so that setting the machine's clock neither steals nor
    prolongs one. `anchor` is called once at start with what the last server left behind.
    """

    def __init__(self) -> None:
        self._offset_ms = wall_ms() - _steady_ms()

    def now_ms(self) -> int:
        """House time, milliseconds since 1970; never goes back."""
        return _steady_ms() + self._offset_ms

    def drift_ms(self) -> int:
        """How far the wall has moved away from house time."""
        return wall_ms() - self.now_ms()

    @property
    def offset_ms(self) -> int:
        """How far house time is ahead of this machine's steady clock."""
        return self._offset_ms

    def anchor(self, last_house_ms: int, last_drift_ms: int) -> None:
        """Carry on from the last server's house time, minus the drift it had seen."""
        wanted = max(wall_ms() - last_drift_ms, last_house_ms)
        self._offset_ms = wanted - _steady_ms()

    def carry_on(self, last_house_ms: int, last_offset_ms: int) -> bool:
        """Carry on by the steady clock since the same boot, whatever the wall did; if it can be."""
        if _steady_ms() + last_offset_ms < last_house_ms:
            return False
        self._offset_ms = last_offset_ms
        return True

    def wall_at(self, house_ms: int) -> datetime:
        """The wall time at which a house time is (or was) reached."""
        return from_ms(house_ms + self.drift_ms())


def boot_id() -> str:
    """This machine's name for its present boot; an empty text where it has none."""
    try:
        return BOOT_ID_FILE.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def wall_ms() -> int:
    """Wall time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def utc_now() -> datetime:
    """Wall time, aware, in UTC."""
    return datetime.now(UTC)


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_ms(at: datetime) -> int:
    """An aware datetime as milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def rfc3339(at: datetime) -> str:
    """`2026-11-21T19:30:00Z`: UTC, whole seconds."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def rfc3339_ms(at_ms: int) -> str:
    """The same for milliseconds since 1970."""
    return _second(at_ms // 1000)


@lru_cache(SECONDS_KEPT)
def _second(at_seconds: int) -> str:
    return rfc3339(from_ms(at_seconds * 1000))


def _steady_ms() -> int:
    return time.clock_gettime_ns(_STEADY) // 1_000_000


_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
house = HouseClock()
