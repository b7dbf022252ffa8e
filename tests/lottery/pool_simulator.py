"""A seeded simulator of the prize draw: random commands, every promise after each of them."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from app.inventory.commands import Command
from app.inventory.outcome import Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import Batch
from app.lottery.pool.decide import decide
from app.lottery.pool.invariants import broken
from app.lottery.pool.plain import outcome_from_plain, plain_outcome
from app.lottery.pool.purchase import PLACED, Purchase, days_after
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import DAY_MS, Terms, prize_places
from app.lottery.pool.totals import totals
from app.refusals import Refusal
from tests.lottery.draws import NOON_MS, picture, rules
from tests.lottery.pool_wishes import MAKERS

CRASH_SHARE: Final = 0.01  # how often all memory is lost between two commands
LOOK_EVERY: Final = 8
STEPS_MS: Final = (0, 0, 0, 1, 1000, 60_000, 400_000, 3_600_000)


class Broken(AssertionError):  # noqa: N818
    """A promise does not hold; the message carries seed and step."""


@dataclass(slots=True)
class Ledger:
    """What an outsider wrote down from the records alone, to hold against the state."""

    tickets: dict[tuple[str, int], str] = field(default_factory=dict)  # -> purchase
    drawn: Counter[str] = field(default_factory=Counter)
    paid: dict[tuple[str, str], int] = field(default_factory=dict)  # purchase, reference
    back: Counter[tuple[str, str]] = field(default_factory=Counter)
    wins: dict[tuple[str, int], int] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    budgets: list[tuple[str, str, int | None]] = field(default_factory=list)  # who, day, cents


@dataclass(slots=True)
class Simulation:
    """One draw, one seed, as many commands as wanted."""

    seed: int
    state: PoolState = field(init=False)
    chance: random.Random = field(init=False)
    day_share: float = 0.0  # how often a day goes by between two commands
    now_ms: int = NOON_MS
    step: int = 0
    serial: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    places: dict[str, bytes] = field(default_factory=dict)  # where the prizes of a batch lie
    facts: list[r.Record] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    kept: bytes | None = None  # the state's picture, while nothing has changed it

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.day_share = self.chance.choice((0.005, 0.04))
        self.state = PoolState(
            rules(
                purchase_limit=self.chance.choice((12, 10_000)),
                person_limit=self.chance.choice((40, 10_000)),
                day_limit=self.chance.choice((25, 10_000)),
                raise_wait_days=self.chance.choice((1, 3)),
            )
        )

    @property
    def moment(self) -> Moment:
        """Now; the wall is some seconds off."""
        return Moment(self.now_ms, self.now_ms + 5000)

    @property
    def day(self) -> str:
        """Today."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC).date().isoformat()

    def run(self, command_count: int) -> Counter[str]:
        """Carry out that many commands; raises `Broken` at the first broken promise."""
        for _ in range(command_count):
            self.one()
        self._replay()
        return self.counts

    def one(self) -> None:
        """Let time pass, end due purchases, ask for something, and look at everything."""
        self.step += 1
        self.now_ms += self.chance.choice(STEPS_MS)
        if self.often(self.day_share):
            self.now_ms += DAY_MS
        if self.often(CRASH_SHARE):
            self.state, self.kept = self._read(), None
        due = decide(self.state, c.Expire(), self.moment).records
        self._write(due)
        command = self.chance.choice(MAKERS)(self)
        if due or self.kept is None:
            self.kept = picture(self.state)
        try:
            decision = decide(self.state, command, self.moment)
        except Refusal as refusal:
            self.counts[f"no {refusal.code}"] += 1
            self._must(self.kept == picture(self.state), f"{refusal.code} changed something")
            return
        if self.step % LOOK_EVERY == 0:  # at the end the records tell whether any of them did
            self._must(self.kept == picture(self.state), "deciding changed the state")
        self._look_at(command, decision.records)
        kept = json.loads(json.dumps(plain_outcome(decision.outcome)))
        for _ in ("told", "told again"):
            same = outcome_from_plain(kept) == decision.outcome
            self._must(same, "a kept answer is another one")
        self._write(decision.records)
        if decision.records:
            self.kept = None
        self.counts[type(command).__name__] += 1
        self._check(command)

    def _write(self, facts: tuple[r.Record, ...]) -> None:
        for fact in facts:
            note = _NOTES.get(type(fact))
            if note is not None:
                note(self, fact)
        self.facts.extend(facts)
        self.state.apply(facts)

    def _check(self, command: Command[Any]) -> None:
        for words in broken(self.state):
            self._must(False, words)
        for (purchase_id, reference), cents in self.ledger.paid.items():
            back = self.ledger.back[purchase_id, reference]
            purchase = self.state.purchases.get(purchase_id) or self.state.over.get(purchase_id)
            if purchase is None or any(b.gone for b in self.state.batches.values()):
                continue
            is_first = reference == purchase.reference
            kept = purchase.taken * purchase.unit_cents if is_first else 0
            self._must(cents == kept + back, f"{purchase_id} paid {cents}, {kept} + {back}")
        self._limits_hold()
        for shown in totals(self.state).batches:
            batch = self.state.batches[shown.batch_id]
            hidden = not batch.is_instant and batch.drawn_ms is None
            self._must(
                not hidden or all(tier.left is None for tier in shown.tiers), "a result too early"
            )
        if isinstance(command, c.ArchiveSlice):
            self._forget(command.batch_id)

    def _limits_hold(self) -> None:
        """Counted again from the purchases, not from the sums that the state keeps."""
        persons: Counter[str] = Counter()
        days: Counter[tuple[str, str]] = Counter()
        for purchase in self.state.purchases.values():
            is_waiting = not purchase.parts
            count = purchase.count if is_waiting else sum(p.count for p in purchase.parts)
            persons[purchase.buyer] += count
            days[purchase.buyer, purchase.day] += count
        limits = self.state.rules
        self._must(all(n <= limits.person_limit for n in persons.values()), "too many for one")
        self._must(all(n <= limits.day_limit for n in days.values()), "too many for one day")

    def _look_at(self, command: Command[Any], facts: tuple[r.Record, ...]) -> None:
        """What an accepted command must have been, whatever its rules say."""
        if isinstance(command, c.PlacePurchase) and facts:
            self._look_at_placing(command)
        is_placed = any(isinstance(fact, r.PurchasePlaced) for fact in facts)
        if isinstance(command, c.BuyAtOnce) and is_placed:
            self._look_at_placing(command.place)
        if isinstance(command, c.PayPurchase) and facts:
            self._look_at_paying(command, facts)
        if isinstance(command, c.ArchiveSlice) and facts:
            batch = self.state.batches[command.batch_id]
            kept_ms = batch.terms.retention_days * DAY_MS
            is_over = (batch.settled_ms or 0) + kept_ms <= self.moment.wall_ms
            self._must(is_over and bool(batch.seal.secret), "archived too early")
        if isinstance(command, c.ClaimPrize) and facts:
            owner = self.ledger.tickets.get((command.batch_id, command.position))
            purchase = self.state.purchases.get(owner or "")
            self._must(purchase is not None and purchase.buyer == command.buyer, "a stolen prize")
            batch = self.state.batches[command.batch_id]
            is_told = (batch.id, command.position) in self.ledger.wins
            is_won = self.places[batch.id][command.position - 1] > 0
            self._must(is_won and (is_told or not batch.is_instant), "a claim of nothing")

    def _look_at_placing(self, command: c.PlacePurchase) -> None:
        selling = self.state.selling(self.moment.wall_ms)
        is_paid = bool(selling[0].terms.price_cents) and not command.is_play
        self._must(1 <= command.count <= self.state.rules.purchase_limit, "a bad count")
        self._must(command.is_of_age, "a child bought")
        self._must(not (command.is_staff and selling[0].is_instant), "staff bought")
        self._must(not is_paid or self.state.legal_basis is not None, "sold without a licence")
        self._must(self.state.breaks.get(command.buyer, "") <= command.day, "sold in a break")
        if is_paid:
            spent = command.expected_cents + sum(
                (p.count if p.status in (PLACED, "paying") else p.taken) * p.unit_cents
                for p in self.state.purchases.values()
                if p.buyer == command.buyer and p.day[:7] == command.day[:7] and not p.is_play
            )
            most = self._most_cents(command.buyer, command.day)
            self._must(most is None or spent <= most, "over the budget")

    def _most_cents(self, buyer: str, day: str) -> int | None:
        """Whatever was asked for on these last days is the most that may be spent."""
        began = days_after(day, 1 - self.state.rules.raise_wait_days)
        asked = [
            cents
            for who, on, cents in self.ledger.budgets
            if who == buyer and cents is not None and began <= on
        ]
        return min(asked, default=None)

    def _look_at_paying(self, command: c.PayPurchase, facts: tuple[r.Record, ...]) -> None:
        paid = next((fact for fact in facts if isinstance(fact, r.PurchasePaid)), None)
        if paid is None:
            return
        purchase = self.state.purchase(command.purchase_id)
        taken = sum(part.count for part in paid.parts)
        self._must(taken in (0, purchase.count) or purchase.wants_fewer, "fewer than agreed")
        if 0 < taken < purchase.count:
            rest = {batch.id: batch.rest for batch in self.state.selling(self.moment.wall_ms)}
            for part in paid.parts:
                rest[part.batch_id] -= part.count
            self._must(not any(rest.values()), "fewer than there were")

    def _note_paid(self, fact: r.PurchasePaid) -> None:
        for part in fact.parts:
            for position in range(part.first, part.last + 1):
                ticket = (part.batch_id, position)
                self._must(ticket not in self.ledger.tickets, f"{ticket} was sold twice")
                self.ledger.tickets[ticket] = fact.purchase_id

    def _note_refund(self, fact: r.RefundDue) -> None:
        key = (fact.purchase_id, fact.reference)
        self._must(key not in self.ledger.back and fact.cents > 0, "money back twice")
        self.ledger.back[key] += fact.cents

    def _note_drawn(self, fact: r.TicketsDrawn) -> None:
        self.ledger.drawn[fact.purchase_id] += fact.part.count
        for position in range(fact.part.first, fact.part.last + 1):
            owner = self.ledger.tickets.get((fact.part.batch_id, position))
            self._must(owner == fact.purchase_id, "a slice of somebody else's tickets")
        self._note_wins(fact.part.batch_id, fact.wins)

    def _note_announced(self, fact: r.ResultAnnounced) -> None:
        self._note_wins(fact.batch_id, fact.wins)

    def _note_wins(self, batch_id: str, wins: tuple[tuple[int, int], ...]) -> None:
        for position, tier in wins:
            self._must((batch_id, position) not in self.ledger.wins, "a prize told twice")
            self._must(self.places[batch_id][position - 1] == tier + 1, "a prize that is none")
            self.ledger.wins[batch_id, position] = tier

    def _note_effect(self, fact: r.EffectDue) -> None:
        if fact.kind == "lottery.prize":
            self._must(fact.dedupe_key not in self.ledger.given, "a prize given twice")
            self.ledger.given.add(fact.dedupe_key)

    def _note_budget(self, fact: r.BudgetSet) -> None:
        self.ledger.budgets.append((fact.buyer, self.day, fact.cents))

    def _note_filled(self, fact: r.PurchaseFilled) -> None:
        taken = sum(owner == fact.purchase_id for owner in self.ledger.tickets.values())
        drawn = self.ledger.drawn[fact.purchase_id]
        self._must(taken in (0, drawn) or self._any_gone(), "a purchase with another number")

    def _any_gone(self) -> bool:
        return any(batch.gone for batch in self.state.batches.values())

    def _forget(self, batch_id: str) -> None:
        gone = self.state.batches[batch_id].gone
        for position in range(1, gone + 1):
            self.ledger.tickets.pop((batch_id, position), None)

    def _replay(self) -> None:
        """The records alone make the same state, and so do the rows that a store would read."""
        again = PoolState(self.state.rules)
        again.apply(self.facts)
        self._must(_contents(again) == _contents(self.state), "records make another state")
        self._must(_contents(self._read()) == _contents(self.state), "rows make another state")

    def _read(self) -> PoolState:
        """The state after a crash: read again from what was durable."""
        read = PoolState(self.state.rules)
        kept = copy.deepcopy(self.state)
        read.legal_basis, read.budgets, read.breaks = kept.legal_basis, kept.budgets, kept.breaks
        for batch in kept.batches.values():
            read.restore_batch(batch)
        read.restore_purchases((*kept.purchases.values(), *kept.over.values()))
        read.restore_winners(kept.winners)
        return read

    def _must(self, holds: bool, words: str) -> None:
        if not holds:
            raise Broken(f"seed {self.seed}, step {self.step}: {words}")

    def fresh(self, prefix: str) -> str:
        """A new id."""
        self.serial += 1
        return f"{prefix}{self.serial}"

    def often(self, share: float) -> bool:
        """True in so many cases."""
        return self.chance.random() < share

    def batch(self, *statuses: str) -> Batch | None:
        """One of the late batches, mostly of these statuses if there is one."""
        batches = list(self.state.batches.values())[-6:]
        fitting = [batch for batch in batches if batch.status in statuses]
        if fitting and self.often(0.9):
            return self.chance.choice(fitting)
        return self.chance.choice(batches) if batches else None

    def batch_id(self, *statuses: str) -> str:
        """Its id, now and then one that does not exist."""
        batch = self.batch(*statuses)
        return "none" if batch is None or self.often(0.03) else batch.id

    def purchase(self, *statuses: str) -> Purchase | None:
        """One of the late purchases, of these statuses if there is one."""
        all_of_them = [
            *list(self.state.purchases.values())[-20:],
            *list(self.state.over.values())[-5:],
        ]
        fitting = [p for p in all_of_them if p.status in statuses]
        return self.chance.choice(fitting or all_of_them) if all_of_them else None

    def sealed(self, terms: Terms) -> bytes:
        """Prizes of a batch, shuffled."""
        positions = self.chance.sample(range(1, terms.size + 1), terms.prize_count)
        tiers, begin = [], 0
        for tier in terms.tiers:
            tiers.append(tuple(positions[begin : begin + tier.count]))
            begin += tier.count
        return prize_places(terms, tuple(tiers))


def _contents(state: PoolState) -> dict[str, object]:
    kept = {key: value for key, value in vars(state).items() if key != "_due"}
    kept["purchases"] = dict(sorted(state.purchases.items()))
    kept["over"] = dict(sorted(state.over.items()))
    return kept


_NOTES: Final[dict[type[r.Record], Callable[[Simulation, Any], None]]] = {
    r.PurchasePaid: Simulation._note_paid,
    r.RefundDue: Simulation._note_refund,
    r.TicketsDrawn: Simulation._note_drawn,
    r.ResultAnnounced: Simulation._note_announced,
    r.EffectDue: Simulation._note_effect,
    r.BudgetSet: Simulation._note_budget,
    r.PurchaseFilled: Simulation._note_filled,
}
