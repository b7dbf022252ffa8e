"""Local times of a venue turned into instants, without guessing at the hour that never was."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

DATE_ONLY_LENGTH = 10  # 2026-12-12
YEARS = range(2000, 3000)  # everything else is a slip, and some of it no moment that can be kept


def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone; ValueError with words when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the standard library raises all three
        raise ValueError(
            f"“{name[:40]}” is not a time zone; write one such as Europe/London."
        ) from None


def instant_of(value: object, zone: ZoneInfo) -> datetime:
    """The instant of a local time, in UTC; ValueError with words when it is not exactly one.

    Takes a datetime or a text such as 2026-12-12 19:30. One with an offset is taken as it is.
    """
    at = _read(value)
    if at.year not in YEARS:
        raise ValueError(f"must be in a year from {YEARS[0]} to {YEARS[-1]}.")
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    early, late = (at.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        raise ValueError(
            f"{at:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go forward past it."
        )
    raise ValueError(
        f"{at:%Y-%m-%d %H:%M} comes twice in {zone.key}, because the clocks go back: write it as"
        f" {early.isoformat(timespec='minutes')} or {late.isoformat(timespec='minutes')}."
    )


def _read(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > DATE_ONLY_LENGTH:
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ValueError("must be a date and a time such as 2026-12-12 19:30.")
