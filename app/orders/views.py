"""An order and its tickets as their owner sees them; codes are signed when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.catalogue import EventCard, House
from app.draw_cards import DrawCard
from app.inventory.views import LineView
from app.keys import TicketKeyLost
from app.models import Payment, Refund, SessionState, Ticket
from app.orders.disputes import BARRED, bars, is_disputed
from app.orders.draw_rows import DrawLine, draw_line
from app.orders.first_answers import tickets_as_of
from app.orders.lines import place_words
from app.orders.rows import OrderRow, read_lines, read_order
from app.orders.sessions import last_session
from app.payments.gateway import as_remote
from app.refusals import NotFound
from app.tickets.codes import TicketFacts, sign, window_hours
from app.vault import SealBroken

ADMITS_BEFORE: Final = timedelta(hours=6)
ADMITS_AFTER: Final = timedelta(hours=18)
WITHOUT_PAGE: Final = (SessionState.OPENING, SessionState.CLOSED)


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket: `code` is what the QR says, `staff_code` what people can type.

    `state` is issued, void, or barred while a dispute keeps it out.
    """

    id: str
    order_id: str
    line_id: str
    event: EventCard
    seat: str | None
    area: str | None
    section: str
    row: str
    number: str
    features: frozenset[str]
    place: str
    ticket_type: str
    type_name: str
    cents: int
    currency: str
    code: str
    staff_code: str
    state: str
    valid_from: datetime | None
    valid_until: datetime | None
    issued_at: datetime
    voided_at: datetime | None
    name: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One line of an order in words, whether or not it became a ticket."""

    line: LineView
    event: EventCard
    place: str
    type_name: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One movement of money towards us."""

    id: str
    gateway: str
    state: str
    cents: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back."""

    id: str
    cents: int
    reason: str
    state: str
    requested_at: datetime
    ended_at: datetime | None
    ticket_ids: tuple[str, ...] | None = None  # taken back for it; none: of a whole payment


@dataclass(frozen=True, slots=True)
class SoldDraw:
    """The draw tickets of an order, and whose draw it is."""

    line: DrawLine
    card: DrawCard


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with everything its owner may know. Tickets only once it is paid."""

    order: OrderRow
    secret: str
    url: str
    places: tuple[PlaceView, ...]
    tickets: tuple[TicketView, ...]
    payments: tuple[PaymentView, ...]
    refunds: tuple[RefundView, ...]
    is_with_bank: bool = False  # the buyer has done all; the bank takes days
    lacks_pay_page: bool = False  # other people's machine has not opened one yet
    is_disputed: bool = False  # the buyer's bank asks for the money back, or has taken it
    draw: SoldDraw | None = None  # the order is about tickets of a draw, and has no places

    @property
    def events(self) -> tuple[EventCard, ...]:
        """The order's events, soonest first."""
        cards = {place.event.id: place.event for place in self.places}
        return tuple(sorted(cards.values(), key=lambda card: (card.starts_at, card.id)))

    @property
    def houses(self) -> tuple[House, ...]:
        """Who sells it."""
        return (self.draw.card.house,) if self.draw else tuple(card.house for card in self.events)

    @property
    def zone(self) -> tzinfo:
        """The time zone of what was ordered first."""
        if self.draw is not None:
            return self.draw.card.zone
        return self.events[0].zone if self.places else UTC


def order_view(
    office: BoxOffice, order_id: str, secret: str | None = None, *, as_of: int | None = None
) -> OrderView:
    """The order; with a `secret`, `NotFound` unless it is the right one.

    With `as_of` its tickets are as they were after that entry of the journal.
    """
    if secret is not None and not office.tokens.is_of("order", order_id, secret):
        raise NotFound("We cannot find that order.")
    with office.db.read() as connection:
        order = read_order(connection, order_id)
        lines, draw = read_lines(connection, order_id), draw_line(connection, order_id)
        tickets: list[Any] = list(
            connection.execute(select(Ticket.__table__).where(Ticket.order_id == order_id))
        )
        if as_of is not None:
            tickets = tickets_as_of(connection, order_id, tickets, as_of)
        disputed = is_disputed(connection, order_id)
        session = last_session(connection, order_id)
        payments = list(
            connection.execute(
                select(Payment.__table__)
                .where(Payment.order_id == order_id)
                .order_by(Payment.captured_at)
            )
        )
        refunds = list(
            connection.execute(
                select(Refund.__table__)
                .where(Refund.order_id == order_id)
                .order_by(Refund.requested_at)
            )
        )
    proof = office.tokens.order_secret(order_id)
    return OrderView(
        order=order,
        secret=proof,
        url=f"{office.settings.base_url}/o/{order_id}/{proof}",
        places=tuple(_place(office, line) for line in lines),
        tickets=_tickets(office, order, lines, tickets, disputed) if _shows_tickets(order) else (),
        payments=tuple(_payment(row) for row in payments),
        refunds=tuple(_refund(row) for row in refunds),
        is_with_bank=session is not None and session.state == SessionState.WAITING,
        lacks_pay_page=as_remote(office.gateways.get(order.gateway)) is not None
        and (session is None or session.state in WITHOUT_PAGE),
        is_disputed=disputed,
        draw=None if draw is None else SoldDraw(draw, office.draws.by_id(draw.lottery_id)),
    )


def ticket_view(office: BoxOffice, token: str) -> tuple[TicketView, OrderView]:
    """The ticket that a page's token names, with its order; `NotFound` for a wrong token."""
    ticket_id = office.tokens.subject_of("ticket", token)
    with office.db.read() as connection:
        order_id = connection.execute(
            select(Ticket.order_id).where(Ticket.id == ticket_id)
        ).scalar()
    if order_id is None:
        raise NotFound("We cannot find that ticket.")
    view = order_view(office, order_id)
    for ticket in view.tickets:
        if ticket.id == ticket_id:
            return ticket, view
    raise NotFound("We cannot find that ticket.")


def draw_path(order_id: str, secret: str, *, is_back: bool = False) -> str:
    """The signed address of draw tickets; `is_back` says that somebody comes from paying."""
    return f"/d/{order_id}/{secret}{'?paid=1' if is_back else ''}"


def validity_window(card: EventCard) -> tuple[datetime, datetime]:
    """From when until when a ticket of this event admits."""
    opens = min(card.doors_at or card.starts_at, card.starts_at) - ADMITS_BEFORE
    return opens, max(card.ends_at or card.starts_at, card.starts_at) + ADMITS_AFTER


def _shows_tickets(order: OrderRow) -> bool:
    """No ticket shows before all events of its order are sold."""
    return str(order.status) in ("paid", "refunded")


def _place(office: BoxOffice, line: LineView) -> PlaceView:
    offer = office.offer_of(line.event_id)
    names = {kind.key: kind.name for kind in offer.ticket_types}
    return PlaceView(
        line=line,
        event=office.catalogue.by_id(line.event_id),
        place=place_words(offer, line.seat, line.area),
        type_name=names.get(line.ticket_type, line.ticket_type),
    )


def _tickets(
    office: BoxOffice,
    order: OrderRow,
    lines: tuple[LineView, ...],
    rows: list[Any],
    disputed: bool,
) -> tuple[TicketView, ...]:
    by_line = {row.line_id: row for row in rows}
    return tuple(
        _ticket(office, order, line, by_line[line.id], disputed)
        for line in lines
        if line.id in by_line
    )


def _ticket(
    office: BoxOffice, order: OrderRow, line: LineView, row: Any, disputed: bool
) -> TicketView:
    card = office.catalogue.by_id(line.event_id)
    offer = office.offer_of(line.event_id)
    names = {kind.key: kind.name for kind in offer.ticket_types}
    index = offer.seat_index.get(row.seat_id or "")
    seat = None if index is None else offer.seats[index]
    opens, closes = validity_window(card)
    return TicketView(
        id=row.id,
        order_id=order.id,
        line_id=line.id,
        event=card,
        seat=row.seat_id,
        area=row.area,
        section=seat.section if seat else "",
        row=seat.row if seat else "",
        number=seat.number if seat else "",
        features=seat.features if seat else frozenset(),
        place=place_words(offer, row.seat_id, row.area),
        ticket_type=row.ticket_type,
        type_name=names.get(row.ticket_type, row.ticket_type),
        cents=line.cents,
        currency=order.currency,
        code=_code(office, card, row, opens, closes),
        staff_code=row.staff_code,
        state=BARRED if disputed and row.state == "issued" and bars(card) else str(row.state),
        valid_from=opens,
        valid_until=closes,
        issued_at=row.issued_at,
        voided_at=row.voided_at,
        name=order.name,
    )


def _code(office: BoxOffice, card: EventCard, row: Any, opens: datetime, closes: datetime) -> str:
    try:
        key = office.keys.signing(card.id, row.key_id)
    except SealBroken:
        raise TicketKeyLost from None
    from_hours, until_hours = window_hours(card.local_start.date(), opens, closes)
    facts = TicketFacts(
        key_id=row.key_id,
        event=card.id,
        serial=row.serial,
        generation=row.generation,
        valid_from_hours=from_hours,
        valid_until_hours=until_hours,
    )
    return sign(key.private, facts)


def _payment(row: Any) -> PaymentView:
    return PaymentView(
        row.id, row.gateway, str(row.state), row.amount_cents, row.currency, row.captured_at
    )


def _refund(row: Any) -> RefundView:
    return RefundView(
        row.id, row.amount_cents, row.reason, str(row.state), row.requested_at, row.ended_at,
        ticket_ids=None if row.ticket_ids is None else tuple(row.ticket_ids),
    )  # fmt: skip
