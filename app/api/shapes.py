"""What programs are answered: our views as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import house, rfc3339, rfc3339_ms
from app.inventory.offer import Offer
from app.inventory.views import HeldArea, HeldSeat, HoldView
from app.models import OrderStatus, TicketState
from app.orders.placed import pay_url
from app.orders.views import OrderView, TicketView
from app.published import Published


def event_shape(card: EventCard, published: Published) -> dict[str, Any]:
    """An event as lists show it."""
    prices = published.offer.prices.values()
    return {
        "slug": card.slug,
        "title": card.title,
        "starts_at": rfc3339(card.starts_at),
        "time_zone": card.time_zone,
        "venue": card.house.venue,
        "status": card.status,
        "currency": card.currency,
        "price_from_cents": min(prices, default=None),
        "places_free": published.places_free,
    }


def event_details_shape(card: EventCard, published: Published) -> dict[str, Any]:
    """An event with everything that can be chosen at it."""
    offer = published.offer
    return {
        **event_shape(card, published),
        "sale": card.sale_state(),
        "doors_at": _optional_instant(card.doors_at),
        "ends_at": _optional_instant(card.ends_at),
        "sales_open_at": _optional_instant(card.sales_open_at),
        "sales_close_at": rfc3339(card.sales_close_at),
        "ticket_types": [
            {"id": kind.key, "name": kind.name, "note": kind.note} for kind in offer.ticket_types
        ],
        "price_categories": [
            {"id": band.key, "name": band.name, "places_free": published.counts.get(band.key, 0)}
            for band in offer.categories
        ],
        "areas": [_area_shape(offer, key, published.areas) for key in offer.areas],
        "limits": {
            "order": offer.limits.order,
            "buyer": offer.limits.buyer,
            "lone_seats": not offer.limits.forbid_lone_seats,
            "hold_seconds": offer.limits.hold_ms // 1000,
            "extension_seconds": offer.limits.extension_ms // 1000,
            "extensions": offer.limits.extensions,
        },
        "prices": [
            {"category": category, "ticket_type": kind, "price_cents": cents}
            for (category, kind), cents in offer.prices.items()
        ],
    }


def hold_shape(hold: HoldView, slug: str, token: str) -> dict[str, Any]:
    """A hold as its owner sees it; `token` proves the ownership of its basket."""
    shape: dict[str, Any] = {
        "id": hold.id,
        "basket": token,
        "event": slug,
        "seats": [_held_seat_shape(seat) for seat in hold.seats],
        "areas": [_held_area_shape(area) for area in hold.areas],
        "expires_at": rfc3339_ms(hold.expires_wall_ms),
        "seconds_left": seconds_left(hold.expires_ms),
        "extensions_left": hold.extensions_left,
        "total_cents": hold.total_cents,
        "currency": hold.currency,
    }
    if hold.together is not None:
        shape["together"] = hold.together
    return shape


def order_shape(
    box: BoxOffice, view: OrderView, status: str | None = None, address: str | None = None
) -> dict[str, Any]:
    """An order as its owner sees it; `status` and pay `address` as they were first answered."""
    order = view.order
    if status is None:
        status, address = str(order.status), pay_url(box, order)
    shape: dict[str, Any] = {
        "code": order.id,
        "secret": view.secret,
        "status": status,
        "total_cents": order.total_cents,
        "currency": order.currency,
        "tickets": [],
    }
    if status == OrderStatus.PAID:
        shape["tickets"] = [
            _ticket_shape(ticket) for ticket in view.tickets if ticket.state == TicketState.ISSUED
        ]
    if status == OrderStatus.PAYING and address is not None:
        shape["pay_url"] = address
    if order.offer_basket_id is not None and status == OrderStatus.REFUNDED:
        shape["offer_basket"] = box.tokens.basket(order.offer_basket_id)
    return shape


def seconds_left(expires_ms: int) -> int:
    """Whole seconds until a moment of house time, rounded up; 0 once it is over."""
    return max(0, -((house.now_ms() - expires_ms) // 1000))


def _held_seat_shape(seat: HeldSeat) -> dict[str, Any]:
    return {
        "id": seat.seat,
        "ticket_type": seat.ticket_type,
        "category": seat.category,
        "price_cents": seat.cents,
    }


def _held_area_shape(area: HeldArea) -> dict[str, Any]:
    return {
        "id": area.area,
        "count": area.count,
        "ticket_type": area.ticket_type,
        "category": area.category,
        "price_cents": area.cents,
    }


def _ticket_shape(ticket: TicketView) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "code": ticket.code,
        "seat": ticket.seat,
        "area": ticket.area,
        "ticket_type": ticket.ticket_type,
        "event": ticket.event.slug,
    }


def _area_shape(offer: Offer, key: str, free: Mapping[str, int]) -> dict[str, Any]:
    area = offer.areas[key]
    return {
        "id": key,
        "name": area.name,
        "category": area.category,
        "capacity": area.capacity,
        "places_free": free[key],
    }


def _optional_instant(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
