"""An event of any size for rehearsals, load tests and crash tests."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final

from app.box_office import BoxOffice
from app.clock import utc_now
from app.demo.lantern_house import ADULT, CURRENCY, HOUSE, MAIN_HOUSE, YOUNG, ZONE
from app.event_files.adding import add_event, keep_plan
from app.event_files.drawing import drawing_of
from app.event_files.event_file import (
    AreaWords,
    CategoryWords,
    EventFile,
    PlanChoice,
    SalesTerms,
)
from app.inventory.offer import Offer
from app.models import EventStatus
from app.published import Published
from app.refusals import Invalid, NotFound, Refusal
from app.toml_files.houses import keep_house
from app.toml_files.times import instant_of

SEATS_LIMIT: Final = 20_000
SEATS_A_ROW: Final = 25
ROWS_A_SECTION: Final = 20
SECTIONS_ABREAST: Final = 5
SEAT_STEP: Final = 24  # plan units
AISLE: Final = 60
AREA_SHARE: Final = 10  # one standing place for so many seats
DAYS_AHEAD: Final = 30
ORDER_LIMIT: Final = 100
BUYER_LIMIT: Final = 1_000_000  # a rehearsal may buy everything from one address
CATEGORIES: Final = ("Front", "Middle", "Rear")
PRICES: Final = ({"adult": 2400, "under-26": 1200}, {"adult": 2000, "under-26": 1000},
                 {"adult": 1600, "under-26": 800})  # fmt: skip
SLUG: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?\Z")


class OtherSize(Refusal):
    """The rehearsal's event is there already, with another number of seats."""

    code = "other_size"
    safe = "Nothing was changed."


def open_sized_event(office: BoxOffice, slug: str, seat_count: int) -> dict[str, Any]:
    """Make (or find again) an event of the demo house with so many seats; what it offers.

    Answers {"event", "url", "currency", "seats", "areas", "ticket_types"}. Raises `Invalid`, and
    `OtherSize` when the event exists with another number of seats.
    """
    faults = {}
    if not SLUG.match(slug):
        faults["event"] = "--event takes letters a to z, digits, dots and dashes, 80 at most."
    if not 1 <= seat_count <= SEATS_LIMIT:
        faults["seats"] = f"--seats takes a number from 1 to {SEATS_LIMIT:,}."
    if faults:
        raise Invalid(faults)
    try:
        event_id = office.catalogue.any_by_slug(slug).id
    except NotFound:
        event_id = _add(office, slug, seat_count)
        office.catalogue.refresh()
    published = office.inventory_of(event_id).published
    found = len(published.offer.seats)
    if found != seat_count:
        raise OtherSize(
            f"There is an event {slug} already, and it has {found:,} seats.",
            next_step="Give this one another name with --event.",
        )
    return _told(office, slug, published)


def plan_of_size(seat_count: int) -> bytes:
    """A seating plan in the JSON of pretix with exactly so many seats in straight rows."""
    zones: list[dict[str, Any]] = []
    a_section = SEATS_A_ROW * ROWS_A_SECTION
    section_count = -(-seat_count // a_section)
    left = seat_count
    for number in range(section_count):
        seats = min(left, a_section)
        left -= seats
        zones.append(_zone(number, seats, _category(number, section_count)))
    across = min(section_count, SECTIONS_ABREAST)
    deep = -(-section_count // SECTIONS_ABREAST)
    size = {"width": across * _section_width() + AISLE, "height": deep * _section_depth() + AISLE}
    plan = {
        "name": f"{seat_count:,} seats",
        "size": size,
        "categories": [{"name": name} for name in CATEGORIES],
        "zones": zones,
    }
    return json.dumps(plan, separators=(",", ":")).encode()


def _add(office: BoxOffice, slug: str, seat_count: int) -> int:
    drawing = drawing_of(plan_of_size(seat_count), PlanChoice())
    event, now = _event(slug, seat_count), utc_now()
    with office.db.write() as connection:
        organizer_id = keep_house(connection, event.house, now, is_demo=True)
        plan_id = keep_plan(connection, organizer_id, drawing, now)
        return add_event(
            connection, event, plan_id, now, is_demo=True, status=EventStatus.PUBLISHED
        )


def _event(slug: str, seat_count: int) -> EventFile:
    day = utc_now().astimezone(ZONE).date() + timedelta(days=DAYS_AHEAD)
    return EventFile(
        house=HOUSE,
        venue=MAIN_HOUSE,
        slug=slug,
        title=f"Rehearsal with {seat_count:,} seats",
        summary="Made by ./run demo to try things out.",
        art="curtain",
        stock="buff",
        room="Main house",
        starts_at=instant_of(f"{day} 19:30", ZONE),
        time_zone=ZONE.key,
        currency=CURRENCY,
        ticket_types=(ADULT, YOUNG),
        categories=tuple(
            CategoryWords(name.lower(), name, prices, (name,))
            for name, prices in zip(CATEGORIES, PRICES, strict=True)
        ),
        plan=PlanChoice(),
        areas=(AreaWords("standing", "Standing", "rear", max(10, seat_count // AREA_SHARE)),),
        sales=SalesTerms(order_limit=ORDER_LIMIT, buyer_limit=BUYER_LIMIT),
    )


def _told(office: BoxOffice, slug: str, published: Published) -> dict[str, Any]:
    offer: Offer = published.offer
    return {
        "event": slug,
        "url": f"{office.settings.base_url}/e/{slug}",
        "currency": offer.currency,
        "seats": [
            {
                "id": seat.id,
                "section": seat.section,
                "row": seat.row,
                "number": seat.number,
                "category": seat.category,
                "state": chr(published.letters[seat.index]),
                "features": sorted(seat.features),
            }
            for seat in offer.seats
        ],
        "areas": [
            {
                "id": area.key,
                "name": area.name,
                "category": area.category,
                "capacity": area.capacity,
                "places_free": published.areas[area.key],
            }
            for area in offer.areas.values()
        ],
        "ticket_types": [{"id": kind.key, "name": kind.name} for kind in offer.ticket_types],
    }


def _zone(number: int, seat_count: int, category: str) -> dict[str, Any]:
    name, code = f"Block {number + 1}", f"B{number + 1}"
    rows = []
    for row in range(-(-seat_count // SEATS_A_ROW)):
        letter = chr(ord("A") + row)
        in_row = min(SEATS_A_ROW, seat_count - row * SEATS_A_ROW)
        seats = [
            {
                "seat_guid": f"{code}-{letter}-{seat}",
                "seat_number": str(seat),
                "category": category,
                "position": {"x": seat * SEAT_STEP, "y": 0},
            }
            for seat in range(1, in_row + 1)
        ]
        rows.append(
            {"row_number": letter, "position": {"x": 0, "y": row * SEAT_STEP}, "seats": seats}
        )
    across, deep = number % SECTIONS_ABREAST, number // SECTIONS_ABREAST
    position = {"x": AISLE / 2 + across * _section_width(), "y": AISLE + deep * _section_depth()}
    return {"name": name, "zone_id": code, "position": position, "rows": rows}


def _category(number: int, section_count: int) -> str:
    return CATEGORIES[number * len(CATEGORIES) // section_count]


def _section_width() -> int:
    return (SEATS_A_ROW + 1) * SEAT_STEP + AISLE


def _section_depth() -> int:
    return ROWS_A_SECTION * SEAT_STEP + AISLE
