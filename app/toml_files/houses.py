"""Who runs something and where it is: the parts `[house]` and `[venue]` of every file, as rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from app.models import Organizer, Venue
from app.refusals import Refusal
from app.toml_files.fields import Fields
from app.toml_files.reading import LINE_LIMIT, NAME_LIMIT, TEXT_LIMIT, slug_of
from app.toml_files.times import zone_of

VENUE_NOTES: Final = ("help", "access", "visit", "legal", "tax", "refund", "privacy")
EMAIL: Final = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+\Z")


class SlugTaken(Refusal):
    """There is already something of that name."""

    code = "slug_taken"
    safe = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class HouseWords:
    """Who runs it."""

    slug: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class VenueWords:
    """Where it takes place. `notes` are words by name: help, access, visit, legal, tax."""

    slug: str
    name: str
    time_zone: str
    address: str = ""
    phone: str = ""
    email: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


def read_house(table: Fields) -> HouseWords:
    """What `[house]` says."""
    name = table.text("name", NAME_LIMIT)
    slug = table.slug("slug", slug_of(name) or "house")
    house = HouseWords(slug, name, _email(table, "email", required=True))
    table.end()
    return house


def read_venue(table: Fields) -> tuple[VenueWords, ZoneInfo]:
    """What `[venue]` says, and its time zone."""
    name = table.text("name", NAME_LIMIT)
    zone_name = table.text("time_zone", NAME_LIMIT)
    try:
        zone = zone_of(zone_name or "UTC")
    except ValueError as error:
        table.refuse("time_zone", str(error))
        zone = ZoneInfo("UTC")
    venue = VenueWords(
        slug=table.slug("slug", slug_of(name) or "venue"),
        name=name,
        time_zone=zone.key,
        address=table.text("address", LINE_LIMIT, ""),
        phone=table.text("phone", NAME_LIMIT, ""),
        email=_email(table, "email", required=False),
        notes=table.words("notes", VENUE_NOTES, TEXT_LIMIT),
    )
    table.end()
    return venue, zone


def keep_house(connection: Connection, house: HouseWords, at: datetime, *, is_demo: bool) -> int:
    """The organizer's id, made on first use; whoever runs commands has approved. `SlugTaken`."""
    words = {"name": house.name, "contact_email": house.email}
    known = connection.execute(
        select(Organizer.id, Organizer.is_demo).where(Organizer.slug == house.slug)
    ).one_or_none()
    if known is None:
        made = {"slug": house.slug, "is_demo": is_demo, "created_at": at, "approved_at": at}
        return connection.execute(
            insert(Organizer).values(words | made).returning(Organizer.id)
        ).scalar_one()
    if known.is_demo != is_demo:
        raise SlugTaken(
            f"{house.name} is the name of the demo house.", next_step="Give your house another one."
        )
    connection.execute(update(Organizer).where(Organizer.id == known.id).values(words))
    return int(known.id)


def keep_venue(connection: Connection, venue: VenueWords, organizer_id: int) -> int:
    """The venue's id, made on first use; words that changed replace those there. `SlugTaken`."""
    words: dict[str, Any] = {
        "name": venue.name,
        "address": venue.address,
        "phone": venue.phone,
        "email": venue.email,
        "notes": dict(venue.notes),
        "time_zone": venue.time_zone,
    }
    known = connection.execute(
        select(Venue.id, Venue.organizer_id).where(Venue.slug == venue.slug)
    ).one_or_none()
    if known is None:
        row = words | {"slug": venue.slug, "organizer_id": organizer_id}
        return connection.execute(insert(Venue).values(row).returning(Venue.id)).scalar_one()
    if known.organizer_id != organizer_id:
        raise SlugTaken(
            f"The venue {venue.slug} belongs to somebody else.",
            next_step="Give yours another slug.",
        )
    connection.execute(update(Venue).where(Venue.id == known.id).values(words))
    return int(known.id)


def _email(table: Fields, key: str, *, required: bool) -> str:
    address = table.text(key, NAME_LIMIT, None if required else "")
    if address and not EMAIL.match(address):
        table.refuse(key, "is not an email address such as tickets@example.org.")
    return address
