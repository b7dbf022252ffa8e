"""Reads seating plans in the JSON format of pretix, old and new, or says what is wrong where.

Source: pretix, src/pretix/static/seating/seating-plan.schema.json (version 0.0.1) and its
earlier forms; positions nest: seat = zone + row + seat.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from app.plans.lines import lines_of
from app.plans.plan import Plan
from app.plans.reading import COORDINATE_LIMIT, Reading, excerpt
from app.plans.refused import PlanRefused, Problem
from app.plans.zones import NAME_LIMIT, ZoneReader

FILE_LIMIT_BYTES = 20 * 1024 * 1024
SECTION_LIMIT = 1_000
CATEGORY_LIMIT = 100
MARGIN = 40.0  # plan units around the seats of a file that states no size

PLAN_KEYS = frozenset({"name", "categories", "zones", "size"})
CATEGORY_KEYS = frozenset({"name", "color"})


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A plan that can be used, and what was odd in its file."""

    plan: Plan
    warnings: tuple[Problem, ...]


def read_plan(raw: bytes) -> ReadPlan:
    """The plan in the file; raises PlanRefused with every place that must be mended."""
    text = _decoded(raw)
    document = _parsed(text)
    reading = Reading()
    try:
        plan = _plan(reading, document)
    except PlanRefused as refusal:
        lines = lines_of(text, {problem.place for problem in refusal.problems})
        located = tuple(replace(p, line=lines.get(p.place)) for p in refusal.problems)
        raise PlanRefused(located, refusal.more_count) from None
    return ReadPlan(plan, reading.warnings())


def _decoded(raw: bytes) -> str:
    if len(raw) > FILE_LIMIT_BYTES:
        _refuse(f"The file is larger than {FILE_LIMIT_BYTES // 1024 // 1024} MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"The text is not UTF-8 from byte {error.start + 1:,} on. Save the file as UTF-8."
        line = raw.count(b"\n", 0, error.start) + 1
        raise PlanRefused((Problem("", words, line),)) from None


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        words = f"This is not JSON: {error.msg} at column {error.colno}."
        raise PlanRefused((Problem("", words, error.lineno),)) from None
    except RecursionError:
        _refuse("Lists and objects are nested too deeply.")
    except ValueError:  # Python refuses integers of thousands of digits
        _refuse("A number in the file is too long.")


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"{name} stands where a number must be.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    thing = dict(pairs)
    if len(thing) != len(pairs):  # JSON would silently drop the first, and its seats with it
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        _refuse(f"“{excerpt(twice)}” stands twice in the same object.")
    return thing


def _refuse(words: str) -> NoReturn:
    raise PlanRefused((Problem("", words),))


def _plan(reading: Reading, document: object) -> Plan:
    top = reading.thing(document, "", "The plan") or {}
    reading.end()
    reading.known(top, PLAN_KEYS, "", "plan")
    name = reading.text(top, "name", "", NAME_LIMIT)
    categories = _categories(reading, top)
    zones = ZoneReader(reading, categories)
    for i, zone in enumerate(reading.list_of(top, "zones", "", SECTION_LIMIT)):
        zones.read(zone, f"zones[{i}]")
    reading.end()
    if not zones.seat_places:
        reading.refuse("zones", "There is no seat in this plan.")
    width, height = _size(reading, top, zones)
    reading.end()
    sections = tuple(zones.sections)
    return Plan(name, width, height, categories, sections, tuple(zones.decorations))


def _categories(reading: Reading, top: dict[str, Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for i, value in enumerate(reading.list_of(top, "categories", "", CATEGORY_LIMIT)):
        place = f"categories[{i}]"
        category = reading.thing(value, place, "A category")
        if category is None:
            continue
        reading.known(category, CATEGORY_KEYS, place, "category")
        name = reading.text(category, "name", place, NAME_LIMIT)
        if name and name in names:
            reading.refuse(place, f"The category “{excerpt(name)}” stands twice.")
        names[name] = None
    return tuple(names)


def _size(reading: Reading, top: dict[str, Any], zones: ZoneReader) -> tuple[float, float]:
    seats = [seat for section in zones.sections for seat in section.seats]
    if top.get("size") is None:
        reading.warn("", "The plan states no size; it was measured from its seats.")
        width = max((seat.x for seat in seats), default=0.0) + MARGIN
        height = max((seat.y for seat in seats), default=0.0) + MARGIN
    else:
        size = reading.thing(top["size"], "size", "“size”") or {}
        width, height = (reading.number(size, key, "size") for key in ("width", "height"))
        reading.end()
    if not (0 < width <= COORDINATE_LIMIT and 0 < height <= COORDINATE_LIMIT):
        reading.refuse("size", f"Width and height must be above 0, at most {COORDINATE_LIMIT:,}.")
    for seat, place in zip(seats, zones.seat_places, strict=True):
        if not (0 <= seat.x <= width and 0 <= seat.y <= height):
            words = f"Seat {excerpt(seat.id)} lies at {seat.x:g}, {seat.y:g}, outside the plan."
            reading.refuse(f"{place}.position", words)
    return width, height
