"""Money that nobody has asked back yet: tickets that were taken back while a bank had it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, func, select

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import OrderLine, Payment, PaymentState, Refund, Ticket, TicketState
from app.orders.draw_rows import worth_of_draws
from app.orders.rows import captured_payment, write_journal
from app.orders.turns import turn_of
from app.outbox import add_effect
from app.refund_rows import back_cents, write_refund

OWED: Final = "the tickets were taken back while the payment was disputed"
LISTED_LIMIT: Final = 100


def give_back_owed(office: BoxOffice, order_id: str, by: str) -> int:
    """Ask back what void tickets were worth and nobody has got; how many cents.

    That is so when a dispute is won whose tickets were taken back meanwhile. Again asks nothing.
    """
    with turn_of(order_id), office.db.write() as connection:
        payment = captured_payment(connection, order_id)
        if payment is None or not payment.settled:
            return 0
        owed = int(connection.scalar(select(_owed_cents()).where(Payment.id == payment.id)) or 0)
        if owed <= 0:
            return 0
        refund_id = f"refund:{payment.id}:owed:{payment.amount_cents - owed}"
        row = {
            "id": refund_id, "payment_id": payment.id, "order_id": order_id,
            "amount_cents": owed, "reason": OWED, "requested_at": utc_now(),
            "ticket_ids": _void_without_money(connection, order_id),
        }  # fmt: skip
        if write_refund(connection, row):
            payload = {"order": order_id, "refund": refund_id}
            add_effect(connection, "refund.submit", f"refund.submit:{refund_id}", payload)
            add_effect(connection, "mail.money_back", f"mail.money_back:{refund_id}", payload)
            write_journal(connection, "order.owed", order_id, by, cents=owed)
    return owed


def owed_orders(connection: Connection) -> list[str]:
    """Orders whose void tickets were worth more than went back, or was taken by a bank."""
    query = (
        select(Payment.order_id)
        .where(
            Payment.state == PaymentState.CAPTURED, Payment.settled == 1, _owed_cents() > 0
        )
        .limit(LISTED_LIMIT)
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def _owed_cents() -> Any:
    """An expression over payments: what is neither a valid ticket's worth, nor back, nor taken."""
    live = (
        select(func.sum(OrderLine.price_cents))
        .join(Ticket, Ticket.line_id == OrderLine.id)
        .where(Ticket.order_id == Payment.order_id, Ticket.state == TicketState.ISSUED)
        .correlate(Payment)
        .scalar_subquery()
    )
    worth = func.coalesce(live, 0) + worth_of_draws()
    return Payment.amount_cents - back_cents(Payment.id) - worth


def _void_without_money(connection: Connection, order_id: str) -> list[str]:
    """Void tickets of an order that no refund names."""
    named = {
        ticket_id
        for ids in connection.execute(
            select(Refund.ticket_ids).where(Refund.order_id == order_id)
        ).scalars()
        for ticket_id in ids or ()
    }
    void = select(Ticket.id).where(Ticket.order_id == order_id, Ticket.state == TicketState.VOID)
    return [one for one in connection.execute(void).scalars() if one not in named]
