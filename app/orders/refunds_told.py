"""What a gateway tells of refunds: ours as they go on, and those that were made there by hand."""

from __future__ import annotations

import logging
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.ledger_rows import enter_refund
from app.models import Payment, Refund, RefundState
from app.orders.rows import order_of_payment, write_journal
from app.orders.turns import turn_of
from app.payments.gateway import NotThere, Returned, as_remote
from app.refund_rows import write_refund
from app.refusals import GatewayAway, Refusal

log = logging.getLogger("fullhouse.refunds")

ENDED: Final = (RefundState.SUCCEEDED, RefundState.FAILED)
ASKED_LIMIT: Final = 50  # refunds that a gateway is asked about at once

Facts = dict[str, Any]


class MoreThanIsLeft(Refusal):
    """More went back at the gateway than our books have left: one of ours has yet to fail."""

    code, status = "more_than_is_left", 409
    happened = "More was given back there than is left of the payment here."


def refund_told(office: BoxOffice, gateway: str, facts: Facts) -> None:
    """How a refund stands; one that was made at the gateway by hand is entered like ours.

    Its tickets stay as they are: the gateway knows of none. Raises `MoreThanIsLeft` where it must
    wait until one of ours has failed.
    """
    returned = Returned(facts["state"], facts["reference"], facts["why"])
    with office.db.read() as connection:
        order_id = order_of_payment(connection, gateway, facts["payment"])
    with turn_of(order_id), office.db.write() as connection:
        payment = connection.execute(
            select(Payment.id, Payment.order_id).where(
                Payment.gateway == gateway, Payment.reference == facts["payment"]
            )
        ).one()
        refund_id = _known(connection, payment.id, facts["refund"])
        if refund_id is None:
            refund_id = _foreign(connection, gateway, payment, facts)
        note_refund(connection, refund_id, payment.order_id, gateway, returned)


def note_refund(
    connection: Connection, refund_id: str, order_id: str, gateway: str, returned: Returned
) -> bool:
    """Write how a refund stands now; whether that is news. What has ended stays, but for a failure.

    A failure that comes after success is the bank's: it sends money back days later.
    """
    state = RefundState(returned.state)
    changed = connection.execute(
        update(Refund)
        .where(Refund.id == refund_id, _may_become(state))
        .values(
            state=state,
            reference=returned.reference,
            ended_at=utc_now() if state in ENDED else None,
        )
    )
    if changed.rowcount and state == RefundState.FAILED:
        enter_refund(connection, refund_id)
        write_journal(
            connection, "refund.failed", order_id, gateway, refund=refund_id, why=returned.words
        )
    return bool(changed.rowcount)


def ask_about_submitted(office: BoxOffice, turn: int) -> int:
    """Ask gateways about refunds on their way whose news may have been lost; how many had news.

    Each call takes other ones: `turn` counts the calls.
    """
    rows = (
        select(Refund.id, Refund.order_id, Refund.reference, Payment.gateway)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.state == RefundState.SUBMITTED, Refund.reference.is_not(None))
        .order_by(Refund.id)
    )
    with office.db.read() as connection:
        waiting = connection.execute(rows).all()
    first = turn * ASKED_LIMIT % len(waiting) if waiting else 0
    count = 0
    for row in waiting[first : first + ASKED_LIMIT]:
        gateway = as_remote(office.gateways.get(row.gateway))
        if gateway is None:
            continue
        try:
            returned = gateway.look_up_refund(row.reference)
        except NotThere:  # made in the other mode, or at another account
            continue
        except GatewayAway:
            break
        with office.db.write() as connection:
            count += note_refund(connection, row.id, row.order_id, row.gateway, returned)
    return count


def _known(connection: Connection, payment_id: str, refund_id: str) -> str | None:
    ours = select(Refund.id).where(Refund.id == refund_id, Refund.payment_id == payment_id)
    return connection.scalar(ours)


def _foreign(connection: Connection, gateway: str, payment: Any, facts: Facts) -> str:
    """The id of a refund that was made there, entered if it is not yet."""
    refund_id = f"refund:{payment.id}:{facts['reference']}"
    if _known(connection, payment.id, refund_id) is not None:
        return refund_id
    row = {
        "id": refund_id, "payment_id": payment.id, "order_id": payment.order_id,
        "amount_cents": facts["cents"], "reason": f"made at {gateway}", "ticket_ids": [],
        "requested_at": utc_now(),
    }  # fmt: skip
    if not write_refund(connection, row):
        raise MoreThanIsLeft
    write_journal(
        connection, "refund.foreign", payment.order_id, gateway,
        reference=facts["reference"], cents=facts["cents"], state=facts["state"],
    )  # fmt: skip
    log.warning("order %s: %s went back at %s by hand", payment.order_id, facts["cents"], gateway)
    return refund_id


def _may_become(state: RefundState) -> ColumnElement[bool]:
    """Which refunds a word still changes: words come in any order, and only a failure is later."""
    before = [RefundState.REQUESTED, RefundState.SUBMITTED]
    if state == RefundState.FAILED:
        before.append(RefundState.SUCCEEDED)
    if state in before:
        before = [RefundState.REQUESTED]
    return Refund.state.in_(before)
