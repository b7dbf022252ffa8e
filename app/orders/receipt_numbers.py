"""Receipts and credit notes: numbered one after the other, soon after an order is paid.

What is still to be numbered is read off the ledger, so nothing has to remember it and nothing is
lost. One thread numbers; a paper is written whole in one transaction, or not at all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, exists, func, insert, select
from sqlalchemy.orm import aliased

from app.box_office import BoxOffice
from app.catalogue import House
from app.clock import utc_now
from app.frozen import frozen
from app.models import (
    EntryKind,
    Event,
    LedgerEntry,
    Lottery,
    Order,
    OrderStatus,
    Payment,
    PaymentState,
    Receipt,
    ReceiptKind,
    Refund,
    Ticket,
    TicketType,
    Venue,
)
from app.orders.draw_rows import DrawLine, draw_line
from app.orders.lines import draw_words, place_words
from app.orders.receipts import asked_orders
from app.orders.rows import OrderRow, read_lines, read_order
from app.refund_rows import AGAIN
from app.refusals import Busy
from app.tax import shares_of, taxes_of_lines
from app.words import gettext as _
from app.words import short_moment_words

log = logging.getLogger("fullhouse.receipts")

ROUND_SECONDS: Final = 3.0
BATCH: Final = 50  # of each kind, looked for at once
PART: Final = 20_000  # entries looked through at once
OVERLAP: Final = 2_000  # entries looked at again: transactions do not commit in the order of ids
WHOLE_EVERY: Final = 360  # rounds: an hour

Row = dict[str, Any]


class ReceiptRounds:
    """Numbers what has no number yet, round after round."""

    def __init__(self) -> None:
        self._floor = 0  # entries up to here need not be looked at
        self._rounds = 0

    def carry_on(self, office: BoxOffice) -> int:
        """Number what is due, for some seconds at most; how many papers it were.

        Receipts of demo orders are numbered only when somebody asks for them.
        """
        until = time.monotonic() + ROUND_SECONDS
        asked = tuple(asked_orders)
        for order_id in asked:
            _try(_number_order, office, order_id)
            asked_orders.discard(order_id)
        if asked or self._rounds % WHOLE_EVERY == 0:
            self._floor = 0
        self._rounds += 1
        count, is_more = 0, True
        while is_more:
            found, is_more = self._part(office)
            count += found
            is_more = is_more and time.monotonic() < until
        return count

    def _part(self, office: BoxOffice) -> tuple[int, bool]:
        """The next entries: how many papers were due, and whether there is more to look at."""
        last = self._floor + PART
        with office.db.read() as connection:
            top = connection.scalar(select(func.max(LedgerEntry.id))) or 0
            paid = _paid_without_receipt(connection, self._floor, last)
        for order_id in paid:
            _try(_number_order, office, order_id)
        with office.db.read() as connection:  # after the receipts that they belong to
            back = _refunds_without_note(connection, self._floor, last)
        for refund_id in back:
            _try(_number_refund, office, refund_id)
        if max(len(paid), len(back)) >= BATCH:
            return len(paid) + len(back), True
        self._floor = max(self._floor, min(last, top - OVERLAP))
        return len(paid) + len(back), last < top


def _paid_without_receipt(connection: Connection, floor: int, last: int) -> list[str]:
    query = (
        select(LedgerEntry.order_id)
        .join(Payment, Payment.id == LedgerEntry.payment_id)
        .join(Order, Order.id == LedgerEntry.order_id)
        .where(
            LedgerEntry.id > floor,
            LedgerEntry.id <= last,
            LedgerEntry.kind == EntryKind.PAYMENT,
            Payment.state == PaymentState.CAPTURED,
            Order.status == OrderStatus.PAID,
            Order.total_cents > 0,
            Order.is_demo.in_((False,)),
            ~exists().where(Receipt.order_id == Order.id),
        )
        .order_by(LedgerEntry.id)
        .limit(BATCH)
    )
    return list(connection.execute(query).scalars())


def _refunds_without_note(connection: Connection, floor: int, last: int) -> list[str]:
    note = aliased(Receipt)
    receipt = and_(
        Receipt.order_id == LedgerEntry.order_id,
        Receipt.payment_id == LedgerEntry.payment_id,
        Receipt.kind == ReceiptKind.RECEIPT,
    )
    query = (
        select(LedgerEntry.refund_id)
        .join(Receipt, receipt)
        .where(
            LedgerEntry.id > floor,
            LedgerEntry.id <= last,
            LedgerEntry.kind == EntryKind.REFUND,
            LedgerEntry.refund_id.not_like(f"%{AGAIN}"),  # a second try has its note already
            ~exists().where(note.refund_id == LedgerEntry.refund_id),
        )
        .order_by(LedgerEntry.id)
        .limit(BATCH)
    )
    return [str(refund_id) for refund_id in connection.execute(query).scalars()]


def _try(number: Callable[[BoxOffice, str], None], office: BoxOffice, key: str) -> None:
    try:
        number(office, key)
    except Busy:
        raise
    except Exception:  # one that cannot be numbered must not hold up the others
        log.exception("%s has no receipt yet", key)


def _number_order(office: BoxOffice, order_id: str) -> None:
    lines, sale = _sold(office, order_id)
    with office.db.write() as connection:
        order = read_order(connection, order_id)
        payment_id = connection.scalar(
            select(Payment.id).where(
                Payment.order_id == order_id, Payment.state == PaymentState.CAPTURED
            )
        )
        known = select(Receipt.id).where(Receipt.order_id == order_id)
        if order.status != OrderStatus.PAID or payment_id is None or connection.scalar(known):
            return
        _issue(connection, order, sale, lines, payment_id=payment_id, kind=ReceiptKind.RECEIPT)


def _number_refund(office: BoxOffice, refund_id: str) -> None:
    with office.db.read() as connection:
        refund = connection.execute(select(Refund.__table__).where(Refund.id == refund_id)).one()
    lines, sale = _sold(office, refund.order_id)
    with office.db.write() as connection:
        order = read_order(connection, refund.order_id)
        if connection.scalar(select(Receipt.id).where(Receipt.refund_id == refund_id)):
            return
        _issue(
            connection, order, sale, _credited(connection, refund, lines),
            payment_id=refund.payment_id, refund_id=refund_id, kind=ReceiptKind.CREDIT_NOTE,
        )  # fmt: skip


@frozen
class _Sale:
    """Who sold at which venue, and in which time zone the year of the receipt begins."""

    venue_id: int
    zone: ZoneInfo
    house: House
    tax: str = ""  # the seller's tax words where the house says none


def _sold(office: BoxOffice, order_id: str) -> tuple[list[Row], _Sale]:
    """What was sold, in words, with the rate that its price includes; and who sold it."""
    with office.db.read() as connection:
        draw = draw_line(connection, order_id)
        if draw is not None:
            return _sold_draw(office, connection, draw)
        lines = read_lines(connection, order_id)
        kinds = select(TicketType.event_id, TicketType.key, TicketType.tax_rate).where(
            TicketType.event_id.in_({line.event_id for line in lines})
        )
        rates = {(row.event_id, row.key): row.tax_rate or 0 for row in connection.execute(kinds)}
    cards = {line.event_id: office.catalogue.by_id(line.event_id) for line in lines}
    found = []
    for line in lines:
        card, offer = cards[line.event_id], office.offer_of(line.event_id)
        names = {kind.key: kind.name for kind in offer.ticket_types}
        place = place_words(offer, line.seat, line.area)
        found.append(
            {
                "id": line.id, "cents": line.cents,
                "words": f"{card.title}, {short_moment_words(card.local_start)}: {place}",
                "ticket_type": names.get(line.ticket_type, line.ticket_type),
                "tax_rate": rates.get((line.event_id, line.ticket_type), 0),
            }
        )  # fmt: skip
    first = min(cards.values(), key=lambda card: (card.starts_at, card.id))
    with office.db.read() as connection:
        venue_id = connection.scalar(select(Event.venue_id).where(Event.id == first.id))
    return found, _Sale(venue_id or 0, first.zone, first.house, first.notes.get("tax", ""))


def _sold_draw(
    office: BoxOffice, connection: Connection, draw: DrawLine
) -> tuple[list[Row], _Sale]:
    """Draw tickets are one line; what a lottery takes is no price with tax in it."""
    card = office.draws.by_id(draw.lottery_id)
    venue_id = connection.scalar(select(Lottery.venue_id).where(Lottery.id == draw.lottery_id))
    cents = draw.count * draw.unit_cents
    words = draw_words(office, draw)
    line = {"id": draw.order_id, "cents": cents, "words": words, "ticket_type": "", "tax_rate": 0}
    return [line], _Sale(venue_id or 0, card.zone, card.house)


def _credited(connection: Connection, refund: Any, lines: Sequence[Row]) -> list[Row]:
    """The lines that go back; where the sum is another one, a share of it for each rate."""
    ids = refund.ticket_ids
    chosen = list(lines)
    if ids:
        query = select(Ticket.line_id).where(Ticket.id.in_(ids))
        back = set(connection.execute(query).scalars())
        chosen = [line for line in lines if line["id"] in back]
    if sum(line["cents"] for line in chosen) == refund.amount_cents:
        return [line | {"cents": -line["cents"]} for line in chosen]
    by_rate: dict[int, int] = {}
    for line in chosen or lines:
        by_rate[line["tax_rate"]] = by_rate.get(line["tax_rate"], 0) + line["cents"]
    shares = shares_of(refund.amount_cents, list(by_rate.values()))
    words = _("A part of the price")
    return [
        {"words": words, "ticket_type": "", "tax_rate": rate, "cents": -cents}
        for rate, cents in zip(by_rate, shares, strict=True)
        if cents
    ]


def _issue(
    connection: Connection,
    order: OrderRow,
    sale: _Sale,
    lines: Sequence[Row],
    *,
    payment_id: str,
    kind: ReceiptKind,
    refund_id: str | None = None,
) -> None:
    """Write one paper under the next number of the venue's year, all in this transaction."""
    venue_id = connection.execute(
        select(Venue.id)
        .where(Venue.id == sale.venue_id)
        .with_for_update(key_share=True, of=Venue)  # nobody else numbers here meanwhile
    ).scalar_one()
    now = utc_now()
    year = now.astimezone(sale.zone).year
    last = connection.scalar(
        select(func.max(Receipt.serial)).where(
            Receipt.venue_id == venue_id, Receipt.is_demo == order.is_demo, Receipt.year == year
        )
    )
    taxed = taxes_of_lines([(line["cents"], line["tax_rate"]) for line in lines])
    papers = [
        {name: line[name] for name in ("words", "ticket_type", "cents", "tax_rate")}
        | {"tax_cents": tax}
        for line, tax in zip(lines, taxed, strict=True)
    ]
    connection.execute(
        insert(Receipt),
        {
            "kind": kind, "order_id": order.id, "payment_id": payment_id, "refund_id": refund_id,
            "venue_id": venue_id, "is_demo": order.is_demo, "year": year,
            "serial": (last or 0) + 1, "issued_at": now, "currency": order.currency,
            "total_cents": sum(line["cents"] for line in lines),
            "seller": _seller(sale), "lines": papers, "taxes": _taxes(papers),
        },
    )  # fmt: skip


def _seller(sale: _Sale) -> dict[str, str]:
    house = sale.house
    tax = house.notes.get("tax", "") or sale.tax
    return {"name": house.name, "venue": house.venue, "address": house.address, "tax": tax}


def _taxes(papers: Sequence[Row]) -> list[dict[str, int]]:
    rates = dict.fromkeys(line["tax_rate"] for line in papers if line["tax_rate"])
    return [
        {
            "rate": rate,
            "cents": sum(line["cents"] for line in papers if line["tax_rate"] == rate),
            "tax_cents": sum(line["tax_cents"] for line in papers if line["tax_rate"] == rate),
        }
        for rate in rates
    ]
