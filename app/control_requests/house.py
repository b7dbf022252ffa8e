"""Requests about the house itself: admins, money taken by hand, the demo."""

from __future__ import annotations

import os

from sqlalchemy import select

from app import demo
from app.accounts.admins import make_admin
from app.box_office import BoxOffice
from app.control_requests.asked import BY, Words
from app.demo.sized import open_sized_event
from app.models import Order
from app.orders.paying import record_manual_payment


def ping(office: BoxOffice, words: Words) -> Words:
    """Who answers here."""
    settings = office.settings
    return {"pid": os.getpid(), "base_url": settings.base_url, "port": settings.port}


def record_payment(office: BoxOffice, words: Words) -> Words:
    """Staff took the money for an order that is paid by hand."""
    order_id = "".join(str(words["order"]).split()).upper()
    record_manual_payment(office, order_id, BY)
    with office.db.read() as connection:
        status = connection.scalar(select(Order.status).where(Order.id == order_id))
    return {"order": order_id, "status": str(status)}


def invite_admin(office: BoxOffice, words: Words) -> Words:
    """A one-time link that makes somebody an admin."""
    return {"url": make_admin(office, str(words["email"]), str(words.get("name") or ""))}


def open_demo(office: BoxOffice, words: Words) -> Words:
    """Fill the sample house with what it lacks."""
    opened = demo.open_sample_house(office)
    return {"events": opened.event_count, "url": office.settings.base_url}


def close_demo(office: BoxOffice, words: Words) -> Words:
    """Take the sample house down."""
    return {"events": demo.close_sample_house(office)}


def open_rehearsal(office: BoxOffice, words: Words) -> Words:
    """An event of any size."""
    return open_sized_event(office, str(words["event"]), int(words["seats"]))
