"""Buying with money that is here: placed, paid and, if it is small, handed out in one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch, Part
from app.lottery.pool.buying import filled_letter, place_purchase
from app.lottery.pool.paying import first_payment, pay_purchase
from app.lottery.pool.prizes import KEYS_LIMIT, Wins, not_yet_on, switched_on
from app.lottery.pool.state import PoolState, placed
from app.lottery.pool.views import PurchaseView

ALLOCATION = "lottery.allocate"


def buy_at_once(state: PoolState, command: c.BuyAtOnce, moment: Moment) -> Decision[PurchaseView]:
    """What placing, paying and the first slice would come to, one after the other."""
    placing = place_purchase(state, command.place, moment)
    wanted = next((f for f in placing.records if isinstance(f, r.PurchasePlaced)), None)
    cents = placing.outcome.cents
    payment = c.PayPurchase(command.place.purchase_id, command.reference, cents, command.at_ms)
    if wanted is None:  # it was placed before
        return pay_purchase(state, payment, moment)
    paying = first_payment(state, placed(wanted), payment, moment)
    view, facts = paying.outcome, (*placing.records, *paying.records)
    if not 0 < view.taken <= c.SLICE_LIMIT or _keys_of(state, view) > KEYS_LIMIT:
        return Decision(view, facts)
    kept = tuple(f for f in facts if not (isinstance(f, r.EffectDue) and f.kind == ALLOCATION))
    done = replace(view, status="filled", drawn=view.taken)
    return Decision(done, (*kept, *_handed_out(state, view, command.at_ms, moment)))


def _keys_of(state: PoolState, view: PurchaseView) -> int:
    return sum(len(not_yet_on(batch, wins)) for batch, _part, wins in _prizes(state, view))


def _prizes(state: PoolState, view: PurchaseView) -> Iterator[tuple[Batch, Part, Wins]]:
    for part in view.parts:
        batch = state.batches[part.batch_id]
        yield batch, part, tuple(batch.wins(part.first, part.count)) if batch.is_instant else ()


def _handed_out(
    state: PoolState, view: PurchaseView, at_ms: int, moment: Moment
) -> Iterator[r.Record]:
    for batch, part, wins in _prizes(state, view):
        yield r.TicketsDrawn(view.purchase_id, part, wins)
        yield from switched_on(batch, view.purchase_id, not_yet_on(batch, wins), moment)
    yield r.PurchaseFilled(view.purchase_id, at_ms)
    yield filled_letter(view.purchase_id)
