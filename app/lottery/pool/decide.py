"""decide(state, command, moment): an outcome and the records that make it true, or a Refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import at_once, batches, buying, drawing, limits, paying, prizes
from app.lottery.pool import commands as c
from app.lottery.pool.state import PoolState

T = TypeVar("T")

_RULES: dict[type[c.Command[Any]], Callable[[PoolState, Any, Moment], Decision[Any]]] = {
    c.RecordLegalBasis: limits.record_legal_basis,
    c.OpenBatch: batches.open_batch,
    c.OpenSuccessor: batches.open_successor,
    c.CloseBatch: batches.close_batch,
    c.FixPublicValue: drawing.fix_public_value,
    c.RecordDraw: drawing.record_draw,
    c.AnnounceSlice: drawing.announce_slice,
    c.Reveal: drawing.reveal,
    c.PlacePurchase: buying.place_purchase,
    c.BuyAtOnce: at_once.buy_at_once,
    c.FreezePurchase: buying.freeze_purchase,
    c.EndPayment: buying.end_payment,
    c.PayPurchase: paying.pay_purchase,
    c.AllocateSlice: buying.allocate_slice,
    c.ShowPurchase: buying.show_purchase,
    c.SetBudget: limits.set_budget,
    c.TakeBreak: limits.take_break,
    c.ForgetNames: limits.forget_names,
    c.ClaimPrize: prizes.claim_prize,
    c.ConfirmClaim: prizes.confirm_claim,
    c.Settle: prizes.settle,
    c.ArchiveSlice: prizes.archive_slice,
    c.Expire: buying.expire,
}


def decide(state: PoolState, command: c.Command[T], moment: Moment) -> Decision[T]:
    """What the command gives and what must become true for it; raises a Refusal, changes nothing.

    Purchases whose time has come must have been ended by `Expire` at the same moment.
    """
    decision: Decision[T] = _RULES[type(command)](state, command, moment)
    return decision


def settled(state: PoolState, command: c.Command[T], moment: Moment) -> Decision[T]:
    """End due purchases, decide and apply: one whole step, as the loop does it."""
    due = buying.expire(state, c.Expire(), moment)
    state.apply(due.records)
    decision = decide(state, command, moment)
    state.apply(decision.records)
    return Decision(decision.outcome, due.records + decision.records)
