"""Records to rows: what a batch changes, gathered per table and written with executemany."""

from __future__ import annotations

from collections.abc import Iterable
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
from app.inventory_batch import Batch, Row, effect_row
from app.models import (
    Allocation,
    Area,
    AreaBlock,
    Event,
    HoldRow,
    JournalEntry,
    LedgerEntry,
    Order,
    OrderLine,
    OrderStatus,
    OutboxRow,
    Payment,
    PaymentState,
    Ticket,
    TicketState,
)
from app.prepared import Prepared
from app.refund_rows import write_refund
from app.rows import new_rows, upsert
from app.stale import StaleMemory

SEAT_COLUMNS: Final = ("state", "hold_id", "ticket_id", "ticket_type", "reason")
HOLD_COLUMNS: Final = (
    "state", "first_ms", "expires_ms", "rest_ms", "extensions", "order_id", "guarded", "areas",
)  # fmt: skip
OPEN_ORDERS: Final = (OrderStatus.PENDING, OrderStatus.PAYING)


def write_records(connection: Connection, state: EventInventory, facts: Iterable[r.Record]) -> None:
    """Write a batch whose records `state` already knows; `StaleMemory` when a wall is hit."""
    batch = Batch(state.offer.event_id, state.offer.currency, state.kept)
    batch.gather(facts)
    _write_seats(connection, batch)
    _write_holds(connection, batch, state)
    _write_areas(connection, batch, state)
    _write_orders(connection, batch)
    _write_tickets(connection, batch)
    _write_refunds(connection, batch)
    _finish_orders(connection, batch)
    _INSERT_EFFECT.run(connection, batch.effects)
    _INSERT_JOURNAL.run(connection, batch.journal)
    if batch.event:
        connection.execute(update(Event).where(Event.id == batch.event_id).values(**batch.event))


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
_INSERT_ENTRY = Prepared(insert(LedgerEntry))
_INSERT_TICKET = Prepared(insert(Ticket))
_INSERT_JOURNAL = Prepared(insert(JournalEntry))
_INSERT_LINE = Prepared(insert(OrderLine))
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
    _INSERT_ENTRY.run(connection, batch.entries)
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
    for moved in batch.moved:  # before others are issued for the seats that they leave
        connection.execute(
            update(Ticket)
            .where(Ticket.id == moved["ticket"])
            .values(seat_id=moved["seat"], generation=Ticket.generation + 1)
        )
    _INSERT_TICKET.run(connection, batch.tickets)
    for moved in (*batch.moved, *batch.moved_lines):
        line = select(Ticket.line_id).where(Ticket.id == moved["ticket"]).scalar_subquery()
        connection.execute(
            update(OrderLine).where(OrderLine.id == line).values(seat_id=moved["seat"])
        )


def _write_refunds(connection: Connection, batch: Batch) -> None:
    for row in batch.refunds:
        if not write_refund(connection, row):
            raise StaleMemory(f"refund {row['id']} is known, or more than was paid")


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
