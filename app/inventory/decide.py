"""decide(state, command, moment): an outcome and the records that make it true, or a Refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.frozen import frozen
from app.inventory import commands as c
from app.inventory import holding, house_rules, keeping, selling
from app.inventory.outcome import Decision, Moment
from app.inventory.state import EventInventory
from app.inventory.views import HoldView

T = TypeVar("T")

_RULES: dict[type[c.Command[Any]], Callable[[EventInventory, Any, Moment], Decision[Any]]] = {
    c.HoldSeats: holding.hold_seats,
    c.HoldBest: holding.hold_best,
    c.ShowHold: holding.show_hold,
    c.ShowBasket: holding.show_basket,
    c.ExtendHold: holding.extend_hold,
    c.ChangeTicketType: holding.change_ticket_type,
    c.ReleasePlaces: holding.release_places,
    c.ReleaseHold: holding.release_hold,
    c.KeepOffer: holding.keep_offer,
    c.StartPayment: selling.start_payment,
    c.MoveDeadline: selling.move_deadline,
    c.EndPayment: selling.end_payment,
    c.Refreeze: selling.refreeze,
    c.Sell: selling.sell,
    c.BuyNow: selling.buy_now,
    c.CancelTickets: house_rules.cancel_tickets,
    c.MoveTicket: house_rules.move_ticket,
    c.BlockPlaces: house_rules.block_places,
    c.UnblockPlaces: house_rules.unblock_places,
    c.SetAside: keeping.set_aside,
    c.ArrangeKept: keeping.arrange_kept,
    c.HoldKept: keeping.hold_kept,
    c.ChangeStatus: house_rules.change_status,
    c.ReplacePlan: house_rules.replace_plan,
    c.Expire: holding.expire,
}


def decide(state: EventInventory, command: c.Command[T], moment: Moment) -> Decision[T]:
    """What the command gives and what must become true for it; raises a Refusal, changes nothing.

    Holds whose time has come must have been ended by `Expire` at the same moment.
    """
    decision: Decision[Any] = _RULES[type(command)](state, command, moment)
    if type(decision.outcome) is HoldView:
        decision = Decision(decision.outcome.on_the_wall(moment.drift_ms), decision.records)
    return decision


def settle(state: EventInventory, command: c.Command[T], moment: Moment) -> Settled[T]:
    """End due holds, decide and apply: one whole step, as the loop does it."""
    due = holding.expire(state, c.Expire(), moment)
    state.apply(due.records)
    decision = decide(state, command, moment)
    state.apply(decision.records)
    return Settled(decision.outcome, due.records + decision.records)


@frozen
class Settled(Decision[T]):
    """An outcome whose records the state already knows."""
