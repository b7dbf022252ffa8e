"""Events to order tickets for: two sections, rows of ten, one standing area."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.box_office import BoxOffice
from app.clock import utc_now
from app.demo.sized import plan_of_size
from app.event_files.adding import add_event, keep_plan
from app.event_files.drawing import drawing_of
from app.event_files.event_file import (
    AreaWords,
    CategoryWords,
    EventFile,
    PlanChoice,
    SalesTerms,
    TypeWords,
)
from app.models import EventStatus
from app.toml_files.houses import HouseWords, VenueWords, keep_house

ZONE = "Europe/London"
SEAT_COUNT = 1100
FULL = TypeWords("full", "Full price")
YOUNG = TypeWords("young", "Under 26")
HOUSE = HouseWords("lantern-house", "Lantern House", "office@lantern-house.example")
VENUE = VenueWords(
    "lantern-house",
    "Lantern House",
    ZONE,
    "14 Market Street",
    "01632 960 417",
    "help@lantern-house.example",
    {"access": "The foyer is step-free.", "refund": "Returns until noon of the day before."},
)


def add_show(
    office: BoxOffice,
    slug: str = "gala",
    title: str = "Nightjar Quartet",
    starts_at: datetime | None = None,
    cents: int = 2200,
    payments: Mapping[str, Any] | None = None,
    house: HouseWords = HOUSE,
    is_demo: bool = False,
) -> int:
    """Put a published event into the house; its id."""
    starts_at = starts_at or (utc_now() + timedelta(days=30)).replace(microsecond=0)
    prices = {"full": cents, "young": cents // 2}
    names = ("Front", "Middle", "Rear")
    show = EventFile(
        house=house,
        venue=VENUE,
        slug=slug,
        title=title,
        stock="sage",
        room="Main house",
        starts_at=starts_at,
        doors_at=starts_at - timedelta(minutes=30),
        ends_at=starts_at + timedelta(hours=2),
        time_zone=ZONE,
        currency="GBP",
        ticket_types=(FULL, YOUNG),
        categories=tuple(CategoryWords(name.lower(), name, prices, (name,)) for name in names),
        plan=PlanChoice(),
        areas=(AreaWords("standing", "Standing", "rear", 500),),
        sales=SalesTerms(order_limit=50, buyer_limit=1000, payments=payments or {}),
        notes={"tax": "Includes all booking costs."},
    )
    drawing, now = drawing_of(plan_of_size(SEAT_COUNT), PlanChoice()), utc_now()
    with office.db.write() as connection:
        organizer_id = keep_house(connection, show.house, now, is_demo=is_demo)
        plan_id = keep_plan(connection, organizer_id, drawing, now)
        event_id = add_event(
            connection, show, plan_id, now, is_demo=is_demo, status=EventStatus.PUBLISHED
        )
    office.catalogue.refresh()
    return event_id
