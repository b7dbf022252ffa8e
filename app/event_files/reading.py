"""Reads an event file, or says what is wrong on which line; the format is docs/event-file.md."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from app.event_files.event_file import (
    AreaWords,
    CategoryWords,
    EventFile,
    PlanChoice,
    SeriesWords,
    TypeWords,
)
from app.event_files.refused import EventFileRefused
from app.event_files.terms import CAPACITY_LIMIT, check_together, read_terms
from app.models import Stock
from app.plans.plan import Feature
from app.plans.samples import SAMPLES
from app.toml_files.fields import Fields
from app.toml_files.houses import read_house, read_venue
from app.toml_files.reading import (
    LINE_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    read_currency,
    slug_of,
    top_of,
)

TICKET_TYPE_LIMIT: Final = 20
CATEGORY_LIMIT: Final = 100
AREA_LIMIT: Final = 100
TAG_LIMIT: Final = 12
FEATURED_SEAT_LIMIT: Final = 20_000
EVENT_NOTES: Final = ("running", "age", "access", "tax", "refund")
ART: Final = (
    "", "sail", "planet", "moon", "microphone", "rings", "draw", "storm", "horn", "lantern",
    "curtain",
)  # fmt: skip


def read_event_file(raw: bytes) -> EventFile:
    """The event in the file; raises EventFileRefused with every place that must be mended."""
    top, problems = top_of(raw, EventFileRefused)
    house = read_house(top.table("house", required=True))
    venue, zone = read_venue(top.table("venue", required=True))
    event = top.table("event", required=True)
    currency, digits = read_currency(event)
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
