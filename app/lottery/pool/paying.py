"""What the money buys: the next tickets in order of payment, or itself back."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch, Part
from app.lottery.pool.limits import may_sell, refuse_over_limits
from app.lottery.pool.purchase import LAPSED, PAID, RETURNED, Purchase
from app.lottery.pool.state import PoolState
from app.lottery.pool.views import PurchaseView, view_of_purchase
from app.refusals import Refusal

SHORT = "short"  # fewer tickets were left
LIMIT = "limit"  # the purchase had lapsed, and its buyer has enough or takes a break meanwhile
AMOUNT = "amount"  # not what was asked for
CLOSED = "closed"  # nothing sells any more
SECOND = "second_payment"


def pay_purchase(
    state: PoolState, command: c.PayPurchase, moment: Moment
) -> Decision[PurchaseView]:
    """Hand out tickets, once; whatever cannot be had is paid back, once."""
    purchase = state.purchase(command.purchase_id)
    if purchase.reference is not None:
        return _paid_again(purchase, command)
    return first_payment(state, purchase, command, moment)


def first_payment(
    state: PoolState, purchase: Purchase, command: c.PayPurchase, moment: Moment
) -> Decision[PurchaseView]:
    """The same for a purchase that has not been paid, perhaps not even been placed yet."""
    selling = [b for b in state.selling(moment.wall_ms) if b.line == purchase.line]
    reason = _why_not(state, purchase, command, selling, moment)
    parts = () if reason else _hand_out(purchase, selling)
    taken = sum(part.count for part in parts)
    back_cents = command.cents - taken * purchase.unit_cents
    facts: list[r.Record] = [r.PurchasePaid(purchase.id, command.reference, parts, command.at_ms)]
    if back_cents:
        facts.append(r.RefundDue(purchase.id, command.reference, back_cents, reason or SHORT))
    facts.extend(_effects(purchase, parts))
    facts.extend(_reseeding(state, parts))
    view = replace(
        view_of_purchase(purchase),
        status=PAID if parts else RETURNED,
        taken=taken,
        parts=parts,
        cents_back=back_cents,
        why_back=reason or (SHORT if taken < purchase.count else ""),
    )
    return Decision(view, tuple(facts))


def needs_successor(batch: Batch, sold: int = 0) -> bool:
    """Whether a successor is due once so many more are sold, and none is open yet."""
    terms = batch.terms
    return (
        terms.successor_size > 0 and batch.successor is None and batch.rest - sold < terms.threshold
    )


def _paid_again(purchase: Purchase, command: c.PayPurchase) -> Decision[PurchaseView]:
    view = view_of_purchase(purchase)
    is_known = command.reference == purchase.reference or command.reference in purchase.doubled
    if is_known or command.cents <= 0:
        return Decision(view)
    return Decision(view, (r.RefundDue(purchase.id, command.reference, command.cents, SECOND),))


def _why_not(
    state: PoolState,
    purchase: Purchase,
    command: c.PayPurchase,
    selling: list[Batch],
    moment: Moment,
) -> str:
    """Why all of the money goes back; "" when it does not."""
    if command.cents != purchase.cents:
        return AMOUNT
    if not selling:
        return CLOSED
    if purchase.cents and not purchase.is_play and not may_sell(state, moment):
        return CLOSED
    if purchase.status == LAPSED and not _may_still_buy(
        state, purchase, command.spent_elsewhere_cents
    ):
        return LIMIT
    return ""


def _may_still_buy(state: PoolState, purchase: Purchase, elsewhere_cents: int) -> bool:
    """Whether a lapsed purchase is within what its buyer has, and set for themselves, since."""
    cents = 0 if purchase.is_play else purchase.cents
    if purchase.day < state.breaks.get(purchase.buyer, ""):
        return False
    try:
        refuse_over_limits(
            state, purchase.buyer, purchase.count, purchase.day, cents, elsewhere_cents
        )
    except Refusal:
        return False
    return True


def _hand_out(purchase: Purchase, selling: list[Batch]) -> tuple[Part, ...]:
    """The next positions: of the oldest batch first, then of its successor."""
    if purchase.count > sum(batch.rest for batch in selling) and not purchase.wants_fewer:
        return ()
    parts: list[Part] = []
    left = purchase.count
    for batch in selling:
        here = min(left, batch.rest)
        if here:
            parts.append(Part(batch.id, batch.cursor + 1, here))
        left -= here
    return tuple(parts)


def _effects(purchase: Purchase, parts: tuple[Part, ...]) -> list[r.Record]:
    if parts:
        return [
            r.EffectDue(
                "lottery.allocate", f"lottery.allocate:{purchase.id}", {"purchase": purchase.id}
            )
        ]
    return [
        r.EffectDue(
            "mail.lottery",
            f"mail.lottery:{purchase.id}:returned",
            {"purchase": purchase.id, "what": "returned"},
        )
    ]


def _reseeding(state: PoolState, parts: tuple[Part, ...]) -> list[r.Record]:
    """Ask for a successor each time tickets go below the threshold; the key makes it one job."""
    last = state.last_batch
    if last is None or not parts or parts[-1].batch_id != last.id:
        return []
    if not needs_successor(last, parts[-1].count):
        return []
    return [r.EffectDue("lottery.reseed", f"lottery.reseed:{last.id}", {"batch": last.id})]
