"""What makes up for lost calls: acts on deliveries, ends what is overdue, asks about the rest."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import house, utc_now
from app.loops import Loop
from app.models import Order, OrderStatus, PaySession, SessionState
from app.orders.deliveries import act_on_deliveries, came
from app.orders.ending import act_on, end_overdue
from app.orders.rows import OrderRow, read_order
from app.orders.sessions import BANK_DAYS
from app.payments.gateway import Report, as_remote
from app.refusals import Busy, GatewayAway, Refusal

log = logging.getLogger("fullhouse.reconciler")

REST_SECONDS: Final = 1.0
STEP_LIMIT_SECONDS: Final = 300.0  # many orders at a gateway that hangs
STOP_SECONDS: Final = 6.0
DELIVERIES_WAIT_SECONDS: Final = 0.5
FIRST_LOOK_SECONDS: Final = 60.0  # after the session was begun; a notice takes seconds
LOOK_EVERY_SECONDS: Final = 120.0
LOOK_SOON_SECONDS: Final = 5.0  # between two looks for a buyer who is back and waits
CHECK_AGAIN_SECONDS: Final = 300.0
SOON_LIMIT: Final = 1000
BATCH: Final = 200
ASKABLE: Final = (SessionState.OPEN, SessionState.WAITING, SessionState.UNSURE)


class Reconciler:
    """Two threads: one for what gateways told, one for what they did not."""

    def __init__(self, office: BoxOffice) -> None:
        self._office = office
        self._looked_at: dict[str, float] = {}  # order -> steady seconds
        self._check_at = 0.0
        self._loops = (
            Loop("deliveries", self._act, STEP_LIMIT_SECONDS),
            Loop("reconciler", self._reconcile, STEP_LIMIT_SECONDS, REST_SECONDS),
        )

    def start(self) -> None:
        """Begin to work, where there is a gateway to work with."""
        if self._is_needed:
            for loop in self._loops:
                loop.start()

    def stop(self) -> None:
        """End after the order at hand."""
        came.set()
        if self._is_needed:
            for loop in self._loops:
                loop.stop(STOP_SECONDS)

    @property
    def is_well(self) -> bool:
        """Whether both threads run; a gateway that is away does not count."""
        return not self._is_needed or all(loop.is_well for loop in self._loops)

    @property
    def _is_needed(self) -> bool:
        return any(gateway.remote for gateway in self._office.gateways.values())

    def _act(self) -> float:
        came.clear()
        if not act_on_deliveries(self._office):
            came.wait(DELIVERIES_WAIT_SECONDS)
        return 0.0

    def _reconcile(self) -> float:
        self._check_accounts()
        for order in _overdue(self._office):
            self._try("end", order.id, lambda order=order: end_overdue(self._office, order))
        open_sessions = _open_sessions(self._office)
        self._forget_all_but({row.order_id for row in open_sessions})
        for row in open_sessions:
            if self._is_due(row):
                self._looked_at[row.order_id] = time.monotonic()
                self._try("look at", row.order_id, lambda row=row: look_up(self._office, row))
        return REST_SECONDS

    def _check_accounts(self) -> None:
        """Ask at the start and every few minutes whether our accounts are good."""
        if time.monotonic() < self._check_at:
            return
        faults = []
        for gateway in filter(None, map(as_remote, self._office.gateways.values())):
            try:
                faults.append(gateway.check())
            except GatewayAway:
                faults.append(f"{gateway.name} does not answer yet")
        for words in filter(None, faults):
            log.error("%s Until then no card is taken; all else goes on.", words)
        self._check_at = time.monotonic() + CHECK_AGAIN_SECONDS

    def _is_due(self, row: Any) -> bool:
        now = time.monotonic()
        looked_at = self._looked_at.get(row.order_id)
        if row.order_id in _soon:
            if looked_at is None or now - looked_at >= LOOK_SOON_SECONDS:
                _soon.discard(row.order_id)
                return True
            return False
        if looked_at is not None:
            return now - looked_at >= LOOK_EVERY_SECONDS
        return bool(row.begun_at < utc_now() - timedelta(seconds=FIRST_LOOK_SECONDS))

    def _forget_all_but(self, orders: set[str]) -> None:
        _soon.intersection_update(orders)
        self._looked_at = {order: at for order, at in self._looked_at.items() if order in orders}

    def _try(self, what: str, order_id: str, work: Any) -> None:
        try:
            work()
        except Busy:
            raise
        except Refusal as refusal:
            log.info("cannot %s order %s now: %s", what, order_id, refusal)
        except Exception:  # one order must not hold up the others
            log.exception("cannot %s order %s", what, order_id)


def look_soon(order_id: str) -> None:
    """Somebody waits for this order: ask its gateway soon. Costs nothing and can be forgotten."""
    if len(_soon) < SOON_LIMIT:
        _soon.add(order_id)


def look_up(office: BoxOffice, row: Any) -> None:
    """Ask a gateway what has become of a session, and act on it."""
    gateway = as_remote(office.gateways.get(row.gateway))
    if gateway is None:
        return
    with office.db.read() as connection:
        order = read_order(connection, row.order_id)
    standing = gateway.look_up(row.reference)
    if standing.report == Report.OPEN:
        return
    is_closed = act_on(office, order, row.reference, standing)
    if is_closed and order.status == OrderStatus.PAYING:
        end_overdue(office, order)


def _overdue(office: BoxOffice) -> list[OrderRow]:
    """Orders at remote gateways that are past their deadline and not with a bank."""
    remote = [name for name, gateway in office.gateways.items() if gateway.remote]
    waiting = (
        select(PaySession.id)
        .where(
            PaySession.order_id == Order.id,
            PaySession.state == SessionState.WAITING,
            PaySession.begun_at > utc_now() - timedelta(days=BANK_DAYS),
        )
        .exists()
    )
    query = (
        select(Order.id)
        .where(
            Order.status == OrderStatus.PAYING,
            Order.gateway.in_(remote),
            Order.deadline_ms < house.now_ms(),
            ~waiting,
        )
        .order_by(Order.deadline_ms)
        .limit(BATCH)
    )
    with office.db.read() as connection:
        return [read_order(connection, order) for order in connection.execute(query).scalars()]


def _open_sessions(office: BoxOffice) -> list[Any]:
    query = (
        select(PaySession.order_id, PaySession.gateway, PaySession.reference, PaySession.begun_at)
        .where(
            PaySession.state.in_(ASKABLE),
            PaySession.reference.is_not(None),
            PaySession.is_live.in_((office.settings.live_key,)),  # the other mode knows it not
        )
        .order_by(PaySession.begun_at)
    )
    with office.db.read() as connection:
        return list(connection.execute(query))


_soon: set[str] = set()
