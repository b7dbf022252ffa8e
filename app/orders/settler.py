"""What is carried on by itself: money that has come, and orders that were broken off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import exists, select

from app.box_office import BoxOffice
from app.clock import house
from app.models import BY_HAND, Order, OrderStatus, Payment, PaymentState
from app.orders.draw_settling import waiting_purchases
from app.orders.ending import OPEN, end_order, unfreeze
from app.orders.receipt_numbers import ReceiptRounds
from app.orders.receipts import wanted
from app.orders.refunding import carry_on_mass_refunds
from app.orders.reminding import end_cancelled
from app.orders.rows import captured_payment, read_order
from app.orders.settling import settle_open
from app.orders.turns import turn_of
from app.refusals import Refusal

log = logging.getLogger("fullhouse.settler")

SETTLE_EVERY_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
BREATH_SECONDS: Final = 0.2  # between two rounds, however many wait for a receipt
BROKEN_OFF_SECONDS: Final = 30  # no request lives so long: its order will not be carried on
LAPSED_SECONDS: Final = 60  # past its deadline
OVER: Final = (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED)
BATCH: Final = 200


class Settler:
    """Carries on captured orders and ends broken ones: at start, then every ten seconds."""

    def __init__(self, office: BoxOffice) -> None:
        self._office = office
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settler", daemon=True)

    def start(self) -> None:
        """Start working in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the order at hand."""
        self._stopped.set()
        wanted.set()
        self._thread.join(timeout=STOP_SECONDS)

    @property
    def is_well(self) -> bool:
        """Whether it still runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        rounds: tuple[Callable[[BoxOffice], Any], ...] = (
            settle_open,
            thaw_broken,
            lapse_forgotten,
            end_cancelled,
            carry_on_mass_refunds,
            ReceiptRounds().carry_on,
        )
        while True:
            for carry_on in (*rounds, BoxOffice.note_drift):
                try:
                    carry_on(self._office)
                except Refusal as refusal:
                    log.warning("settler waits: %s", refusal)
                except Exception:  # the next round tries again
                    log.exception("settler failed")
            wanted.wait(SETTLE_EVERY_SECONDS)
            wanted.clear()
            if self._stopped.wait(BREATH_SECONDS):
                return


def thaw_broken(office: BoxOffice) -> int:
    """Let go of places frozen for orders that were broken off or are over; how many orders.

    A buyer whose order was broken off by a crash has the places in the basket again.
    """
    frozen, _is_all = _frozen_orders(office)
    begun_ms = house.now_ms() - BROKEN_OFF_SECONDS * 1000
    paying_ms = office.settings.payment_seconds * 1000
    broken_off = (
        (Order.status == OrderStatus.PENDING)
        & Order.gateway.not_in(BY_HAND)
        & (Order.deadline_ms < begun_ms + paying_ms)
    )
    query = select(Order.id, Order.status).where(
        Order.id.in_(sorted(frozen)[:BATCH]), broken_off | Order.status.in_(OVER), ~_has_money()
    )
    with office.db.read() as connection:
        found = connection.execute(query).all()
    for order_id, status in found:
        _thaw(office, order_id, release=status in OVER)
    return len(found)


def lapse_forgotten(office: BoxOffice) -> int:
    """Orders past their deadline with no place frozen any more have come to nothing."""
    frozen, is_all = _frozen_orders(office)
    if not is_all:
        return 0
    query = (
        select(Order.id)
        .where(
            Order.status.in_(OPEN),
            Order.deadline_ms < house.now_ms() - LAPSED_SECONDS * 1000,
            ~_has_money(),
        )
        .limit(BATCH)
    )
    with office.db.read() as connection:
        found = [order for order in connection.execute(query).scalars() if order not in frozen]
    for order_id in found:
        with turn_of(order_id), office.db.write() as connection:
            if captured_payment(connection, order_id) is None:
                end_order(connection, order_id, OrderStatus.EXPIRED)
    return len(found)


def _thaw(office: BoxOffice, order_id: str, release: bool) -> None:
    with turn_of(order_id):
        with office.db.read() as connection:
            if captured_payment(connection, order_id) is not None:
                return
            order = read_order(connection, order_id)
        unfreeze(office, order, release)
        with office.db.write() as connection:
            end_order(connection, order_id, OrderStatus.CANCELLED)


def _frozen_orders(office: BoxOffice) -> tuple[set[str], bool]:
    """Orders for which something is kept, and whether all actors could be looked at."""
    states = [inventory.actor.state for inventory in office.inventories.running()]
    frozen = {order for state in states if state is not None for order in tuple(state.order_holds)}
    waiting, is_all = waiting_purchases(office)
    return frozen | waiting, is_all and all(state is not None for state in states)


def _has_money() -> Any:
    return exists().where(Payment.order_id == Order.id, Payment.state == PaymentState.CAPTURED)
