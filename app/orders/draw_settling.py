"""Orders of draw tickets: from captured money to tickets, or back; let go when nobody pays."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.faults import fault_point
from app.lottery.pool import paying
from app.lottery.pool.commands import EndPayment, PayPurchase, ShowPurchase
from app.lottery.pool.purchase import WAITING
from app.models import OrderStatus, Payment, PaymentState
from app.orders.draw_rows import DrawLine, write_taken
from app.orders.rows import OrderRow, set_status, write_journal
from app.outbox import add_effect, wanted
from app.prize_draws.limits import spent_besides
from app.refund_rows import write_refund
from app.refusals import NotFound

SHORT: Final = "fewer draw tickets were left"
CLOSED: Final = "the sale had closed when the money came"
LIMIT: Final = "the buyer's limits left no room when the money came"
AMOUNT: Final = "the sum was not what the draw tickets cost"
NONE_LEFT: Final = "no draw tickets were to be had when the money came"

WHY_BACK: Final = {
    paying.SHORT: SHORT, paying.CLOSED: CLOSED, paying.LIMIT: LIMIT, paying.AMOUNT: AMOUNT,
}  # fmt: skip


def settle_draw(office: BoxOffice, order: OrderRow, payment: Any, draw: DrawLine) -> None:
    """Hand out what the money buys, and send back the rest; again it changes nothing."""
    pool, why = office.pool_of(draw.lottery_id), ""
    try:
        cents = payment.amount_cents
        if draw.credits:
            cents = pool.ask(ShowPurchase(order.id, order.email_key)).cents
        with office.db.read() as connection:
            elsewhere = spent_besides(connection, order.id)
        paid = PayPurchase(order.id, payment.id, cents, wall_ms(), elsewhere)
        outcome = pool.ask(paid)
        taken, why = outcome.taken, WHY_BACK.get(outcome.why_back, "")
        wanted.set()  # its buyer watches the first tickets come
    except NotFound:  # it lapsed so long ago that nobody knows of it
        taken = 0
    fault_point("sell.committed")
    with office.db.write() as connection:
        write_taken(connection, draw, taken, office.draws.by_id(draw.lottery_id).title)
        why = why or (SHORT if taken else NONE_LEFT)  # told once; whoever died over it asks again
        _write_settled(connection, order, payment, draw, taken, why)
        write_journal(connection, "order.draw_settled", order.id, "settler", taken=taken)


def release_draw(office: BoxOffice, order: OrderRow, draw: DrawLine) -> None:
    """Nobody pays: the wish for tickets is over, and counts against no limit any more."""
    try:
        office.pool_of(draw.lottery_id).ask(EndPayment(order.id, order.email_key, release=True))
    except NotFound:  # it ended long ago
        return


def waiting_purchases(office: BoxOffice) -> tuple[set[str], bool]:
    """Orders whose draw tickets wait for money, and whether all draws could be looked at."""
    states = [pool.actor.state for pool in office.lotteries.running()]
    waiting = {
        purchase.id
        for state in states
        if state is not None
        for purchase in tuple(state.purchases.values())
        if purchase.status in WAITING
    }
    return waiting, all(state is not None for state in states)


def _write_settled(
    connection: Connection, order: OrderRow, payment: Any, draw: DrawLine, taken: int, why: str
) -> None:
    back_cents = payment.amount_cents - taken * draw.unit_cents
    now = utc_now()
    state = PaymentState.CAPTURED if taken else PaymentState.RETURNED
    connection.execute(
        update(Payment).where(Payment.id == payment.id).values(settled=True, state=state)
    )
    if taken:
        set_status(
            connection, order.id, OrderStatus.PAID,
            only=tuple(OrderStatus), open_events=0, paid_at=now, ended_at=None,
        )  # fmt: skip
    else:
        set_status(
            connection, order.id, OrderStatus.REFUNDED, only=tuple(OrderStatus), ended_at=now
        )
    if back_cents > 0:
        _write_back(connection, payment, back_cents, taken, why)


def _write_back(connection: Connection, payment: Any, cents: int, taken: int, why: str) -> None:
    refund_id = f"refund:{payment.id}:short" if taken else f"refund:{payment.id}"
    row = {
        "id": refund_id, "payment_id": payment.id, "order_id": payment.order_id,
        "amount_cents": cents, "reason": why,
        "ticket_ids": [] if taken else None, "requested_at": utc_now(),
    }  # fmt: skip
    if write_refund(connection, row):
        add_effect(connection, "refund.submit", f"refund.submit:{refund_id}", {"refund": refund_id})
