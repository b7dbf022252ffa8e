"""All that is kept about a buyer, as plain data to keep: no secret, no ticket code, no link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Connection, Text, cast, func, or_, select, type_coerce

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import rfc3339, utc_now
from app.inventory.offer import Offer
from app.inventory_reading import read_offer
from app.models import (
    BallotRequest,
    Lane,
    Order,
    OrderLine,
    OutboxRow,
    Payment,
    Receipt,
    Refund,
    SignInRequest,
    Ticket,
)
from app.my_page import sections
from app.orders.lines import place_words
from app.refusals import NotFound
from app.sign_ins.browsers import browser_words
from app.sign_ins.sessions import SignedInBuyer, sessions_of

ORDERS_LIMIT: Final = 5000
LETTERS_LIMIT: Final = 5000
SLICE_LIMIT: Final = 500  # orders asked about in one query

Facts = dict[str, Any]


def my_data(office: BoxOffice, buyer: SignedInBuyer) -> Facts:
    """Orders with tickets and money, letters, sign-ins, and what other features keep."""
    now = utc_now()
    with office.db.read_moment() as connection:
        orders = list(_orders(connection, office, buyer.address_key))
        facts: Facts = {
            "email": buyer.email,
            "made_at": rfc3339(now),
            "orders": orders,
            "letters": _letters(connection, buyer, [order["code"] for order in orders]),
            "signed_in": [
                {
                    "device": str(one.device),
                    "browser": browser_words(one.browser),
                    "since": rfc3339(one.signed_in_at),
                    "ends_at": rfc3339(one.ends_at),
                }
                for one in sessions_of(connection, buyer.address_key, now)
            ],
            "links_asked_for": _requests(connection, buyer.address_key),
        }
    kept = {one.key: one.kept(office, buyer) for one in sections() if one.kept is not None}
    return facts | kept


def _orders(connection: Connection, office: BoxOffice, address_key: str) -> Iterator[Facts]:
    query = select(Order.__table__).where(Order.email_key == address_key)
    rows = list(connection.execute(query.order_by(Order.created_at.desc()).limit(ORDERS_LIMIT)))
    place = _places(connection, office)
    for begin in range(0, len(rows), SLICE_LIMIT):
        some = rows[begin : begin + SLICE_LIMIT]
        ids = [row.id for row in some]
        lines = _by_order(connection, OrderLine, ids)
        tickets = {row.line_id: row for row in _rows(connection, Ticket, ids)}
        payments = _by_order(connection, Payment, ids)
        refunds = _by_order(connection, Refund, ids)
        receipts = _by_order(connection, Receipt, ids)
        for row in some:
            yield _order(row) | {
                "places": [
                    place(line) | _ticket(tickets.get(line.id)) for line in lines.get(row.id, [])
                ],
                "payments": [_payment(one) for one in payments.get(row.id, [])],
                "refunds": [_refund(one) for one in refunds.get(row.id, [])],
                "receipts": [_receipt(one) for one in receipts.get(row.id, [])],
            }


def _order(row: Any) -> Facts:
    return {
        "code": row.id,
        "status": str(row.status),
        "name": row.name,
        "email": row.email,
        "language": row.locale,
        "paid_by": row.gateway,
        "total_cents": row.total_cents,
        "currency": row.currency,
        "is_demo": bool(row.is_demo),
        "placed_at": rfc3339(row.created_at),
        "confirmed_at": _moment(row.confirmed_at),
        "paid_at": _moment(row.paid_at),
        "ended_at": _moment(row.ended_at),
    }


def _places(connection: Connection, office: BoxOffice) -> Callable[[Any], Facts]:
    """Lines in words. Offers are read here: an actor would start for every event of the past."""
    known: dict[int, tuple[EventCard, Offer] | None] = {}

    def event_of(event_id: int) -> tuple[EventCard, Offer] | None:
        if event_id not in known:
            try:
                offer = read_offer(connection, event_id, office.settings)
                known[event_id] = office.catalogue.by_id(event_id), offer
            except NotFound:
                known[event_id] = None
        return known[event_id]

    def place(line: Any) -> Facts:
        event = event_of(line.event_id)
        facts: Facts = {"place": line.seat_id or line.area}
        if event is not None:
            card, offer = event
            facts = {
                "event": card.title,
                "starts_at": rfc3339(card.starts_at),
                "place": place_words(offer, line.seat_id, line.area),
            }
        return facts | {
            "ticket_type": line.ticket_type,
            "price_cents": line.price_cents,
        }

    return place


def _ticket(row: Any) -> Facts:
    if row is None:
        return {"ticket": None}
    times = {"issued_at": rfc3339(row.issued_at), "voided_at": _moment(row.voided_at)}
    return {"ticket": {"state": str(row.state), **times}}


def _payment(row: Any) -> Facts:
    return {
        "state": str(row.state),
        "paid_by": row.gateway,
        "amount_cents": row.amount_cents,
        "at": rfc3339(row.captured_at),
    }


def _refund(row: Any) -> Facts:
    return {
        "state": str(row.state),
        "amount_cents": row.amount_cents,
        "reason": row.reason,
        "requested_at": rfc3339(row.requested_at),
        "ended_at": _moment(row.ended_at),
    }


def _receipt(row: Any) -> Facts:
    return {
        "kind": str(row.kind),
        "year": row.year,
        "serial": row.serial,
        "total_cents": row.total_cents,
        "issued_at": rfc3339(row.issued_at),
    }


def _letters(connection: Connection, buyer: SignedInBuyer, codes: list[str]) -> list[Facts]:
    """What letters were written and when; their rows are kept for some weeks."""
    order, key = _in_payload(connection, "order"), _in_payload(connection, "address_key")
    purchase, entry = _in_payload(connection, "purchase"), _in_payload(connection, "entry")
    entered = select(BallotRequest.id).where(BallotRequest.email_key == buyer.address_key)
    asked = select(SignInRequest.id).where(SignInRequest.address_key == buyer.address_key)
    requests = list(connection.execute(asked).scalars())
    theirs = or_(
        order.in_(codes),
        purchase.in_(codes),
        entry.in_(entered),
        key == buyer.address_key,
        OutboxRow.dedupe_key.in_([f"mail.sign_in:{request_id}" for request_id in requests]),
    )
    about = func.coalesce(order, purchase, entry)
    columns = (OutboxRow.kind, OutboxRow.state, OutboxRow.created_at, OutboxRow.done_at)
    query = select(*columns, about.label("about")).where(OutboxRow.lane == Lane.MAIL, theirs)
    rows = connection.execute(query.order_by(OutboxRow.id).limit(LETTERS_LIMIT))
    return [
        {
            "kind": row.kind.removeprefix("mail."),
            "order": row.about,
            "state": str(row.state),
            "written_at": rfc3339(row.created_at),
            "done_at": _moment(row.done_at),
        }
        for row in rows
    ]


def _in_payload(connection: Connection, name: str) -> Any:
    """One text of an effect's payload, which both databases keep as JSON in a text."""
    payload = type_coerce(OutboxRow.payload, Text)
    if connection.dialect.name == "sqlite":
        return func.json_extract(payload, f"$.{name}")
    return cast(payload, JSON)[name].as_string()


def _requests(connection: Connection, address_key: str) -> list[Facts]:
    query = select(SignInRequest.asked_at, SignInRequest.browser, SignInRequest.spent_at)
    found = connection.execute(query.where(SignInRequest.address_key == address_key))
    return [
        {
            "asked_at": rfc3339(row.asked_at),
            "browser": browser_words(row.browser),
            "ended_at": _moment(row.spent_at),
        }
        for row in found
    ]


def _by_order(connection: Connection, table: Any, ids: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in _rows(connection, table, ids):
        found.setdefault(row.order_id, []).append(row)
    return found


def _rows(connection: Connection, table: Any, ids: list[str]) -> Iterable[Any]:
    return connection.execute(
        select(table.__table__).where(table.order_id.in_(ids)).order_by(table.id)
    )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
