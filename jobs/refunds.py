"""Money that goes back: ask the gateway, note what it says."""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import Connection, select, update

from app.box_office import BoxOffice
from app.clock import utc_now, wall_ms
from app.effects import Done, Duty, Effect, Facts, Failed, Outcome
from app.ledger_rows import enter_refund
from app.models import Payment, Refund, RefundState
from app.orders.refunds_told import ask_about_submitted
from app.refusals import GatewayAway

HOUR_MS: Final = 3_600_000
ENDED: Final = (RefundState.SUCCEEDED, RefundState.FAILED)


def duties(office: BoxOffice) -> dict[str, Duty]:
    """How a refund is handed to its gateway."""
    return {"refund.submit": Duty(partial(submit, office), settle=note)}


def ask_about_refunds(office: BoxOffice) -> None:
    """Ask gateways about refunds on their way: what they called to tell may have been lost."""
    ask_about_submitted(office, turn=wall_ms() // HOUR_MS)


def submit(office: BoxOffice, effect: Effect) -> Outcome:
    """Ask the gateway for the refund; its id makes repeats one refund."""
    refund_id = effect.payload["refund"]
    query = (
        select(
            Refund.state, Refund.amount_cents, Payment.gateway, Payment.reference, Payment.currency
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.id == refund_id)
    )
    with office.db.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or row.state in ENDED:
        return Done({"left_out": "there is nothing to give back any more"})
    gateway = office.gateways.get(row.gateway)
    if gateway is None:
        return Failed(f"The way of paying {row.gateway!r} is not set up here.")
    try:
        returned = gateway.give_back(row.reference, refund_id, row.amount_cents, row.currency)
    except GatewayAway as refusal:
        return Failed(refusal.happened)
    facts = {"state": returned.state, "reference": returned.reference, "words": returned.words}
    return Done(facts)


def note(connection: Connection, payload: Facts, facts: Facts) -> None:
    """Write how the refund stands; one that has ended stays as it is."""
    if "state" not in facts:
        return
    state = RefundState(facts["state"])
    connection.execute(
        update(Refund)
        .where(Refund.id == payload["refund"], Refund.state.not_in(ENDED))
        .values(
            state=state,
            reference=facts["reference"],
            ended_at=utc_now() if state in ENDED else None,
        )
    )
    enter_refund(connection, payload["refund"])
