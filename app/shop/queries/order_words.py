"""Words that every state of a booking is made of: its places, its sum, its times."""

from __future__ import annotations

from datetime import datetime

from app.box_office import office
from app.catalogue import EventCard
from app.clock import house
from app.money import sum_words
from app.orders.views import OrderView
from app.shop.queries.places import places_words
from app.words import clock_words, moment_words


def order_places(view: OrderView) -> str:
    """The places of all its events."""
    return "; ".join(event_places(view, card) for card in view.events)


def event_places(view: OrderView, card: EventCard) -> str:
    """Nightjar Quartet, Stalls D9 and D10."""
    lines = [place.line for place in view.places if place.event.id == card.id]
    words = places_words(
        office().offer_of(card.id),
        [line.seat for line in lines if line.seat is not None],
        [line.area for line in lines if line.area is not None],
    )
    return f"{card.title}, {words}"


def order_total(view: OrderView) -> str:
    """Its sum."""
    return sum_words(view.order.total_cents, view.order.currency)


def local_clock(view: OrderView, at: datetime) -> str:
    """A time of the day on the clock of its first event."""
    return clock_words(_local(view, at))


def deadline_clock(view: OrderView) -> str:
    """The time of the day at which its places go back on sale."""
    return local_clock(view, _deadline(view))


def deadline_moment(view: OrderView) -> str:
    """The same with its day."""
    return moment_words(_local(view, _deadline(view)))


def _deadline(view: OrderView) -> datetime:
    return house.wall_at(view.order.deadline_ms or house.now_ms())


def _local(view: OrderView, at: datetime) -> datetime:
    return at.astimezone(view.zone)
