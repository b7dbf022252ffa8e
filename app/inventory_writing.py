"""Records to rows: what a batch changes, gathered per table and written with executemany."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from app.clock import from_ms, utc_now
from app.inventory import records as r
from app.inventory.state import EventInventory
from app.models import (
    Allocation,
    Area,
    AreaBlock,
    EffectState,
    Event,
    HoldRow,
    JournalEntry,
    Order,
    OrderLine,
    OrderStatus,
    OutboxRow,
    Payment,
    PaymentState,
    Ticket,
    TicketState,
)
from app.models.work import lane_of
from app.prepared import Prepared
from app.rows import new_rows, upsert

Row = dict[str, Any]
SEAT_COLUMNS: Final = ("state", "hold_id", "ticket_id", "ticket_type", "reason")
HOLD_COLUMNS: Final = (
    "state", "first_ms", "expires_ms", "rest_ms", "extensions", "order_id", "guarded", "areas",
)  # fmt: skip
OPEN_ORDERS: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


class StaleMemory(Exception):  # noqa: N818  the loop's cue to read everything again
    """The database says something else about a place than memory does."""


class Batch:
    """What one batch of records changes, gathered before anything is written."""

    def __init__(self, event_id: int, currency: str) -> None:
        self.event_id = event_id
        self.currency = currency
        self.seats: dict[str, list[Any]] = {}  # seat -> [owner before or None, row after or None]
        self.started: dict[str, Row] = {}
        self.changed: dict[str, None] = {}
        self.over: dict[str, str] = {}
        self.taken: dict[str, int] = {}
        self.blocks: dict[tuple[str, str], None] = {}
        self.orders: list[Row] = []
        self.payments: list[Row] = []
        self.lines: list[Row] = []
        self.tickets: list[Row] = []
        self.voided: list[Row] = []
        self.moved: list[Row] = []
        self.sold: list[r.EventSold] = []
        self.lapsed: list[Row] = []
        self.effects: list[Row] = []
        self.journal: list[Row] = []
        self.event: Row = {}

    def gather(self, facts: Iterable[r.Record]) -> None:
        """Sort records into rows; several changes of one seat become one."""
        for fact in facts:
            _GATHER[type(fact)](self, fact)

    def _seat(self, seat: str, before: str | None, after: Row | None) -> None:
        entry = self.seats.get(seat)
        if entry is None:
            self.seats[seat] = [before, after]
        else:
            entry[1] = after

    def _row(self, seat: str, state: str, **columns: str) -> Row:
        empty = {"hold_id": None, "ticket_id": None, "ticket_type": None, "reason": None}
        return {"event_id": self.event_id, "seat_id": seat, "state": state, **empty, **columns}

    def hold_started(self, fact: r.HoldStarted) -> None:
        self.started[fact.hold_id] = {
            "id": fact.hold_id,
            "event_id": self.event_id,
            "basket_id": fact.basket,
            "first_ms": fact.first_ms,
            "expires_ms": fact.expires_ms,
        }

    def hold_changed(self, fact: r.HoldChanged) -> None:
        self.changed[fact.hold_id] = None

    def hold_over(self, fact: r.HoldOver) -> None:
        self.over[fact.hold_id] = fact.state

    def seat_held(self, fact: r.SeatHeld) -> None:
        row = self._row(fact.seat, "held", hold_id=fact.hold_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, None, row)

    def seat_retyped(self, fact: r.SeatRetyped) -> None:
        row = self._row(fact.seat, "held", hold_id=fact.hold_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, fact.hold_id, row)

    def seat_freed(self, fact: r.SeatFreed) -> None:
        self._seat(fact.seat, fact.owner, None)

    def seat_sold(self, fact: r.SeatSold) -> None:
        row = self._row(fact.seat, "sold", ticket_id=fact.ticket_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, fact.hold_id, row)

    def seat_given(self, fact: r.SeatGiven) -> None:
        row = self._row(fact.seat, "sold", ticket_id=fact.ticket_id, ticket_type=fact.ticket_type)
        self._seat(fact.seat, None, row)

    def seat_blocked(self, fact: r.SeatBlocked) -> None:
        self._seat(fact.seat, None, self._row(fact.seat, "blocked", reason=fact.reason))

    def area_held(self, fact: r.AreaHeld) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) + fact.count
        self.changed[fact.hold_id] = None

    def area_freed(self, fact: r.AreaFreed) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) - fact.count

    def area_blocked(self, fact: r.AreaBlocked) -> None:
        self.taken[fact.area] = self.taken.get(fact.area, 0) + fact.count
        self.blocks[fact.area, fact.reason] = None

    def order_placed(self, fact: r.OrderPlaced) -> None:
        order, at = fact.order, from_ms(fact.order.at_ms)
        self.orders.append(
            {
                "id": order.id, "basket_id": fact.basket, "status": OrderStatus.PAID,
                "gateway": order.gateway, "name": order.name, "email": order.email,
                "email_key": order.buyer, "locale": order.locale, "currency": fact.currency,
                "total_cents": fact.total_cents, "open_events": 0, "is_demo": order.is_demo,
                "idempotency_key": order.idempotency_key, "fingerprint": order.fingerprint,
                "created_at": at, "paid_at": at,
            }
        )  # fmt: skip
        self.payments.append(
            {
                "id": f"{order.gateway}:{fact.payment_reference}", "order_id": order.id,
                "gateway": order.gateway, "reference": fact.payment_reference,
                "state": PaymentState.CAPTURED, "amount_cents": fact.total_cents,
                "currency": fact.currency, "settled": True, "captured_at": at,
            }
        )  # fmt: skip

    def lines_written(self, fact: r.LinesWritten) -> None:
        for line in fact.lines:
            self.lines.append(
                {
                    "id": line.id, "order_id": fact.order_id, "event_id": self.event_id,
                    "seat_id": line.seat, "area": line.area, "ticket_type": line.ticket_type,
                    "category": line.category, "price_cents": line.cents,
                }
            )  # fmt: skip

    def event_sold(self, fact: r.EventSold) -> None:
        self.sold.append(fact)

    def order_lapsed(self, fact: r.OrderLapsed) -> None:
        self.lapsed.append({"lapsed": fact.order_id, "at": utc_now()})

    def ticket_issued(self, fact: r.TicketIssued) -> None:
        line = fact.line
        self.tickets.append(
            {
                "id": fact.ticket.id, "order_id": fact.order_id, "line_id": line.id,
                "event_id": self.event_id, "seat_id": line.seat, "area": line.area,
                "ticket_type": line.ticket_type, "serial": fact.ticket.serial,
                "key_id": fact.key_id, "generation": 0, "staff_code": fact.ticket.staff_code,
                "state": TicketState.ISSUED, "issued_at": from_ms(fact.at_ms),
            }
        )  # fmt: skip

    def ticket_voided(self, fact: r.TicketVoided) -> None:
        self.voided.append({"ticket": fact.ticket_id, "at": from_ms(fact.at_ms)})

    def ticket_moved(self, fact: r.TicketMoved) -> None:
        self.moved.append({"ticket": fact.ticket_id, "seat": fact.seat})

    def effect_due(self, fact: r.EffectDue) -> None:
        self.effects.append(effect_row(fact.kind, fact.dedupe_key, fact.payload))

    def journalled(self, fact: r.Journalled) -> None:
        self.journal.append(
            {
                "at": utc_now(), "kind": fact.kind, "event_id": self.event_id,
                "order_id": fact.order_id, "by": fact.by, "facts": fact.facts,
            }
        )  # fmt: skip

    def status_changed(self, fact: r.StatusChanged) -> None:
        self.event["status"] = fact.status
        self.event["status_words"] = fact.words
        if fact.status == "cancelled":
            self.event["cancelled_at"] = from_ms(fact.at_ms)
        if fact.status == "published":
            self.event["published_at"] = from_ms(fact.at_ms)

    def plan_replaced(self, fact: r.PlanReplaced) -> None:
        self.event["plan_id"] = fact.plan_id


_GATHER: dict[type[r.Record], Callable[[Batch, Any], None]] = {
    r.HoldStarted: Batch.hold_started,
    r.HoldChanged: Batch.hold_changed,
    r.HoldOver: Batch.hold_over,
    r.SeatHeld: Batch.seat_held,
    r.SeatRetyped: Batch.seat_retyped,
    r.SeatFreed: Batch.seat_freed,
    r.SeatSold: Batch.seat_sold,
    r.SeatGiven: Batch.seat_given,
    r.SeatBlocked: Batch.seat_blocked,
    r.AreaHeld: Batch.area_held,
    r.AreaFreed: Batch.area_freed,
    r.AreaBlocked: Batch.area_blocked,
    r.OrderPlaced: Batch.order_placed,
    r.LinesWritten: Batch.lines_written,
    r.EventSold: Batch.event_sold,
    r.OrderLapsed: Batch.order_lapsed,
    r.TicketIssued: Batch.ticket_issued,
    r.TicketVoided: Batch.ticket_voided,
    r.TicketMoved: Batch.ticket_moved,
    r.EffectDue: Batch.effect_due,
    r.Journalled: Batch.journalled,
    r.StatusChanged: Batch.status_changed,
    r.PlanReplaced: Batch.plan_replaced,
}


def write_records(connection: Connection, state: EventInventory, facts: Iterable[r.Record]) -> None:
    """Write a batch whose records `state` already knows; `StaleMemory` when a wall is hit."""
    batch = Batch(state.offer.event_id, state.offer.currency)
    batch.gather(facts)
    _write_seats(connection, batch)
    _write_holds(connection, batch, state)
    _write_areas(connection, batch, state)
    _write_orders(connection, batch)
    _write_tickets(connection, batch)
    _finish_orders(connection, batch)
    _INSERT_EFFECT.run(connection, batch.effects)
    _INSERT_JOURNAL.run(connection, batch.journal)
    if batch.event:
        connection.execute(update(Event).where(Event.id == batch.event_id).values(**batch.event))


def effect_row(kind: str, dedupe_key: str, payload: Row) -> Row:
    """An effect that is due at once."""
    now = utc_now()
    return {
        "kind": kind, "lane": lane_of(kind), "dedupe_key": dedupe_key, "payload": payload,
        "state": EffectState.DUE, "tries": 0, "claims": 0, "due_at": now, "created_at": now,
    }  # fmt: skip


_OWNER = func.coalesce(Allocation.ticket_id, Allocation.hold_id, "")
_OWNED = and_(
    Allocation.event_id == bindparam("of_event"),
    Allocation.seat_id == bindparam("of_seat"),
    bindparam("of_owner") == _OWNER,
)
_DELETE_SEAT = Prepared(delete(Allocation).where(_OWNED))
_UPDATE_SEAT = Prepared(
    update(Allocation)
    .where(_OWNED)
    .values({name: bindparam(f"new_{name}") for name in SEAT_COLUMNS})
)
_INSERT_SEAT = Prepared(insert(Allocation))
_INSERT_HOLD = Prepared(insert(HoldRow))
_UPDATE_HOLD = Prepared(
    update(HoldRow)
    .where(HoldRow.id == bindparam("hold"))
    .values({name: bindparam(f"new_{name}") for name in HOLD_COLUMNS})
)
_END_HOLD = Prepared(
    update(HoldRow).where(HoldRow.id == bindparam("hold")).values(state=bindparam("how"))
)
_TAKE_AREA = Prepared(
    update(Area)
    .where(Area.event_id == bindparam("of_event"), Area.key == bindparam("of_area"))
    .values(taken=Area.taken + bindparam("more"))
)
_INSERT_ORDER = Prepared(insert(Order))
_INSERT_PAYMENT = Prepared(insert(Payment))
_INSERT_TICKET = Prepared(insert(Ticket))
_INSERT_JOURNAL = Prepared(insert(JournalEntry))
_INSERT_LINE = Prepared(lambda dialect: new_rows(dialect, OrderLine))
_INSERT_EFFECT = Prepared(lambda dialect: new_rows(dialect, OutboxRow))


def _write_seats(connection: Connection, batch: Batch) -> None:
    deletes, updates, inserts = [], [], []
    for seat, (before, after) in batch.seats.items():
        owned = {"of_event": batch.event_id, "of_seat": seat, "of_owner": before}
        if before is None and after is not None:
            inserts.append(after)
        elif before is not None and after is None:
            deletes.append(owned)
        elif before is not None and after is not None:
            new = {f"new_{name}": after[name] for name in SEAT_COLUMNS}
            updates.append(owned | new)
    if deletes:
        _expect(_DELETE_SEAT.run(connection, deletes), deletes)
    if updates:
        _expect(_UPDATE_SEAT.run(connection, updates), updates)
    _INSERT_SEAT.run(connection, inserts)


def _expect(count: int, rows: list[Row]) -> None:
    if count != len(rows):
        raise StaleMemory(f"{len(rows)} seats to change, {count} changed")


def _write_holds(connection: Connection, batch: Batch, state: EventInventory) -> None:
    inserts, updates, ends = [], [], []
    for hold_id, row in batch.started.items():
        live = state.holds.get(hold_id)
        facts: Row = {"state": batch.over.get(hold_id, "live"), "rest_ms": 0, "extensions": 0,
                      "order_id": None, "guarded": False, "areas": []}  # fmt: skip
        if live is not None:
            facts = _hold_columns(live)
        inserts.append(row | facts)
    for hold_id in batch.changed:
        live = state.holds.get(hold_id)
        if live is not None and hold_id not in batch.started:
            new = {f"new_{name}": value for name, value in _hold_columns(live).items()}
            updates.append({"hold": hold_id, **new})
    for hold_id, how in batch.over.items():
        if hold_id not in batch.started:
            ends.append({"hold": hold_id, "how": how})
    _INSERT_HOLD.run(connection, inserts)
    _UPDATE_HOLD.run(connection, updates)
    _END_HOLD.run(connection, ends)


def _hold_columns(hold: Any) -> Row:
    return {
        "state": hold.state, "first_ms": hold.first_ms, "expires_ms": hold.expires_ms,
        "rest_ms": hold.rest_ms, "extensions": hold.extensions, "order_id": hold.order_id,
        "guarded": hold.guarded,
        "areas": [[area, kind, count] for (area, kind), count in hold.areas.items()],
    }  # fmt: skip


def _write_areas(connection: Connection, batch: Batch, state: EventInventory) -> None:
    changes = [
        {"of_event": batch.event_id, "of_area": area, "more": more}
        for area, more in batch.taken.items()
        if more
    ]
    _TAKE_AREA.run(connection, changes)
    for area, reason in batch.blocks:
        key = {"event_id": batch.event_id, "area": area, "reason": reason}
        count = state.area_blocks.get((area, reason), 0)
        if count:
            statement = upsert(connection, AreaBlock, list(key), ["count"])
            connection.execute(statement, key | {"count": count})
        else:
            connection.execute(delete(AreaBlock).filter_by(**key))


def _write_orders(connection: Connection, batch: Batch) -> None:
    _INSERT_ORDER.run(connection, batch.orders)
    _INSERT_PAYMENT.run(connection, batch.payments)
    _INSERT_LINE.run(connection, batch.lines)
    if batch.lapsed:
        captured = exists().where(
            Payment.order_id == Order.id, Payment.state == PaymentState.CAPTURED
        )
        is_open = or_(*(Order.status == status for status in OPEN_ORDERS))  # IN is not for many
        lapse = (
            update(Order)
            .where(Order.id == bindparam("lapsed"), is_open, ~captured)
            .values(status=OrderStatus.EXPIRED, ended_at=bindparam("at"))
        )
        connection.execute(lapse, batch.lapsed)


def _write_tickets(connection: Connection, batch: Batch) -> None:
    if batch.voided:
        void = (
            update(Ticket)
            .where(Ticket.id == bindparam("ticket"))
            .values(state=TicketState.VOID, voided_at=bindparam("at"))
        )
        connection.execute(void, batch.voided)
    _INSERT_TICKET.run(connection, batch.tickets)
    for moved in batch.moved:
        connection.execute(
            update(Ticket)
            .where(Ticket.id == moved["ticket"])
            .values(seat_id=moved["seat"], generation=Ticket.generation + 1)
        )
        line = select(Ticket.line_id).where(Ticket.id == moved["ticket"]).scalar_subquery()
        connection.execute(
            update(OrderLine).where(OrderLine.id == line).values(seat_id=moved["seat"])
        )


def _finish_orders(connection: Connection, batch: Batch) -> None:
    """Whoever sells the last event of an order marks it paid and writes its letter."""
    for fact in batch.sold:
        connection.execute(
            update(Order)
            .where(Order.id == fact.order_id, Order.open_events > 0)
            .values(open_events=Order.open_events - 1)
        )
        paid = connection.execute(
            update(Order)
            .where(
                Order.id == fact.order_id,
                Order.open_events == 0,
                Order.status != OrderStatus.PAID,
            )
            .values(status=OrderStatus.PAID, paid_at=from_ms(fact.at_ms))
        )
        if not paid.rowcount:
            continue
        connection.execute(
            update(Payment)
            .where(Payment.order_id == fact.order_id, Payment.state == PaymentState.CAPTURED)
            .values(settled=True)
        )
        key = f"mail.order_paid:{fact.order_id}"
        batch.effects.append(effect_row("mail.order_paid", key, {"order": fact.order_id}))
        batch.journal.append(
            {
                "at": utc_now(), "kind": "order.paid", "event_id": None,
                "order_id": fact.order_id, "by": "buyer", "facts": {},
            }
        )  # fmt: skip
