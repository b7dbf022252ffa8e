"""From captured money to tickets, or all of it back: every step may be killed and repeated."""

from __future__ import annotations

import logging
import threading
from typing import Any, Final

from sqlalchemy import insert, select, update

from app.box_office import BoxOffice
from app.clock import house, utc_now, wall_ms
from app.faults import fault_point
from app.inventory.commands import CancelTickets, EndPayment, KeepOffer, Refreeze, Sell
from app.inventory.views import LineView
from app.models import (
    OrderStatus,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Ticket,
    TicketState,
)
from app.orders.rows import (
    OrderRow,
    captured_payment,
    read_lines,
    read_order,
    set_status,
    write_journal,
)
from app.orders.tickets import new_tickets
from app.outbox import add_effect
from app.refusals import Busy, Refusal
from app.rows import insert_new
from app.tokens import new_id

log = logging.getLogger("fullhouse.settler")

SETTLE_EVERY_SECONDS: Final = 10.0
REFREEZE_SECONDS: Final = 300
OFFER_SECONDS: Final = 600
BATCH: Final = 200
_turns = [threading.Lock() for _ in range(64)]  # one settling per order at a time


def capture(
    office: BoxOffice, order_id: str, gateway: str, reference: str, cents: int, currency: str
) -> bool:
    """Commit, first and alone, that money came; whether it is the one that counts.

    Repeats of the same reference change nothing. Money for an order that has been paid or given
    back, or that is not the order's sum, is marked to go back in the same transaction.
    """
    payment_id = f"{gateway}:{reference}"
    with _turn_of(order_id), office.db.write() as connection:
        order = read_order(connection, order_id)
        known = connection.execute(select(Payment.state).where(Payment.id == payment_id)).scalar()
        if known is not None:
            return known == PaymentState.CAPTURED
        counts = (
            captured_payment(connection, order_id) is None
            and order.status not in (OrderStatus.PAID, OrderStatus.REFUNDED)
            and (cents, currency) == (order.total_cents, order.currency)
        )
        connection.execute(
            insert(Payment),
            {
                "id": payment_id, "order_id": order_id, "gateway": gateway,
                "reference": reference, "amount_cents": cents, "currency": currency,
                "state": PaymentState.CAPTURED if counts else PaymentState.RETURNED,
                "settled": not counts, "captured_at": utc_now(),
            },
        )  # fmt: skip
        write_journal(connection, "payment.captured", order_id, gateway, cents=cents)
        if not counts:
            _write_refund(connection, order_id, payment_id, cents, "second payment")
    fault_point("payment.captured")
    return counts


def settle(office: BoxOffice, order_id: str) -> None:
    """Sell a captured order's places in all its events, or give all the money back."""
    with _turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
            payment = captured_payment(connection, order_id)
            lines = read_lines(connection, order_id)
        if payment is None or payment.settled:
            return
        by_event: dict[int, list[LineView]] = {}
        for line in lines:
            by_event.setdefault(line.event_id, []).append(line)
        if len(by_event) == 0:
            _give_back(office, order, payment, by_event)
            return
        try:
            _keep_all(office, order, by_event)
            _sell_all(office, order, by_event)
        except Busy:
            raise
        except Refusal:
            _give_back(office, order, payment, by_event)


def give_back_sold(office: BoxOffice, order_id: str, reason: str, by: str) -> None:
    """Cancel a paid order: tickets void, places on sale again, all money back, once."""
    with office.db.read() as connection:
        order = read_order(connection, order_id)
        payment = captured_payment(connection, order_id)
        lines = read_lines(connection, order_id)
    if payment is None or order.status != OrderStatus.PAID:
        return
    with office.db.write() as connection:
        _return_payment(connection, order, payment, reason)
        write_journal(connection, "order.given_back", order_id, by, reason=reason)
    for event_id in sorted({line.event_id for line in lines}):
        _void_tickets(office, order_id, event_id, reason, by)


class Settler:
    """Carries on captured orders that are not finished: at start, then every ten seconds."""

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
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            try:
                settle_open(self._office)
                self._office.note_drift()
            except Refusal as refusal:
                log.warning("settler waits: %s", refusal)
            except Exception:  # the next round tries again
                log.exception("settler failed")
            if self._stopped.wait(SETTLE_EVERY_SECONDS):
                return


def settle_open(office: BoxOffice) -> int:
    """Settle every captured order that is not finished; how many there were."""
    with office.db.read() as connection:
        ids = list(
            connection.execute(
                select(Payment.order_id)
                .where(Payment.state == PaymentState.CAPTURED, Payment.settled.in_((False,)))
                .limit(BATCH)
            ).scalars()
        )
    for order_id in ids:
        settle(office, order_id)
    return len(ids)


def _turn_of(order_id: str) -> threading.Lock:
    return _turns[hash(order_id) % len(_turns)]


def _keep_all(office: BoxOffice, order: OrderRow, by_event: dict[int, list[LineView]]) -> None:
    deadline_ms = house.now_ms() + REFREEZE_SECONDS * 1000
    for event_id in sorted(by_event):
        fault_point("sell.start", Refusal)
        office.inventory_of(event_id).ask(
            Refreeze(
                order.id,
                order.basket_id,
                order.email_key,
                f"{event_id}-{new_id()}",
                tuple(by_event[event_id]),
                deadline_ms,
            )
        )


def _sell_all(office: BoxOffice, order: OrderRow, by_event: dict[int, list[LineView]]) -> None:
    for event_id in sorted(by_event):
        office.inventory_of(event_id).ask(
            Sell(
                order.id,
                tuple(by_event[event_id]),
                new_tickets(len(by_event[event_id])),
                office.keys.current_id(event_id),
                wall_ms(),
            )
        )
        fault_point("sell.committed")


def _give_back(
    office: BoxOffice, order: OrderRow, payment: Any, by_event: dict[int, list[LineView]]
) -> None:
    """Late money whose places are gone: release all, one full refund, the nearest as an offer."""
    reason = "places gone before the money came"
    for event_id in sorted(by_event):
        office.inventory_of(event_id).ask(EndPayment(order.id, release=True))
        _void_tickets(office, order.id, event_id, reason, "settler")
    offer_basket = order.offer_basket_id or _keep_offer(office, order, by_event)
    with office.db.write() as connection:
        _return_payment(connection, order, payment, reason, offer_basket)
        write_journal(connection, "order.money_back", order.id, "settler", reason=reason)
    fault_point("refund.committed")


def _keep_offer(
    office: BoxOffice, order: OrderRow, by_event: dict[int, list[LineView]]
) -> str | None:
    basket_id = new_id()
    kept = False
    for event_id, lines in sorted(by_event.items()):
        command = KeepOffer(basket_id, f"{event_id}-{new_id()}", tuple(lines), OFFER_SECONDS)
        try:
            kept = office.inventory_of(event_id).ask(command) is not None or kept
        except Refusal:  # an offer is a kindness: the money goes back without it too
            continue
    return basket_id if kept else None


def _void_tickets(office: BoxOffice, order_id: str, event_id: int, reason: str, by: str) -> None:
    with office.db.read() as connection:
        ids = tuple(
            connection.execute(
                select(Ticket.id).where(
                    Ticket.order_id == order_id,
                    Ticket.event_id == event_id,
                    Ticket.state == TicketState.ISSUED,
                )
            ).scalars()
        )
    if ids:
        office.inventory_of(event_id).ask(CancelTickets(order_id, ids, reason, by, wall_ms()))


def _return_payment(
    connection: Any, order: OrderRow, payment: Any, reason: str, offer_basket: str | None = None
) -> None:
    connection.execute(
        update(Payment)
        .where(Payment.id == payment.id)
        .values(state=PaymentState.RETURNED, settled=True)
    )
    set_status(
        connection,
        order.id,
        OrderStatus.REFUNDED,
        only=tuple(OrderStatus),
        ended_at=utc_now(),
        offer_basket_id=offer_basket,
    )
    _write_refund(connection, order.id, payment.id, payment.amount_cents, reason)


def _write_refund(connection: Any, order_id: str, payment_id: str, cents: int, reason: str) -> None:
    """One refund of a whole payment, its effect and its letter; repeats change nothing."""
    refund_id = f"refund:{payment_id}"
    if cents > 0:
        connection.execute(
            insert_new(connection, Refund),
            {
                "id": refund_id, "payment_id": payment_id, "order_id": order_id,
                "amount_cents": cents, "reason": reason, "state": RefundState.REQUESTED,
                "requested_at": utc_now(),
            },
        )  # fmt: skip
        add_effect(connection, "refund.submit", f"refund.submit:{refund_id}", {"refund": refund_id})
    add_effect(
        connection, "mail.money_back", f"mail.money_back:{refund_id}",
        {"order": order_id, "refund": refund_id},
    )  # fmt: skip
