"""Rules of buying: place, pay, hand out tickets in order of payment, carry on in slices."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch, Part
from app.lottery.pool.limits import refuse_count, refuse_over_limits, refuse_person
from app.lottery.pool.prizes import KEYS_LIMIT, Wins, not_yet_on, switched_on
from app.lottery.pool.purchase import (
    LAPSED,
    OVER,
    PAID,
    PAYING,
    PLACED,
    WAITING,
    Purchase,
    days_after,
)
from app.lottery.pool.state import PoolState
from app.lottery.pool.views import PurchaseView, view_of_purchase
from app.lottery.refusals import DrawNotOpen, NotPaid, SoldOut
from app.refusals import HoldEnded, IdempotencyMismatch, Invalid, NotFound, PaymentRunning


def place_purchase(
    state: PoolState, command: c.PlacePurchase, moment: Moment
) -> Decision[PurchaseView]:
    """Keep a wish for tickets until it is paid; it counts against the limits from now on."""
    known = state.purchases.get(command.purchase_id) or state.over.get(command.purchase_id)
    if known is not None:
        return Decision(view_of_purchase(_same(known, command)))
    refuse_count(state, command.count)
    selling = state.selling(moment.wall_ms)
    if not selling:
        raise DrawNotOpen
    batch = selling[0]
    refuse_person(state, command, batch, moment)
    _refuse_facts(command, command.count * batch.terms.price_cents)
    _refuse_short(command, sum(one.rest for one in selling if one.line == batch.line))
    unit_cents = batch.terms.price_cents
    cents = 0 if command.is_play else command.count * unit_cents
    refuse_over_limits(
        state, command.buyer, command.count, command.day, cents, command.spent_elsewhere_cents
    )
    fact = r.PurchasePlaced(
        command.purchase_id, command.buyer, command.count, batch.line, unit_cents,
        command.wants_fewer, command.day, command.is_play, command.public_name.strip(),
        command.contribution, moment.house_ms + state.rules.hold_ms,
    )  # fmt: skip
    return Decision(_placed_view(fact), (fact,))


def freeze_purchase(
    state: PoolState, command: c.FreezePurchase, moment: Moment
) -> Decision[PurchaseView]:
    """Give the payment a deadline of its own."""
    purchase = state.purchase(command.purchase_id, command.buyer)
    if purchase.status == LAPSED:
        raise HoldEnded("Your time to pay ran out.", next_step="Buy again if you still want to.")
    if purchase.status not in WAITING:
        return Decision(view_of_purchase(purchase))
    rest_ms = purchase.rest_ms
    if purchase.status == PLACED:
        rest_ms = max(0, purchase.deadline_ms - moment.house_ms)
    fact = r.PurchaseChanged(purchase.id, PAYING, command.deadline_ms, rest_ms, command.guarded)
    view = replace(view_of_purchase(purchase), status=PAYING, deadline_ms=command.deadline_ms)
    return Decision(view, (fact,))


def end_payment(state: PoolState, command: c.EndPayment, moment: Moment) -> Decision[PurchaseView]:
    """Wait on with what was left, or at least five minutes; with `release` it is over."""
    purchase = state.purchase(command.purchase_id, command.buyer)
    if purchase.status not in WAITING:
        if command.release and purchase.status not in OVER:
            raise PaymentRunning("This purchase is paid already.", safe="It is yours.")
        return Decision(view_of_purchase(purchase))
    if command.release:
        view = replace(view_of_purchase(purchase), status=LAPSED)
        return Decision(view, (r.PurchaseLapsed(purchase.id),))
    if purchase.status == PLACED:
        return Decision(view_of_purchase(purchase))
    left_ms = max(purchase.rest_ms, state.rules.refused_card_ms)
    fact = r.PurchaseChanged(purchase.id, PLACED, moment.house_ms + left_ms, 0, False)
    view = replace(view_of_purchase(purchase), status=PLACED, deadline_ms=fact.deadline_ms)
    return Decision(view, (fact,))


def expire(state: PoolState, command: c.Expire, moment: Moment) -> Decision[None]:
    """End every unpaid purchase whose time has come."""
    due = state.due_purchases(moment.house_ms)
    return Decision(None, tuple(r.PurchaseLapsed(purchase.id) for purchase in due))


def show_purchase(
    state: PoolState, command: c.ShowPurchase, moment: Moment
) -> Decision[PurchaseView]:
    """How far a purchase is, for its buyer."""
    return Decision(view_of_purchase(state.purchase(command.purchase_id, command.buyer)))


def allocate_slice(
    state: PoolState, command: c.AllocateSlice, moment: Moment
) -> Decision[PurchaseView]:
    """The next tickets with their prizes; a step that was done before changes nothing."""
    purchase = state.purchase(command.purchase_id)
    if purchase.status in WAITING or purchase.status == LAPSED:
        raise NotPaid
    if not 1 <= command.most <= c.SLICE_LIMIT:
        raise Invalid({"most": f"A slice has 1 to {c.SLICE_LIMIT} tickets."})
    if purchase.status != PAID or command.done != purchase.drawn:
        return Decision(view_of_purchase(purchase))
    facts: list[r.Record] = []
    room = KEYS_LIMIT
    for part in purchase.next_parts(command.most):
        batch = state.batches[part.batch_id]
        fact, keys = _drawn(batch, purchase.id, part, room)
        if fact.part.count:
            facts.append(fact)
            facts.extend(switched_on(batch, purchase.id, keys, moment))
        if fact.part.count < part.count:
            break
        room -= len(keys)
    drawn = purchase.drawn + sum(f.part.count for f in facts if isinstance(f, r.TicketsDrawn))
    view = replace(view_of_purchase(purchase), drawn=drawn)
    if drawn == purchase.taken:
        facts.append(r.PurchaseFilled(purchase.id, command.at_ms))
        facts.append(filled_letter(purchase.id))
        view = replace(view, status="filled")
    return Decision(view, tuple(facts))


def _drawn(batch: Batch, purchase_id: str, part: Part, room: int) -> tuple[r.TicketsDrawn, Wins]:
    """A part with its prizes, cut short before it has more entitlements than there is room for."""
    wins = tuple(batch.wins(part.first, part.count)) if batch.is_instant else ()
    keys = not_yet_on(batch, wins)
    if len(keys) > room:
        end, _tier = keys[room]
        part = replace(part, count=end - part.first)
        wins = tuple(win for win in wins if win[0] < end)
    return r.TicketsDrawn(purchase_id, part, wins), keys[:room]


def _same(known: Purchase, command: c.PlacePurchase) -> Purchase:
    if known.buyer != command.buyer:
        raise NotFound
    if (known.count, known.wants_fewer) != (command.count, command.wants_fewer):
        raise IdempotencyMismatch
    if known.status == LAPSED:
        raise HoldEnded("Your time to pay ran out.", next_step="Buy again if you still want to.")
    return known


def _refuse_facts(command: c.PlacePurchase, cents: int) -> None:
    if command.expected_cents != cents:
        raise Invalid({"price": "The price is another one by now. Look at it again."})
    try:
        days_after(command.day, 0)
    except ValueError:
        raise Invalid({"day": "That is not a day."}) from None
    if not command.buyer or command.spent_elsewhere_cents < 0:
        raise Invalid({"buyer": "Say who buys."})


def _refuse_short(command: c.PlacePurchase, left: int) -> None:
    if not command.wants_fewer and command.count > left:
        raise SoldOut(f"Only {left:,} tickets are left.", left=left)


def _placed_view(fact: r.PurchasePlaced) -> PurchaseView:
    cents = fact.count * fact.unit_cents
    return PurchaseView(fact.purchase_id, PLACED, fact.count, 0, 0, cents, 0, (), fact.deadline_ms)


def filled_letter(purchase_id: str) -> r.EffectDue:
    """The letter about a purchase whose tickets are all done."""
    return r.EffectDue(
        "mail.lottery",
        f"mail.lottery:{purchase_id}:filled",
        {"purchase": purchase_id, "what": "filled"},
    )
