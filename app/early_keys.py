"""Booking before the sale opens: for whoever is signed in and has won a key to that event."""

from __future__ import annotations

from app.box_office import office
from app.buyer_cookie import has_cookie, signed_in_buyer
from app.catalogue import EventCard
from app.clock import utc_now
from app.prize_draws.entitlements import opens_event


def may_have_key(event: EventCard) -> bool:
    """Whether it is worth a look: the sale is not open yet, and this browser may be signed in.

    It costs no query, so every press on a seat can ask.
    """
    opens_at = event.sales_open_at
    return opens_at is not None and has_cookie() and utc_now() < opens_at


def has_key(event: EventCard) -> bool:
    """Whether this request's buyer may book now, before everybody else."""
    if not may_have_key(event):
        return False
    buyer = signed_in_buyer()
    if buyer is None:
        return False
    with office().db.read() as connection:
        return opens_event(connection, buyer.address_key, event.id, utc_now())
