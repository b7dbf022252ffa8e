"""What became of placing an order, and how a request that was broken off is carried on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from app.answers import KEPT_HOURS, KeptKey
from app.box_office import BoxOffice
from app.clock import from_ms, utc_now, wall_ms
from app.models import BY_HAND, Order, OrderStatus
from app.orders.ending import OPEN, give_up
from app.orders.rows import (
    OrderRow,
    captured_payment,
    order_with_key,
    read_lines,
    read_order,
    set_status,
)
from app.orders.sessions import open_session
from app.orders.settling import capture, settle_soon
from app.outbox import add_effect
from app.payments.gateway import as_remote
from app.refusals import Busy, GatewayAway, IdempotencyMismatch


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays."""

    name: str
    email: str
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of placing an order: `status` as it was first answered."""

    order_id: str
    status: str
    pay_url: str | None = None


def placed_once(
    office: BoxOffice,
    kept: KeptKey | None,
    demo_outcome: str | None,
    place: Callable[[], Placed],
) -> Placed:
    """Place an order once per idempotency key: repeats get the first answer, or carry it on."""
    with office.answers.once(kept) as turn:
        if turn.kept is not None:
            return _placed_before(office, turn.kept)
        placed = _resumed(office, kept, demo_outcome) or place()
        if kept is not None:
            turn.keep({"order_id": placed.order_id, "status": placed.status})
        return placed


def pay_url(office: BoxOffice, order: OrderRow) -> str | None:
    """Where an order is paid while it is open; None when no page of our own takes it."""
    if order.gateway != "demo":
        return None
    secret = office.tokens.order_secret(order.id)
    return f"{office.settings.base_url}/pay/demo/{order.id}?secret={secret}"


def pay_page(office: BoxOffice, order: OrderRow) -> str | None:
    """Where the order is paid; None while its gateway does not answer: it can be asked again."""
    if as_remote(office.gateways.get(order.gateway)) is None:
        return pay_url(office, order)
    try:
        return open_session(office, order.id)
    except (GatewayAway, Busy):
        return None


def paid_at_once(office: BoxOffice, order: OrderRow) -> Placed:
    """Capture and settle an order whose money is here; given up when even that is too much now."""
    reference = order.reference or ""
    try:
        capture(office, order.id, order.gateway, reference, order.total_cents, order.currency)
    except Busy:
        with contextlib.suppress(Busy):  # then its deadline does it
            give_up(office, order.id)
        raise
    return _settled(office, order.id)


def write_order(connection: Connection, kept: KeptKey | None, row: Mapping[str, Any]) -> OrderRow:
    """Write a new order's row with what all of them have; its key counts for a day."""
    if kept is not None:  # afterwards it may be used again
        oldest = utc_now() - timedelta(hours=KEPT_HOURS)
        used = update(Order).where(Order.idempotency_key == kept.key, Order.created_at < oldest)
        connection.execute(used.values(idempotency_key=None))
    known = {
        "status": OrderStatus.PENDING,
        "idempotency_key": kept.key if kept else None,
        "fingerprint": kept.fingerprint if kept else None,
        "is_demo": row["gateway"] == "demo",
        "created_at": from_ms(wall_ms()),
    }
    connection.execute(insert(Order), known | dict(row))
    return read_order(connection, str(row["id"]))


def keep_placed(office: BoxOffice, placed: Placed, kept: KeptKey | None) -> Placed:
    """Keep the answer for repeats of its request."""
    if kept is not None:
        outcome = {"order_id": placed.order_id, "status": placed.status}
        with contextlib.suppress(Busy):  # the order's own row knows the key as well
            office.answers.write(kept, outcome)
    return placed


def write_started(office: BoxOffice, order: OrderRow) -> None:
    """Write that everything is kept for the order: from here on it can be paid."""
    with office.db.write() as connection:
        if order.gateway in BY_HAND:
            add_effect(
                connection, "mail.order_pending", f"mail.order_pending:{order.id}",
                {"order": order.id},
            )  # fmt: skip
        else:
            set_status(connection, order.id, OrderStatus.PAYING, only=OPEN)


def _settled(office: BoxOffice, order_id: str) -> Placed:
    """Money has come: paid, given back, or paying still while the settler carries on."""
    settle_soon(office, order_id)
    with office.db.read() as connection:
        return Placed(order_id, str(read_order(connection, order_id).status))


def _placed_before(office: BoxOffice, outcome: dict[str, object]) -> Placed:
    order_id, status = str(outcome["order_id"]), str(outcome.get("status", "paid"))
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    return Placed(order_id, status, pay_page(office, order) if status == "paying" else None)


def _resumed(office: BoxOffice, kept: KeptKey | None, demo_outcome: str | None) -> Placed | None:
    """An order that an earlier, interrupted request with this key has begun, carried on."""
    if kept is None or not office.answers.may_know(kept.key):
        return None
    with office.db.read() as connection:
        order = order_with_key(connection, kept.key)
    if order is None:
        return None
    if order.fingerprint != kept.fingerprint:
        raise IdempotencyMismatch
    if order.created_at < utc_now() - timedelta(hours=KEPT_HOURS):
        return None
    placed = _carried_on(office, order, demo_outcome)
    return None if placed is None else keep_placed(office, placed, kept)


def _carried_on(office: BoxOffice, order: OrderRow, demo_outcome: str | None) -> Placed | None:
    with office.db.read() as connection:
        has_money = captured_payment(connection, order.id) is not None
    if has_money:
        return _settled(office, order.id)
    if order.status == OrderStatus.PAYING and demo_outcome == "paid":
        return paid_at_once(office, order)
    if order.status in (OrderStatus.PAID, OrderStatus.REFUNDED):
        return Placed(order.id, str(order.status))
    if order.status == OrderStatus.PAYING and demo_outcome is None:
        return Placed(order.id, "paying", pay_page(office, order))
    is_kept = order.status == OrderStatus.PENDING and order.gateway in BY_HAND
    if is_kept and _is_written(office, order):
        write_started(office, order)
        return Placed(order.id, "pending")
    _drop_interrupted(office, order)
    return None


def _is_written(office: BoxOffice, order: OrderRow) -> bool:
    with office.db.read() as connection:
        events = {line.event_id for line in read_lines(connection, order.id)}
    return len(events) == order.open_events


def _drop_interrupted(office: BoxOffice, order: OrderRow) -> None:
    """Nothing was paid for it: its key is free for the repeat that starts anew."""
    give_up(office, order.id)
    with office.db.write() as connection:
        connection.execute(update(Order).where(Order.id == order.id).values(idempotency_key=None))
