"""From captured money to tickets, or all of it back: every step may be killed and repeated."""

from __future__ import annotations

import logging
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from app.box_office import BoxOffice
from app.clock import house, utc_now, wall_ms
from app.faults import fault_point
from app.inventory.commands import CancelTickets, EndPayment, KeepOffer, Refreeze, Sell
from app.inventory.views import LineView
from app.ledger_rows import enter_payment
from app.models import (
    OrderStatus,
    Payment,
    PaymentState,
    Refund,
    Ticket,
    TicketState,
)
from app.orders.draw_rows import draw_line
from app.orders.draw_settling import settle_draw
from app.orders.rows import (
    OrderRow,
    captured_payment,
    read_lines,
    read_order,
    set_status,
    write_journal,
)
from app.orders.tickets import new_tickets
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refund_rows import back_cents, write_refund
from app.refusals import Busy, NotOnSale, Refusal
from app.tokens import new_id

log = logging.getLogger("fullhouse.settler")


class MoreThanPaid(Exception):  # noqa: N818  a wall: nothing of it is written
    """More would go back than was paid."""


REFREEZE_SECONDS: Final = 300
OFFER_SECONDS: Final = 600
BATCH: Final = 200

SECOND_PAYMENT: Final = "second payment"
WRONG_SUM: Final = "the sum was not the order's"
ORDER_OVER: Final = "the order was over"
PLACES_GONE: Final = "places gone before the money came"
EVENT_CANCELLED: Final = "the event does not take place"


def capture(
    office: BoxOffice,
    order_id: str,
    gateway: str,
    reference: str,
    cents: int,
    currency: str,
    by: str = "",
) -> bool:
    """Commit, first and alone, that money came; whether it is the one that counts.

    Repeats of the same reference change nothing. Money for an order that has been paid or given
    back, or that is not the order's sum, is marked to go back in the same transaction.
    """
    payment_id = f"{gateway}:{reference}"
    with turn_of(order_id), office.db.write() as connection:
        order = read_order(connection, order_id)
        known = connection.execute(select(Payment.state).where(Payment.id == payment_id)).scalar()
        if known is not None:
            return known == PaymentState.CAPTURED
        reason = _why_not(connection, order, cents, currency)
        connection.execute(
            insert(Payment),
            {
                "id": payment_id, "order_id": order_id, "gateway": gateway,
                "reference": reference, "amount_cents": cents, "currency": currency,
                "state": PaymentState.CAPTURED if reason is None else PaymentState.RETURNED,
                "settled": reason is not None, "return_reason": reason, "captured_at": utc_now(),
            },
        )  # fmt: skip
        enter_payment(connection, payment_id)
        write_journal(connection, "payment.captured", order_id, by or gateway, cents=cents)
        if reason is not None:
            _write_refund(connection, order_id, payment_id, cents, reason)
    fault_point("payment.captured")
    return reason is None


def settle(office: BoxOffice, order_id: str) -> None:
    """Sell a captured order's places or draw tickets, or give all the money back.

    Raises `Busy` when it cannot be finished now; the settler carries on.
    """
    with turn_of(order_id):
        with office.db.read() as connection:
            order = read_order(connection, order_id)
            payment = captured_payment(connection, order_id)
            draw = draw_line(connection, order_id)
            lines = read_lines(connection, order_id)
        if payment is None or payment.settled:
            return
        if draw is not None:
            settle_draw(office, order, payment, draw)
            return
        by_event: dict[int, list[LineView]] = {}
        for line in lines:
            by_event.setdefault(line.event_id, []).append(line)
        reason = payment.return_reason
        if reason is None and not _is_whole(order, lines):
            reason = PLACES_GONE  # it was broken off before all its events were asked
        if reason is None:
            reason = _sell(office, order, by_event)
        if reason is not None:
            _give_back(office, order, payment, by_event, reason)


def settle_soon(office: BoxOffice, order_id: str) -> None:
    """The same for an order whose money has come: what cannot be done now is done afterwards."""
    try:
        settle(office, order_id)
    except Busy:
        log.warning("order %s is settled later: the box office is busy", order_id)


def settle_open(office: BoxOffice) -> int:
    """Settle every captured order that is not finished; how many there were."""
    with office.db.read() as connection:
        ids = list(
            connection.execute(
                select(Payment.order_id)
                .where(Payment.state == PaymentState.CAPTURED, Payment.settled == 0)
                .order_by(Payment.captured_at)
                .limit(BATCH)
            ).scalars()
        )
    for order_id in ids:
        try:
            settle(office, order_id)
        except Refusal as refusal:
            log.warning("order %s is settled later: %s", order_id, refusal)
        except Exception:  # one order that cannot be settled must not hold up the others
            log.exception("order %s cannot be settled", order_id)
    return len(ids)


def _why_not(connection: Connection, order: OrderRow, cents: int, currency: str) -> str | None:
    """Why money is not the one that counts; None when it is."""
    if captured_payment(connection, order.id) is not None or order.status == OrderStatus.PAID:
        return SECOND_PAYMENT
    if order.status == OrderStatus.REFUNDED:
        return ORDER_OVER
    return None if (cents, currency) == (order.total_cents, order.currency) else WRONG_SUM


def _is_whole(order: OrderRow, lines: tuple[LineView, ...]) -> bool:
    events = {line.event_id for line in lines}
    return len(events) >= order.open_events and (
        sum(line.cents for line in lines) == order.total_cents
    )


def _sell(office: BoxOffice, order: OrderRow, by_event: dict[int, list[LineView]]) -> str | None:
    """Keep everything, then sell everything; why not, when a place is gone."""
    try:
        _keep_all(office, order, by_event)
        _sell_all(office, order, by_event)
    except Busy:
        raise
    except NotOnSale:
        return EVENT_CANCELLED
    except Refusal:
        return PLACES_GONE
    return None


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
    office: BoxOffice,
    order: OrderRow,
    payment: Any,
    by_event: dict[int, list[LineView]],
    reason: str,
) -> None:
    """Release and void all, one full refund; for places that are gone the nearest as an offer.

    Decided first and for good: whoever carries on after a crash must not sell what was undone.
    """
    if payment.return_reason is None:
        with office.db.write() as connection:
            _decide_return(connection, payment.id, reason)
    for event_id in sorted(by_event):
        office.inventory_of(event_id).ask(EndPayment(order.id, release=True))
        _void_tickets(office, order.id, event_id, reason, "settler")
    offer_basket = _keep_offer(office, order, by_event) if reason == PLACES_GONE else None
    with office.db.write() as connection:
        _return_payment(connection, order, payment, reason, offer_basket)
        write_journal(connection, "order.money_back", order.id, "settler", reason=reason)
    fault_point("refund.committed")


def _decide_return(connection: Connection, payment_id: str, reason: str) -> None:
    connection.execute(
        update(Payment)
        .where(Payment.id == payment_id, Payment.return_reason.is_(None))
        .values(return_reason=reason, settled=False)
    )


def _keep_offer(
    office: BoxOffice, order: OrderRow, by_event: dict[int, list[LineView]]
) -> str | None:
    basket_id = f"offer-{order.id}"  # the same again, whoever carries on
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
    connection: Connection,
    order: OrderRow,
    payment: Any,
    reason: str,
    offer_basket: str | None = None,
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


def _write_refund(
    connection: Connection, order_id: str, payment_id: str, cents: int, reason: str
) -> None:
    """One refund of a whole payment, its effect and its letter; repeats change nothing."""
    refund_id = f"refund:{payment_id}"
    known = connection.scalar(select(Refund.id).where(Refund.id == refund_id))
    if known is None:  # a part may have gone back by other ways
        cents -= int(connection.scalar(select(back_cents(payment_id))) or 0)
    if cents > 0 and known is None:
        row = {
            "id": refund_id, "payment_id": payment_id, "order_id": order_id,
            "amount_cents": cents, "reason": reason, "ticket_ids": None, "requested_at": utc_now(),
        }  # fmt: skip
        if not write_refund(connection, row):
            raise MoreThanPaid(refund_id)
        add_effect(connection, "refund.submit", f"refund.submit:{refund_id}", {"refund": refund_id})
    add_effect(
        connection, "mail.money_back", f"mail.money_back:{refund_id}",
        {"order": order_id, "refund": refund_id},
    )  # fmt: skip
