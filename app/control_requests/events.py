"""Requests about events: make, publish, pause, cancel."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select, update

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now, wall_ms
from app.control_requests.asked import BY, Words, card_of, status_words, unpacked
from app.control_requests.plans import imported_plan
from app.event_files.adding import add_event, keep_plan
from app.event_files.drawing import Drawing, check_prices, drawing_of, plan_bytes
from app.event_files.event_file import EventFile
from app.event_files.reading import read_event_file
from app.inventory.commands import ChangeStatus
from app.models import Event, Order, OrderStatus, Ticket, TicketState
from app.refusals import Invalid, Refusal
from app.toml_files.houses import keep_house

ORDERS_LISTED_LIMIT: Final = 10_000
MOMENT: Final = "%Y-%m-%d %H:%M"


class NotReady(Refusal):
    """The event cannot become that from what it is."""

    code = "not_ready"
    safe = "Nothing was changed."


def create_event(office: BoxOffice, words: Words) -> Words:
    """Make a draft from the text of an event file and the plans that it names."""
    read = read_event_file(str(words["file"]).encode())
    drawing = _drawing(read, words.get("plans", {}))
    now = utc_now()
    with office.db.write() as connection:
        plan_id = None
        if read.plan is not None:
            organizer_id = keep_house(connection, read.house, now, is_demo=False)
            if drawing is not None:
                plan_id = keep_plan(connection, organizer_id, drawing, now)
            else:
                plan_id = imported_plan(connection, organizer_id, read)
        add_event(connection, read, plan_id, now)
    office.catalogue.refresh()
    card = office.catalogue.any_by_slug(read.slug)
    return {"event": card.slug, **_size(office, card)}


def publish_event(office: BoxOffice, words: Words) -> Words:
    """Put the event on the page, and on sale when its time has come."""
    card = card_of(office, words)
    if card.status == "cancelled":
        raise NotReady(
            f"{card.title} was cancelled and stays so.",
            next_step="Make a new event for a new date.",
        )
    if card.starts_at <= utc_now():
        raise NotReady(
            f"{card.title} began on {card.local_start.strftime(MOMENT)}.",
            next_step="Make a new event for a new date.",
        )
    _change_status(office, card, "published", "")
    return {"event": card.slug, "url": f"{office.settings.base_url}/e/{card.slug}"}


def pause_event(office: BoxOffice, words: Words) -> Words:
    """Stop sales for a while; `because` is shown on the page."""
    card = card_of(office, words)
    if card.status not in ("published", "paused"):
        raise NotReady(f"{card.title} is {_status_name(card)}: there are no sales to pause.")
    _change_status(office, card, "paused", status_words(words))
    return {"event": card.slug}


def cancel_event(office: BoxOffice, words: Words) -> Words:
    """Stop sales for good and list the orders to refund; `moved_to` is the event instead."""
    card = card_of(office, words)
    moved_to = str(words.get("moved_to") or "")
    other = office.catalogue.any_by_slug(moved_to) if moved_to else None
    if other is not None and other.id == card.id:
        raise Invalid({"moved_to": "An event cannot move to itself."})
    _change_status(office, card, "cancelled", status_words(words))
    with office.db.write() as connection:
        if other is not None:
            connection.execute(
                update(Event).where(Event.id == card.id).values(moved_to_id=other.id)
            )
        orders = orders_to_refund(connection, card.id)
    office.catalogue.refresh()
    return {"event": card.slug, "orders": orders}


def orders_to_refund(connection: Connection, event_id: int) -> list[Words]:
    """Paid orders with live tickets of the event."""
    live = select(Ticket.order_id).where(
        Ticket.event_id == event_id, Ticket.state == TicketState.ISSUED
    )
    query = (
        select(Order.id, Order.email, Order.total_cents, Order.currency, Order.gateway)
        .where(Order.status == OrderStatus.PAID, Order.id.in_(live))
        .order_by(Order.id)
        .limit(ORDERS_LISTED_LIMIT)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def _drawing(read: EventFile, plans: Words) -> Drawing | None:
    """The plan that the file brings with it; None without one, or for one imported before."""
    if read.plan is None or read.plan.imported is not None:
        return None
    files = {name: unpacked(text) for name, text in plans.items()}
    drawing = drawing_of(plan_bytes(read.plan, files), read.plan)
    check_prices(read, drawing.seats_by_category)
    return drawing


def _size(office: BoxOffice, card: EventCard) -> Words:
    offer = office.inventory_of(card.id).offer
    area_places = sum(area.capacity for area in offer.areas.values())
    return {"seats": len(offer.seats), "area_places": area_places}


def _status_name(card: EventCard) -> str:
    return {"draft": "a draft"}.get(card.status, card.status)


def _change_status(office: BoxOffice, card: EventCard, status: str, why: str) -> None:
    office.inventory_of(card.id).ask(ChangeStatus(status, why, BY, wall_ms()))
