"""Events to try things on."""

from __future__ import annotations

from app.simulate import seat_ids
from tests.services.box_office import BoxOffice


def demo_seats(office: BoxOffice, slug: str, count: int) -> list[str]:
    """Make an event with so many seats; the ids of its seats."""
    return seat_ids(office.demo(seats=count, event=slug)["seats"])
