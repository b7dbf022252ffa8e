"""Hundreds of thousands of random commands for the prize draw, and a detector that is tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import batches, buying, limits, paying, prizes, totals
from app.lottery.pool import commands as c
from app.lottery.pool import decide as deciding
from app.lottery.pool import records as r
from app.lottery.pool import state as states
from app.lottery.pool.batch import Part
from app.lottery.pool.purchase import Purchase
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import successor_terms
from app.refusals import Refusal
from tests.lottery.pool_simulator import Broken, Simulation

DRAW_COMMANDS = 500
QUICK_DRAWS = 24
LONG_DRAWS = 600
MUTANT_DRAWS = 30

Patch = pytest.MonkeyPatch


def simulate(seed: int, draw_count: int) -> int:
    """Run that many draws; the number of commands carried out or refused."""
    return sum(Simulation(seed + n).run(DRAW_COMMANDS).total() for n in range(draw_count))


def test_twelve_thousand_commands_break_no_promise(seed: int) -> None:
    assert simulate(seed, QUICK_DRAWS) == QUICK_DRAWS * DRAW_COMMANDS


@pytest.mark.long
def test_three_hundred_thousand_commands_break_no_promise(seed: int) -> None:
    assert simulate(seed, LONG_DRAWS) == LONG_DRAWS * DRAW_COMMANDS


def test_every_kind_of_command_is_carried_out_and_refused() -> None:
    counts: Counter[str] = Counter()
    for seed in range(10):
        counts += Simulation(seed).run(DRAW_COMMANDS)

    missing = {kind.__name__ for kind in deciding._RULES if kind is not c.Expire} - set(counts)
    assert missing == set()
    assert {
        "no bad_count", "no sold_out", "no over_budget", "no on_break", "no age_needed",
        "no staff_may_not_buy", "no no_legal_basis", "no draw_not_open", "no not_paid",
        "no limit_reached", "no claim_too_late", "no seal_broken", "no not_found",
    } <= set(counts)  # fmt: skip


def test_two_runs_of_a_seed_are_the_same() -> None:
    assert Simulation(5).run(400) == Simulation(5).run(400)


def forgets_the_limits(patch: Patch) -> None:
    patch.setattr(buying, "refuse_over_limits", lambda *parts: None)


def forgets_who_may_buy(patch: Patch) -> None:
    patch.setattr(buying, "refuse_person", lambda *parts: None)


def forgets_the_count(patch: Patch) -> None:
    patch.setattr(buying, "refuse_count", lambda *parts: None)


def raises_a_budget_at_once(patch: Patch) -> None:
    patch.setattr(limits, "_is_at_most", lambda cents, other: True)


def sells_a_ticket_twice(patch: Patch) -> None:
    def hand_out(purchase: Purchase, selling: list[Any]) -> tuple[Part, ...]:
        parts = kept(purchase, selling)
        return tuple(replace(part, first=max(1, part.first - 1)) for part in parts)

    kept = paying._hand_out
    patch.setattr(paying, "_hand_out", hand_out)


def leaves_a_gap(patch: Patch) -> None:
    def hand_out(purchase: Purchase, selling: list[Any]) -> tuple[Part, ...]:
        parts = kept(purchase, selling)
        return tuple(replace(p, first=p.first + 1, count=max(1, p.count - 1)) for p in parts)

    kept = paying._hand_out
    patch.setattr(paying, "_hand_out", hand_out)


def gives_fewer_unasked(patch: Patch) -> None:
    def pay(state: PoolState, command: Any, moment: Moment) -> Decision[Any]:
        purchase = state.purchase(command.purchase_id)
        was, purchase.wants_fewer = purchase.wants_fewer, True
        try:
            return kept(state, command, moment)
        finally:
            purchase.wants_fewer = was

    kept = paying.pay_purchase
    patch.setitem(deciding._RULES, c.PayPurchase, pay)


def keeps_the_change(patch: Patch) -> None:
    def pay(state: PoolState, command: Any, moment: Moment) -> Decision[Any]:
        decision = kept(state, command, moment)
        facts = tuple(f for f in decision.records if not isinstance(f, r.RefundDue))
        return replace(decision, records=facts)

    kept = paying.pay_purchase
    patch.setitem(deciding._RULES, c.PayPurchase, pay)


def pays_back_again(patch: Patch) -> None:
    patch.setitem(states._CHANGES, r.RefundDue, lambda state, fact: None)


def opens_two_successors(patch: Patch) -> None:
    def open_successor(state: PoolState, command: Any, moment: Moment) -> Decision[Any]:
        before = state.batch(command.after)
        if not before.terms.successor_size:
            return kept(state, command, moment)
        terms = successor_terms(before.terms)
        return batches._opening(state, command, terms, before.line, before.id, "reseed")

    kept = batches.open_successor
    patch.setitem(deciding._RULES, c.OpenSuccessor, open_successor)


def lets_the_odds_drift(patch: Patch) -> None:
    def better(terms: Any) -> Any:
        return replace(successor_terms(terms), size=max(1, terms.successor_size - 1))

    patch.setattr(batches, "successor_terms", better)
    patch.setattr(batches, "check_places", lambda *parts: None)


def draws_a_slice_again(patch: Patch) -> None:
    def draw(state: PoolState, fact: r.TicketsDrawn) -> None:
        kept(state, fact)
        state.purchases[fact.purchase_id].drawn -= fact.part.count

    kept = states.PoolState._draw_tickets
    patch.setitem(states._CHANGES, r.TicketsDrawn, draw)


def skips_a_ticket_of_a_slice(patch: Patch) -> None:
    kept = Purchase.next_parts
    patch.setattr(
        Purchase, "next_parts", lambda own, most: (p for p in kept(own, most) if p.count > 1)
    )


def miscounts_prizes(patch: Patch) -> None:
    def draw(state: PoolState, fact: r.TicketsDrawn) -> None:
        kept(state, replace(fact, wins=fact.wins[1:]))

    kept = states.PoolState._draw_tickets
    patch.setitem(states._CHANGES, r.TicketsDrawn, draw)


def tells_a_result_early(patch: Patch) -> None:
    def early(batch: Any) -> Any:
        view = kept(batch)
        return replace(view, tiers=tuple(replace(tier, left=tier.count) for tier in view.tiers))

    kept = totals.batch_totals
    patch.setattr(totals, "batch_totals", early)


def gives_a_prize_to_a_stranger(patch: Patch) -> None:
    def own(state: PoolState, command: Any) -> Any:
        batch = state.batch(command.batch_id)
        return batch, state.purchase(batch.owner_of(command.position) or "")

    patch.setattr(prizes, "_own_ticket", own)


def gives_a_prize_for_a_blank(patch: Patch) -> None:
    patch.setattr(prizes, "_won_tier", lambda batch, purchase, position: 0)


def archives_too_much(patch: Patch) -> None:
    def archive(state: PoolState, fact: r.PartsArchived) -> None:
        kept(state, fact)
        for purchase_id, _part in fact.parts:
            state.purchases.pop(purchase_id, None)

    kept = states.PoolState._archive_parts
    patch.setitem(states._CHANGES, r.PartsArchived, archive)


def archives_too_early(patch: Patch) -> None:
    patch.setattr(prizes, "_may_archive", lambda batch, wall_ms: batch.status == "settled")


def forgets_a_lapsed_purchase_in_the_sums(patch: Patch) -> None:
    def lapse(state: PoolState, fact: r.PurchaseLapsed) -> None:
        purchase = state.purchases.pop(fact.purchase_id)
        purchase.status = "lapsed"
        state._keep_over(purchase)

    patch.setitem(states._CHANGES, r.PurchaseLapsed, lapse)


def changes_something_before_a_refusal(patch: Patch) -> None:
    def place(state: PoolState, command: Any, moment: Moment) -> Decision[Any]:
        try:
            return kept(state, command, moment)
        except Refusal:
            state.breaks["bo"] = f"{command.day}+"
            raise

    kept = buying.place_purchase
    patch.setitem(deciding._RULES, c.PlacePurchase, place)


MUTANTS: tuple[Callable[[Patch], None], ...] = (
    forgets_the_limits, forgets_who_may_buy, forgets_the_count, raises_a_budget_at_once,
    sells_a_ticket_twice, leaves_a_gap, gives_fewer_unasked, keeps_the_change, pays_back_again,
    opens_two_successors, lets_the_odds_drift, draws_a_slice_again, skips_a_ticket_of_a_slice,
    miscounts_prizes, tells_a_result_early, gives_a_prize_to_a_stranger,
    gives_a_prize_for_a_blank, archives_too_much, archives_too_early,
    forgets_a_lapsed_purchase_in_the_sums, changes_something_before_a_refusal,
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_simulator_notices_a_rule_that(
    mutant: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    mutant(monkeypatch)

    with pytest.raises((Broken, KeyError, IndexError)):
        simulate(0, MUTANT_DRAWS)
