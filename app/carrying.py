"""Carrying out one effect and writing down how it ended, the same in every process."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from app.effects import Again, Done, Duties, Effect, Failed, Outcome
from app.outbox import settle
from app.refusals import Busy

log = logging.getLogger("fullhouse.outbox")


def carry_out(duties: Duties, effect: Effect) -> Outcome:
    """Do what the effect asks for; whatever goes wrong becomes a `Failed`."""
    duty = duties.get(effect.kind)
    if duty is None:
        return Failed(f"This version does not know how to carry out {effect.kind}.", is_final=True)
    try:
        return duty.carry_out(effect)
    except Busy:
        return Failed("The database was busy.")
    except Exception as fault:
        log.exception("effect %s (%s) failed", effect.id, effect.kind)
        return Failed(f"{type(fault).__name__}: {fault}")


def write_outcome(
    connection: Connection, duties: Duties, effect: Effect, outcome: Outcome, now: datetime
) -> None:
    """Settle the row and write what follows, all in the caller's transaction.

    Raises `ClaimLost` when the row is no longer ours; then nothing may be written.
    """
    settle(connection, effect, outcome, now)
    duty = duties.get(effect.kind)
    if duty is not None and duty.settle is not None and isinstance(outcome, Done | Again):
        duty.settle(connection, effect.payload, outcome.facts)
    if isinstance(outcome, Failed):
        log.warning("effect %s (%s): %s", effect.id, effect.kind, outcome.words)


def writes_more(duties: Duties, effect: Effect) -> bool:
    """Whether settling this effect writes more than its row, and so can fail by itself."""
    duty = duties.get(effect.kind)
    return duty is not None and duty.settle is not None
