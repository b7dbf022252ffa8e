"""Requests about the house itself: admins, money taken by hand, the demo."""

from __future__ import annotations

import os
from dataclasses import asdict

from app import demo
from app.accounts.admins import make_admin
from app.box_office import BoxOffice
from app.control_requests.asked import Words, by_of, cents_of, unpacked
from app.demo.sized import open_sized_event
from app.orders import deliveries
from app.orders.paying import record_payment
from app.orders.rows import read_order
from app.orders.statement_files import read_statement
from app.orders.statements import match_statement, record_found

REFERENCE_LIMIT = 200


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
    reference = str(words.get("reference") or "").strip()[:REFERENCE_LIMIT]
    done = record_payment(office, order_id, by_of(words), cents, reference)
    return {"order": order_id, "status": done.status, "goes_back": done.goes_back}


def match_payments(office: BoxOffice, words: Words) -> Words:
    """Orders that a bank's file names; with `record` those that fit are paid."""
    raw = unpacked(str(words["file"]))
    statement = read_statement(raw, str(words.get("column") or ""))
    found = match_statement(office, statement)
    outcomes = record_found(office, found, by_of(words)) if words.get("record") else ()
    return {
        "columns": list(statement.columns),
        "found": [asdict(one) for one in found],
        "recorded": [asdict(one) for one in outcomes],
    }


def act_again(office: BoxOffice, words: Words) -> Words:
    """Act once more on what Stripe told and could not be acted on."""
    return {"count": deliveries.act_again(office)}


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
