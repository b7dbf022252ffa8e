"""Requests about seating plans: keep one, or put a new one under an event."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.control_requests.asked import BY, Words, card_of, unpacked
from app.event_files.adding import keep_plan
from app.event_files.drawing import Drawing, check_prices, drawing_of, seats_by_category
from app.event_files.event_file import EventFile, PlanChoice
from app.event_files.refused import EventFileRefused
from app.inventory.commands import ReplacePlan
from app.inventory_reading import plan_of
from app.models import Organizer, PriceCategory, SeatingPlan
from app.plans.pretix import read_plan
from app.plans.refused import Problem
from app.refusals import Invalid, NotFound


def import_plan(office: BoxOffice, words: Words) -> Words:
    """Keep a plan for a house; with `event`, put it under that event too.

    Without `house` it is the only house there is. A plan is never put under an event when that
    would drop a seat that is held, sold or blocked.
    """
    raw = unpacked(str(words["plan"]))
    drawing = drawing_of(raw, PlanChoice())
    plan = read_plan(raw)
    slug = str(words.get("event") or "")
    with office.db.write() as connection:
        if slug:
            organizer_id = card_of(office, words).house.organizer_id
        else:
            organizer_id = _organizer(connection, str(words.get("house") or ""))
        plan_id = keep_plan(connection, organizer_id, drawing, utc_now())
        if slug:
            _check_event_prices(connection, card_of(office, words).id, drawing)
    if slug:
        seats = frozenset(seat.id for seat in plan.plan.seats)
        office.inventory_of(card_of(office, words).id).ask(ReplacePlan(plan_id, seats, BY))
    return {
        "plan": drawing.name,
        "seats": drawing.seat_count,
        "categories": dict(drawing.seats_by_category),
        "warnings": [str(warning) for warning in plan.warnings],
    }


def imported_plan(connection: Connection, organizer_id: int, read: EventFile) -> int:
    """The newest plan of that name which the house has kept, if all its seats have prices."""
    name = read.plan.imported if read.plan else None
    found = connection.scalar(
        select(SeatingPlan.id)
        .where(SeatingPlan.organizer_id == organizer_id, SeatingPlan.name == name)
        .order_by(SeatingPlan.id.desc())
        .limit(1)
    )
    if found is None:
        words = f"No plan called “{name}” was imported for {read.house.name}."
        raise EventFileRefused((Problem("plan.imported", words),))
    check_prices(read, seats_by_category(plan_of(connection, found)))
    return int(found)


def _organizer(connection: Connection, slug: str) -> int:
    query = select(Organizer.id, Organizer.slug, Organizer.is_demo).order_by(
        Organizer.is_demo, Organizer.id
    )
    houses = [row for row in connection.execute(query) if not slug or row.slug == slug]
    if not houses:
        raise NotFound(
            f"There is no house {slug}." if slug else "There is no house yet to keep the plan for.",
            safe="The plan itself is good; nothing was changed.",
            next_step="Make a house with ./run event create or on the page /welcome.",
        )
    own = [row for row in houses if not row.is_demo]
    if len(own) > 1:
        names = ", ".join(row.slug for row in own)
        raise Invalid({"house": f"Say whose plan it is with --house: {names}."})
    return int(houses[0].id)


def _check_event_prices(connection: Connection, event_id: int, drawing: Drawing) -> None:
    priced = {
        name
        for row in connection.execute(
            select(PriceCategory.name, PriceCategory.plan_names).where(
                PriceCategory.event_id == event_id
            )
        )
        for name in (row.plan_names or [row.name])
    }
    missing = [name for name in drawing.seats_by_category if name not in priced]
    if missing:
        raise Invalid({"plan": f"The event has no price for the plan's {', '.join(missing)}."})
