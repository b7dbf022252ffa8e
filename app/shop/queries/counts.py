"""Places and prices of many events at once, for the bill: a few queries, kept for seconds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, func, select

from app.box_office import BoxOffice, office
from app.models import Allocation, Area, Price, SeatingPlan

BILL_SECONDS: Final = 3.0  # how old the counts of the home page may be


@dataclass(frozen=True, slots=True)
class Count:
    """What an event's line of the bill needs of its places and prices."""

    capacity: int
    free: int
    least_cents: int
    most_cents: int


@dataclass(slots=True)
class _Kept:
    of: BoxOffice | None = None
    at: float = 0.0
    counts: dict[int, Count] = field(default_factory=dict)


def counts_of(event_ids: Sequence[int]) -> Mapping[int, Count]:
    """Places and prices by event, a few seconds old at most."""
    now = time.monotonic()
    stale = _kept.of is not office() or now - _kept.at > BILL_SECONDS
    if stale or any(event_id not in _kept.counts for event_id in event_ids):
        with office().db.read() as connection:
            _kept.counts = _read_counts(connection, event_ids)
        _kept.of, _kept.at = office(), now
    return _kept.counts


def _read_counts(connection: Connection, event_ids: Sequence[int]) -> dict[int, Count]:
    cards = {event_id: office().catalogue.by_id(event_id) for event_id in event_ids}
    plans = dict(connection.execute(select(SeatingPlan.id, SeatingPlan.seat_count)).all())
    gone = dict(
        connection.execute(
            select(Allocation.event_id, func.count())
            .where(Allocation.event_id.in_(cards))
            .group_by(Allocation.event_id)
        ).all()
    )
    areas = {
        event_id: (capacity, taken)
        for event_id, capacity, taken in connection.execute(
            select(Area.event_id, func.sum(Area.capacity), func.sum(Area.taken))
            .where(Area.event_id.in_(cards))
            .group_by(Area.event_id)
        )
    }
    prices = {
        event_id: (least, most)
        for event_id, least, most in connection.execute(
            select(Price.event_id, func.min(Price.cents), func.max(Price.cents))
            .where(Price.event_id.in_(cards))
            .group_by(Price.event_id)
        )
    }
    return {
        event_id: _count(
            plans.get(card.plan_id or 0, 0),
            gone.get(event_id, 0),
            areas.get(event_id, (0, 0)),
            prices.get(event_id, (0, 0)),
        )
        for event_id, card in cards.items()
    }


def _count(seats: int, gone: int, area: tuple[int, int], price: tuple[int, int]) -> Count:
    capacity, taken = area
    return Count(seats + capacity, seats - gone + capacity - taken, *price)


_kept = _Kept()
