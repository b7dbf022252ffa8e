"""The little house of the simulator as rows of a real database."""

from __future__ import annotations

import json
import zlib
from typing import Any

from sqlalchemy import Connection, insert, select

from app.clock import from_ms
from app.inventory.offer import Offer
from app.models import (
    Area,
    Event,
    EventStatus,
    Organizer,
    Price,
    PriceCategory,
    SeatingPlan,
    TicketType,
    Venue,
)
from tests.inventory.houses import NOON_MS

MONTH_MS = 30 * 86_400_000


def write_gala(connection: Connection, offer: Offer) -> None:
    """Write an event with the seats, areas, prices and limits of this offer, under its id."""
    now, starts_at = from_ms(NOON_MS - MONTH_MS), from_ms(NOON_MS + MONTH_MS)
    event_id = offer.event_id
    house = {"id": 1, "slug": "house", "name": "House", "contact_email": "ada@example.org"}
    connection.execute(insert(Organizer), house | {"created_at": now, "approved_at": now})
    venue = {"id": 1, "organizer_id": 1, "slug": "hall", "name": "Hall", "time_zone": "UTC"}
    connection.execute(insert(Venue), venue)
    plan = {"id": 1, "organizer_id": 1, "name": "Hall", "digest": "", "created_at": now}
    source = zlib.compress(json.dumps(_plan(offer)).encode())
    connection.execute(insert(SeatingPlan), plan | {"source": source, "seat_count": 0})
    event = {
        "id": event_id, "organizer_id": 1, "venue_id": 1, "plan_id": 1, "slug": offer.slug,
        "title": "Gala", "starts_at": starts_at, "time_zone": "UTC", "created_at": now,
        "status": EventStatus.PUBLISHED, "order_limit": offer.limits.order,
        "buyer_limit": offer.limits.buyer, "forbid_lone_seats": offer.limits.forbid_lone_seats,
        "payments": {
            way: {"quota": quota} for way, quota in offer.limits.later_quotas.items()
        },
    }  # fmt: skip
    connection.execute(insert(Event), event)
    for position, category in enumerate(offer.categories):
        row: dict[str, Any] = {
            "key": category.key,
            "name": category.name,
            "plan_names": [category.key],
        }
        connection.execute(
            insert(PriceCategory), row | {"event_id": event_id, "position": position}
        )
    for position, kind in enumerate(offer.ticket_types):
        row = {"key": kind.key, "name": kind.name, "position": position}
        connection.execute(insert(TicketType), row | {"event_id": event_id})
    for (category_key, kind_key), cents in offer.prices.items():
        row = {"category": category_key, "ticket_type": kind_key, "cents": cents}
        connection.execute(insert(Price), row | {"event_id": event_id})
    for area in offer.areas.values():
        row = {
            "key": area.key,
            "name": area.name,
            "category": area.category,
            "capacity": area.capacity,
        }
        connection.execute(insert(Area), row | {"event_id": event_id})
    assert connection.scalar(select(Event.id)) == event_id


def _plan(offer: Offer) -> dict[str, Any]:
    rows = [
        {
            "row_number": offer.seats[indexes[0]].row,
            "seats": [
                {
                    "seat_guid": seat.id,
                    "seat_number": seat.number,
                    "position": {"x": seat.x + 20, "y": seat.y + 20},
                    "category": seat.category,
                }
                for seat in (offer.seats[index] for index in indexes)
            ],
        }
        for indexes in offer.rows
    ]
    zone = {"name": "Stalls", "position": {"x": 0, "y": 0}, "rows": rows}
    return {
        "name": "Hall",
        "size": {"width": 1000, "height": 1000},
        "categories": [{"name": "front"}, {"name": "back"}],
        "zones": [zone],
    }
