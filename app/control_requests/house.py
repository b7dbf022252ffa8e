"""Requests about the house itself: admins, money taken by hand, the demo."""

from __future__ import annotations

import os
from dataclasses import asdict

from app import demo
from app.accounts.admins import make_admin
from app.box_office import BoxOffice
from app.control_requests.asked import Words, by_of, cents_of, unpacked
from app.demo.sized import open_sized_event
from app.orders.paying import record_payment
from app.orders.rows import read_order
from app.orders.statements import match_statement, read_statement, record_found


def ping(office: BoxOffice, words: Words) -> Words:
    """Who answers here."""
    settings = office.settings
    return {"pid": os.getpid(), "base_url": settings.base_url, "port": settings.port}


def pay_order(office: BoxOffice, words: Words) -> Words:
    """Staff took the money for an order that is paid by hand; `amount` where it is another sum."""
    order_id = "".join(str(words["order"]).split()).upper()
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    amount = str(words.get("amount") or "")
    cents = cents_of(amount, order.currency) if amount else None
    record_payment(office, order_id, by_of(words), cents)
    with office.db.read() as connection:
        status = read_order(connection, order_id).status
    return {"order": order_id, "status": str(status)}


def match_payments(office: BoxOffice, words: Words) -> Words:
    """Orders that a bank's file names; with `record` those that fit are paid."""
    found = match_statement(office, read_statement(unpacked(str(words["file"]))))
    count = record_found(office, found, by_of(words)) if words.get("record") else 0
    return {"recorded": count, "found": [asdict(one) for one in found]}


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
