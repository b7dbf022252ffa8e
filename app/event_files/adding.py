"""Puts an event file into the house: organizer, venue, plan, event and prices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from app.event_files.drawing import Drawing
from app.event_files.event_file import EventFile
from app.models import (
    Area,
    Event,
    EventStatus,
    Price,
    PriceCategory,
    SeatingPlan,
    Series,
    TicketType,
)
from app.toml_files.houses import SlugTaken, keep_house, keep_venue


def add_event(
    connection: Connection,
    read: EventFile,
    plan_id: int | None,
    at: datetime,
    *,
    is_demo: bool = False,
    status: EventStatus = EventStatus.DRAFT,
) -> int:
    """Write a new event and everything that it needs; its id. Raises SlugTaken."""
    if connection.scalar(select(Event.id).where(Event.slug == read.slug)) is not None:
        raise SlugTaken(
            f"There is already an event at the address {read.slug}.",
            next_step="Give this one another slug.",
        )
    organizer_id = keep_house(connection, read.house, at, is_demo=is_demo)
    row = _event_row(read, at) | {
        "organizer_id": organizer_id,
        "venue_id": keep_venue(connection, read.venue, organizer_id),
        "plan_id": plan_id,
        "series_id": _series_id(connection, read, organizer_id),
        "status": status,
        "published_at": at if status == EventStatus.PUBLISHED else None,
    }
    event_id = connection.execute(insert(Event).values(row).returning(Event.id)).scalar_one()
    _add_prices(connection, event_id, read)
    return event_id


def keep_plan(connection: Connection, organizer_id: int, drawing: Drawing, at: datetime) -> int:
    """The id of the plan; the same drawing with the same features is kept once."""
    known = connection.scalar(
        select(SeatingPlan.id).where(
            SeatingPlan.organizer_id == organizer_id, SeatingPlan.digest == drawing.digest
        )
    )
    if known is not None:
        return int(known)
    row = {
        "organizer_id": organizer_id,
        "name": drawing.name,
        "digest": drawing.digest,
        "source": drawing.source,
        "seat_count": drawing.seat_count,
        "features": dict(drawing.features),
        "created_at": at,
    }
    return connection.execute(
        insert(SeatingPlan).values(row).returning(SeatingPlan.id)
    ).scalar_one()


def _series_id(connection: Connection, read: EventFile, organizer_id: int) -> int | None:
    series = read.series
    if series is None:
        return None
    known = connection.execute(
        select(Series.id, Series.organizer_id).where(Series.slug == series.slug)
    ).one_or_none()
    if known is None:
        row = {"organizer_id": organizer_id, "slug": series.slug, "title": series.title}
        return connection.execute(insert(Series).values(row).returning(Series.id)).scalar_one()
    if known.organizer_id != organizer_id:
        raise SlugTaken(
            f"The series {series.slug} belongs to somebody else.",
            next_step="Give yours another slug.",
        )
    return int(known.id)


def _event_row(read: EventFile, at: datetime) -> dict[str, Any]:
    sales = read.sales
    return {
        "slug": read.slug,
        "title": read.title,
        "summary": read.summary,
        "description": read.description,
        "tags": list(read.tags),
        "art": read.art,
        "room": read.room,
        "starts_at": read.starts_at,
        "ends_at": read.ends_at,
        "doors_at": read.doors_at,
        "time_zone": read.time_zone,
        "stock": read.stock,
        "sales_open_at": sales.opens_at,
        "sales_close_at": sales.closes_at,
        "currency": read.currency,
        "order_limit": sales.order_limit,
        "buyer_limit": sales.buyer_limit,
        "forbid_lone_seats": sales.forbid_lone_seats,
        "returns_close_hours": sales.returns_close_hours,
        "payments": dict(sales.payments),
        "notes": dict(read.notes),
        "created_at": at,
    }


def _add_prices(connection: Connection, event_id: int, read: EventFile) -> None:
    types = [
        {
            "event_id": event_id,
            "key": kind.key,
            "name": kind.name,
            "note": kind.note,
            "tax_rate": kind.tax_rate,
            "position": i,
        }
        for i, kind in enumerate(read.ticket_types)
    ]
    categories = [
        {
            "event_id": event_id,
            "key": band.key,
            "name": band.name,
            "plan_names": list(band.plan_names),
            "position": i,
        }
        for i, band in enumerate(read.categories)
    ]
    prices = [
        {"event_id": event_id, "category": band.key, "ticket_type": kind, "cents": cents}
        for band in read.categories
        for kind, cents in band.prices.items()
    ]
    areas = [
        {
            "event_id": event_id,
            "key": area.key,
            "name": area.name,
            "category": area.category,
            "note": area.note,
            "capacity": area.capacity,
            "taken": 0,
            "position": i,
        }
        for i, area in enumerate(read.areas)
    ]
    for table, rows in ((TicketType, types), (PriceCategory, categories), (Price, prices)):
        connection.execute(insert(table), rows)
    if areas:
        connection.execute(insert(Area), areas)
