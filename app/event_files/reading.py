"""Reads an event file, or says what is wrong on which line; the format is docs/event-file.md."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.event_files.event_file import (
    AreaWords,
    CategoryWords,
    EventFile,
    HouseWords,
    PlanChoice,
    SeriesWords,
    TypeWords,
    VenueWords,
)
from app.event_files.fields import SLUG_LIMIT, Fields, Problems
from app.event_files.refused import EventFileRefused
from app.event_files.terms import CAPACITY_LIMIT, LINE_LIMIT, check_together, read_terms
from app.event_files.times import zone_of
from app.models import Stock
from app.plans.plan import Feature
from app.plans.refused import Problem
from app.plans.samples import SAMPLES

FILE_LIMIT_BYTES: Final = 256 * 1024
NAME_LIMIT: Final = 120
TEXT_LIMIT: Final = 5_000
TICKET_TYPE_LIMIT: Final = 20
CATEGORY_LIMIT: Final = 100
AREA_LIMIT: Final = 100
TAG_LIMIT: Final = 12
FEATURED_SEAT_LIMIT: Final = 20_000
VENUE_NOTES: Final = ("help", "access", "visit", "legal", "tax", "refund", "privacy")
EVENT_NOTES: Final = ("running", "age", "access", "tax", "refund")
ART: Final = (
    "", "sail", "planet", "moon", "microphone", "rings", "draw", "storm", "horn", "lantern",
    "curtain",
)  # fmt: skip
EMAIL: Final = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+\Z")
_LINE_OF_ERROR = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


def read_event_file(raw: bytes) -> EventFile:
    """The event in the file; raises EventFileRefused with every place that must be mended."""
    text = _decoded(raw)
    problems = Problems(text)
    top = Fields(problems, "", _parsed(text))
    house = _house(top.table("house", required=True))
    venue, zone = _venue(top.table("venue", required=True))
    event = top.table("event", required=True)
    currency, digits = _currency(event)
    types = _ticket_types(top)
    categories = _categories(top, types, digits)
    facts = _event_facts(event, zone)
    read = EventFile(
        house=house,
        venue=venue,
        time_zone=venue.time_zone,
        currency=currency,
        ticket_types=types,
        categories=categories,
        plan=_plan(top),
        areas=_areas(top, categories),
        series=_series(event),
        sales=read_terms(top, zone),
        **facts,
    )
    event.end()
    top.end()
    problems.end()
    check_together(read, problems)
    problems.end()
    return read


def slug_of(title: str) -> str:
    """A slug made from a title: “Fête du Port” becomes fete-du-port."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LIMIT].rstrip("-")


def _decoded(raw: bytes) -> str:
    if len(raw) > FILE_LIMIT_BYTES:
        raise _refused(f"The file is larger than {FILE_LIMIT_BYTES // 1024} KiB.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused("The text is not UTF-8. Save the file as UTF-8.", line) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        where = _LINE_OF_ERROR.search(str(error))
        line = int(where.group(1)) if where and where.group(1) else text.count("\n") + 1
        words = _LINE_OF_ERROR.sub("", str(error)).strip()
        raise _refused(f"This is not TOML: {words}.", line) from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, endless nesting
        raise _refused("A number in the file is too long, or it is nested too deeply.") from None


def _refused(words: str, line: int | None = None) -> EventFileRefused:
    return EventFileRefused((Problem("file", words, line),))


def _house(table: Fields) -> HouseWords:
    name = table.text("name", NAME_LIMIT)
    slug = table.slug("slug", slug_of(name) or "house")
    house = HouseWords(slug, name, _email(table, "email", required=True))
    table.end()
    return house


def _venue(table: Fields) -> tuple[VenueWords, ZoneInfo]:
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


def _email(table: Fields, key: str, *, required: bool) -> str:
    address = table.text(key, NAME_LIMIT, None if required else "")
    if address and not EMAIL.match(address):
        table.refuse(key, "is not an e-mail address such as tickets@example.org.")
    return address


def _currency(event: Fields) -> tuple[str, int]:
    from babel.numbers import get_currency_precision, list_currencies  # slow to load

    currency = event.text("currency", 3)
    if currency and currency not in list_currencies("en"):
        event.refuse("currency", "must be three capital letters such as GBP or EUR.")
    return currency, get_currency_precision(currency or "EUR")


def _event_facts(event: Fields, zone: ZoneInfo) -> dict[str, Any]:
    title = event.text("title", NAME_LIMIT)
    starts_at = event.instant("starts_at", zone, required=True)
    return {
        "title": title,
        "slug": event.slug("slug", slug_of(title) or "event"),
        "starts_at": starts_at,
        "doors_at": event.instant("doors_at", zone),
        "ends_at": event.instant("ends_at", zone),
        "summary": event.text("summary", LINE_LIMIT, ""),
        "description": event.text("description", TEXT_LIMIT, "", long=True),
        "tags": event.texts("tags", NAME_LIMIT, TAG_LIMIT),
        "art": event.one_of("art", ART, ""),
        "room": event.text("room", NAME_LIMIT, ""),
        "stock": event.one_of("stock", (stock.value for stock in Stock), "straw"),
        "notes": event.words("notes", EVENT_NOTES, TEXT_LIMIT),
    }


def _series(event: Fields) -> SeriesWords | None:
    if "series" not in event:
        return None
    table = event.table("series")
    title = table.text("title", NAME_LIMIT)
    series = SeriesWords(table.slug("slug", slug_of(title) or "series"), title)
    table.end()
    return series


def _ticket_types(top: Fields) -> tuple[TypeWords, ...]:
    types: list[TypeWords] = []
    for table in top.tables("ticket_types", TICKET_TYPE_LIMIT):
        name = table.text("name", NAME_LIMIT)
        key = table.key("key", slug_of(name) or "type")
        if key in (other.key for other in types):
            table.refuse("key" if "key" in table else "name", f"“{key}” stands twice.")
        note = table.text("note", LINE_LIMIT, "")
        types.append(TypeWords(key, name, note, table.percent("tax")))
        table.end()
    if not types and "ticket_types" not in top:
        top.refuse("ticket_types", "At least one [[ticket_types]] is needed, such as Adult.")
    return tuple(types)


def _categories(
    top: Fields, types: tuple[TypeWords, ...], digits: int
) -> tuple[CategoryWords, ...]:
    categories: list[CategoryWords] = []
    for table in top.tables("price_categories", CATEGORY_LIMIT):
        name = table.text("name", NAME_LIMIT)
        key = table.key("key", slug_of(name) or "category")
        if key in (other.key for other in categories):
            table.refuse("key" if "key" in table else "name", f"“{key}” stands twice.")
        plan_names = table.texts("plan", NAME_LIMIT, CATEGORY_LIMIT) or (name,)
        for twice in {n for other in categories for n in other.plan_names} & set(plan_names):
            table.refuse("plan", f"“{twice}” already lies in another price category.")
        prices = table.prices("prices", digits)
        for unknown in prices.keys() - {kind.key for kind in types}:
            table.refuse("prices", f"“{unknown}” is not the key of any of the ticket types.")
        categories.append(CategoryWords(key, name, prices, plan_names))
        table.end()
    if not categories and "price_categories" not in top:
        top.refuse("price_categories", "At least one [[price_categories]] is needed.")
    return tuple(categories)


def _areas(top: Fields, categories: tuple[CategoryWords, ...]) -> tuple[AreaWords, ...]:
    areas: list[AreaWords] = []
    for table in top.tables("areas", AREA_LIMIT):
        name = table.text("name", NAME_LIMIT)
        area = AreaWords(
            key=table.key("key", slug_of(name) or "area"),
            name=name,
            category=table.text("category", NAME_LIMIT),
            capacity=table.whole("capacity", 1, CAPACITY_LIMIT),
            note=table.text("note", LINE_LIMIT, ""),
        )
        if area.key in (other.key for other in areas):
            table.refuse("key" if "key" in table else "name", f"“{area.key}” stands twice.")
        if area.category and area.category not in (known.key for known in categories):
            table.refuse("category", f"“{area.category}” is not the key of a price category.")
        areas.append(area)
        table.end()
    return tuple(areas)


def _plan(top: Fields) -> PlanChoice | None:
    if "plan" not in top:
        return None
    table = top.table("plan")
    file, imported = (table.text(key, LINE_LIMIT, "") or None for key in ("file", "imported"))
    sample = table.one_of("sample", ("", *SAMPLES), "") or None
    if sum(choice is not None for choice in (file, sample, imported)) != 1:
        table.refuse("", "needs exactly one of file, sample and imported.")
    features = table.table("features")
    plan = PlanChoice(
        file,
        sample,
        imported,
        table.flag("suggest", True),
        {
            name: seats
            for name in (feature.value for feature in Feature)
            if (seats := features.texts(name, NAME_LIMIT, FEATURED_SEAT_LIMIT))
        },
    )
    features.end()
    table.end()
    return plan
