"""How much one buyer may have: per purchase, person and day, by budget, age and break."""

from __future__ import annotations

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch
from app.lottery.pool.purchase import Budget, days_after, spoken_day
from app.lottery.pool.state import PoolState
from app.lottery.pool.views import BudgetView, Noted
from app.lottery.refusals import (
    NOT_CHARGED,
    AgeNeeded,
    BadCount,
    NoLegalBasis,
    OnBreak,
    OverBudget,
    StaffMayNotBuy,
)
from app.refusals import Invalid, LimitReached


def refuse_count(state: PoolState, count: int) -> None:
    """Only whole numbers from 1 to what one purchase may have."""
    most = state.rules.purchase_limit
    if count < 1:
        raise BadCount(f"Choose a number between 1 and {most:,}.", most=most)
    if count > most:
        raise BadCount(
            f"At most {most:,} in one go.", next_step="You can buy again afterwards.", most=most
        )


def refuse_person(state: PoolState, command: c.PlacePurchase, batch: Batch, moment: Moment) -> None:
    """Who may not take part at all: no licence, staff, age, break."""
    if batch.terms.price_cents and not command.is_play and not may_sell(state, moment):
        raise NoLegalBasis
    if command.is_staff and batch.is_instant:
        raise StaffMayNotBuy
    if state.rules.age_limit and not command.is_of_age:
        raise AgeNeeded(
            f"Only people aged {state.rules.age_limit} or over may take part.",
            age=state.rules.age_limit,
        )
    until_day = state.breaks.get(command.buyer, "")
    if command.day < until_day:
        day = spoken_day(until_day, command.day)
        raise OnBreak(
            f"You asked for a break until {day}. It cannot be shortened.", until=until_day
        )


def may_sell(state: PoolState, moment: Moment) -> bool:
    """Whether paid tickets may be sold: the legal basis is recorded and has not run out."""
    basis = state.legal_basis
    return basis is not None and (basis.until_ms is None or moment.wall_ms < basis.until_ms)


def refuse_over_limits(
    state: PoolState, buyer: str, count: int, day: str, cents: int, elsewhere_cents: int = 0
) -> None:
    """More than one person may have in all, on a day, or wants to spend in a month."""
    tally, rules = state.tally(buyer), state.rules
    for limit, has, words, full in (
        (rules.person_limit, tally.tickets, "in this draw", "You have all that you can have."),
        (rules.day_limit, tally.days.get(day, 0), "on one day", "You can buy again tomorrow."),
    ):
        if has + count > limit:
            raise LimitReached(
                f"One person can buy at most {_tickets(limit).lower()} {words}; you have {has:,}.",
                safe=NOT_CHARGED,
                next_step="Choose fewer." if has < limit else full,
                limit=limit,
                held=has,
            )
    budget = state.budgets.get(buyer)
    most = None if budget is None else budget.on(day)
    spent = tally.months.get(day[:7], 0) + elsewhere_cents
    if most is not None and cents and spent + cents > most:
        fits = max(0, most - spent) * count // cents
        raise OverBudget(
            f"{_tickets(count)} would go over the budget you set yourself. "
            + (f"{_tickets(fits)} would not." if fits else "No ticket fits in it any more."),
            fits=fits,
            budget_cents=most,
            spent_cents=spent,
        )


def _tickets(count: int) -> str:
    return "One ticket" if count == 1 else f"{count:,} tickets"


def set_budget(state: PoolState, command: c.SetBudget, moment: Moment) -> Decision[BudgetView]:
    """Lower at once; higher, or none at all, only some days after it was asked for."""
    if command.cents is not None and command.cents < 0:
        raise Invalid({"cents": "A budget is not negative."})
    wait_days = max(1, state.rules.raise_wait_days)
    later_from = _date_after(command.day, wait_days)
    kept = state.budgets.get(command.buyer, Budget(None))
    now_cents = kept.on(command.day)
    if _is_at_most(command.cents, now_cents):
        wanted = Budget(command.cents)
    elif kept.later_from is not None and kept.later_cents == command.cents:
        wanted = kept  # asked again: the wait does not begin anew
    else:
        wanted = Budget(now_cents, command.cents, later_from)
    view = BudgetView(wanted.cents, wanted.later_cents, wanted.later_from)
    if wanted == kept:
        return Decision(view)
    fact = r.BudgetSet(command.buyer, wanted.cents, wanted.later_cents, wanted.later_from)
    return Decision(view, (fact,))


def take_break(state: PoolState, command: c.TakeBreak, moment: Moment) -> Decision[Noted]:
    """Longer is possible at any time, shorter never."""
    _date_after(command.day, 0)
    until_day = _date_after(command.until_day, 0)
    kept = state.breaks.get(command.buyer, "")
    if until_day <= max(kept, command.day):
        if until_day == kept:
            return Decision(Noted(until_day))
        words = "A break ends on a later day than today."
        if kept > command.day:
            day = spoken_day(kept, command.day)
            words = f"You asked for a break until {day}. It can be made longer, never shorter."
        raise Invalid({"until": words})
    return Decision(Noted(until_day), (r.BreakTaken(command.buyer, until_day),))


def forget_names(state: PoolState, command: c.ForgetNames, moment: Moment) -> Decision[Noted]:
    """Nobody is named beside the prizes of these purchases; again it changes nothing."""
    facts = []
    for purchase_id in command.purchase_ids:
        known = state.purchases.get(purchase_id) or state.over.get(purchase_id)
        if known is not None and known.public_name:
            facts.append(r.NameForgotten(purchase_id))
    return Decision(Noted(str(len(facts))), tuple(facts))


def record_legal_basis(
    state: PoolState, command: c.RecordLegalBasis, moment: Moment
) -> Decision[Noted]:
    """Kind, number, region, promoter and the free way in, all of them."""
    wrong = {
        key: "Write it as page and ticket will show it."
        for key in ("kind", "number", "region", "promoter", "free_entry", "by")
        if not getattr(command, key).strip()
    }
    if wrong:
        raise Invalid(wrong)
    fact = r.LegalBasisRecorded(
        command.kind,
        command.number,
        command.region,
        command.promoter,
        command.free_entry,
        command.until_ms,
    )
    if fact == state.legal_basis:
        return Decision(Noted(command.number))
    journal = r.Journalled("lottery.basis", command.by, facts={"number": command.number})
    return Decision(Noted(command.number), (fact, journal))


def _is_at_most(cents: int | None, other: int | None) -> bool:
    """Whether one budget allows no more than another; None allows everything."""
    return other is None or (cents is not None and cents <= other)


def _date_after(day: str, count: int) -> str:
    try:
        return days_after(day, count)
    except ValueError:
        raise Invalid({"day": "That is not a day."}) from None
