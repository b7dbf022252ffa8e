"""The sample house: opened into an empty database, and events of any size for rehearsals."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.demo.ballots import open_sample_ballot
from app.demo.draws import close_sample_draws, open_sample_draws
from app.demo.lantern_house import HOUSE_SLUG, Sample, samples
from app.demo.selling import take_places
from app.event_files.adding import add_event, keep_plan
from app.event_files.drawing import drawing_of, plan_bytes
from app.inventory.commands import ChangeStatus
from app.models import Account, Event, EventStatus, Organizer
from app.toml_files.houses import keep_house


@dataclass(frozen=True, slots=True)
class Opened:
    """How many events were made and how long it took."""

    event_count: int
    seconds: float


def open_if_empty(office: BoxOffice) -> Opened | None:
    """Open the sample house into a database in which nobody has done anything yet."""
    with office.db.read() as connection:
        for table in (Organizer.id, Account.id, Event.id):
            if connection.execute(select(table).limit(1)).first() is not None:
                return None
    return open_sample_house(office)


def open_sample_house(office: BoxOffice) -> Opened:
    """Make whatever of the sample house is not there; events that were taken down come back."""
    began = time.monotonic()
    with office.db.read() as connection:
        known = set(connection.execute(select(Event.slug)).scalars())
    new = [sample for sample in samples(utc_now()) if sample.event.slug not in known]
    event_ids = [_add(office, sample) for sample in new]
    office.catalogue.refresh()
    take_places(office, dict(zip(event_ids, new, strict=True)))
    _show_again(office)
    open_sample_draws(office)
    open_sample_ballot(office)
    return Opened(len(new), time.monotonic() - began)


def close_sample_house(office: BoxOffice) -> int:
    """Take the sample house down: nobody sees or buys it; how many events that were."""
    close_sample_draws(office)
    return _change_all(office, from_status=None, to_status=EventStatus.DRAFT)


def _show_again(office: BoxOffice) -> int:
    return _change_all(office, from_status=EventStatus.DRAFT, to_status=EventStatus.PUBLISHED)


def _change_all(office: BoxOffice, from_status: EventStatus | None, to_status: EventStatus) -> int:
    query = (
        select(Event.id)
        .join(Organizer, Organizer.id == Event.organizer_id)
        .where(
            Organizer.slug == HOUSE_SLUG,
            Organizer.is_demo == 1,
            Event.status != to_status,
            Event.status != EventStatus.CANCELLED,
        )
    )
    if from_status is not None:
        query = query.where(Event.status == from_status)
    with office.db.read() as connection:
        event_ids = list(connection.execute(query).scalars())
    for event_id in event_ids:
        office.inventory_of(event_id).ask(ChangeStatus(to_status, "", "demo", wall_ms()))
    return len(event_ids)


def _add(office: BoxOffice, sample: Sample) -> int:
    event, now = sample.event, utc_now()
    drawing = None
    if event.plan is not None:
        drawing = drawing_of(plan_bytes(event.plan, {}), event.plan)
    with office.db.write() as connection:
        plan_id = None
        if drawing is not None:
            organizer_id = keep_house(connection, event.house, now, is_demo=True)
            plan_id = keep_plan(connection, organizer_id, drawing, now)
        return add_event(
            connection, event, plan_id, now, is_demo=True, status=EventStatus.PUBLISHED
        )
