"""Deliveries: kept under their unique id when they come, acted on afterwards, in any order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.faults import fault_point
from app.models import DeliveryRow, DeliveryState, OrderStatus
from app.orders.disputes import dispute_told
from app.orders.ending import OPEN, act_on, end_overdue, refuse_payment
from app.orders.refunds_told import MoreThanIsLeft, refund_told
from app.orders.rows import OrderRow, read_order
from app.payments.gateway import Notice, Report, Standing, as_remote
from app.refusals import NotFound, Refusal
from app.rows import insert_new

log = logging.getLogger("fullhouse.deliveries")

BATCH: Final = 50
TRIES_LIMIT: Final = 60  # with a pause before each: an hour
PAUSE_SECONDS: Final = 1.0
PAUSE_STEPS: Final = 10
LATE_KINDS: Final = ("refund.", "charge.dispute.")  # about a payment, not about an order
PAUSE_LIMIT_SECONDS: Final = 120.0

came: Final = threading.Event()  # wakes whoever acts on them in this process

Facts = dict[str, Any]
Act = Callable[[BoxOffice, str, Facts], None]

_rows = DeliveryRow.__table__.c


def keep_delivery(office: BoxOffice, gateway_name: str, body: bytes, signature: str) -> bool:
    """Keep what a gateway called to tell, once; whether it is new.

    Raises `BadNotice` for what is not signed, and `NotFound` where there is no such gateway.
    """
    gateway = as_remote(office.gateways.get(gateway_name))
    if gateway is None:
        raise NotFound
    notice = gateway.read_notice(body, signature)
    with office.db.read() as connection:  # a repeat waits for nobody who writes
        if connection.scalar(select(_rows.id).where(_rows.id == notice.id)) is not None:
            return False
    with office.db.write() as connection:
        is_new = _insert(connection, gateway_name, notice)
    if is_new:
        came.set()
    return is_new


def act_on_deliveries(office: BoxOffice) -> int:
    """Act on those that wait, oldest first; how many were acted on."""
    with office.db.read() as connection:
        waiting = list(
            connection.execute(
                select(_rows.id, _rows.gateway, _rows.kind, _rows.facts, _rows.tries)
                .where(_rows.state == DeliveryState.NEW, _rows.received_at <= utc_now())
                .order_by(_rows.received_at)
                .limit(BATCH)
            )
        )
    for row in waiting:
        _act(office, row)
    return len(waiting)


def act_again(office: BoxOffice) -> int:
    """Let deliveries that could not be acted on wait once more; how many."""
    with office.db.write() as connection:
        changed = connection.execute(
            update(DeliveryRow)
            .where(_rows.state == DeliveryState.FAILED)
            .values(state=DeliveryState.NEW, tries=0, received_at=utc_now(), done_at=None)
        )
    came.set()
    return int(changed.rowcount)


def _insert(connection: Connection, gateway: str, notice: Notice) -> bool:
    state = DeliveryState.NEW if notice.kind in _ACTS else DeliveryState.IGNORED
    row = {
        "id": notice.id, "gateway": gateway, "kind": notice.kind, "facts": notice.facts,
        "state": state, "tries": 0, "at": notice.at, "received_at": utc_now(),
    }  # fmt: skip
    written = insert_new(connection, DeliveryRow).values(row).returning(_rows.id)
    return connection.execute(written).one_or_none() is not None


def _act(office: BoxOffice, row: Any) -> None:
    state, words = DeliveryState.DONE, None
    try:
        _ACTS[row.kind](office, row.gateway, row.facts)
        fault_point("delivery.acted")
    except NotFound as refusal:  # of another installation; or told before its payment was
        is_early = row.kind.startswith(LATE_KINDS) and row.tries < TRIES_LIMIT - 1
        state = DeliveryState.NEW if is_early else DeliveryState.IGNORED
        words = refusal.words
    except MoreThanIsLeft as refusal:  # until one of ours has ended, however long that takes
        _finish(office, row, DeliveryState.NEW, refusal.words, limit=None)
        return
    except Refusal as refusal:
        log.info("delivery %s waits: %s", row.id, refusal)
        state, words = DeliveryState.NEW, refusal.words
    except Exception as fault:  # one that cannot be acted on must not hold up the others
        log.exception("delivery %s (%s) cannot be acted on", row.id, row.kind)
        state, words = DeliveryState.NEW, type(fault).__name__
    _finish(office, row, state, words)


def _finish(
    office: BoxOffice,
    row: Any,
    state: DeliveryState,
    words: str | None,
    limit: int | None = TRIES_LIMIT,
) -> None:
    now = utc_now()
    values: Facts = {"state": state, "words": words, "done_at": now, "tries": row.tries + 1}
    if state == DeliveryState.NEW:
        if limit is not None and row.tries + 1 >= limit:
            values["state"] = DeliveryState.FAILED
        else:
            pause = min(PAUSE_LIMIT_SECONDS, PAUSE_SECONDS * 2.0 ** min(row.tries, PAUSE_STEPS))
            values |= {"done_at": None, "received_at": now + timedelta(seconds=pause)}
    with office.db.write() as connection:
        connection.execute(update(DeliveryRow).where(_rows.id == row.id).values(**values))


def _order_of(office: BoxOffice, gateway: str, order_id: str) -> OrderRow:
    with office.db.read() as connection:
        order = read_order(connection, order_id)
    if order.gateway != gateway:
        raise NotFound
    return order


def _session_paid(office: BoxOffice, gateway: str, facts: Facts) -> None:
    """Money has come, or is on its way by a method that takes days."""
    order = _order_of(office, gateway, facts["order"])
    report = Report.PAID if facts["status"] == "paid" else Report.WAITING
    standing = Standing(report, facts["payment"], facts["cents"], facts["currency"])
    act_on(office, order, facts["session"], standing)


def _session_refused(office: BoxOffice, gateway: str, facts: Facts) -> None:
    """A method that takes days has come to nothing: the holds run on for a while."""
    order = _order_of(office, gateway, facts["order"])
    if act_on(office, order, facts["session"], Standing(Report.CLOSED)) and order.status in OPEN:
        refuse_payment(office, order.id)


def _session_expired(office: BoxOffice, gateway: str, facts: Facts) -> None:
    """Nobody paid in the gateway's time; whatever is paid in another session counts."""
    order = _order_of(office, gateway, facts["order"])
    act_on(office, order, facts["session"], Standing(Report.CLOSED))
    is_last = order.reference in (None, facts["session"])
    if is_last and order.status == OrderStatus.PAYING:
        end_overdue(office, order)


_ACTS: Final[dict[str, Act]] = {
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.async_payment_failed": _session_refused,
    "checkout.session.expired": _session_expired,
    "refund.created": refund_told,
    "refund.updated": refund_told,
    "refund.failed": refund_told,
    "charge.dispute.created": dispute_told,
    "charge.dispute.updated": dispute_told,
    "charge.dispute.funds_withdrawn": dispute_told,
    "charge.dispute.funds_reinstated": dispute_told,
    "charge.dispute.closed": dispute_told,
}
