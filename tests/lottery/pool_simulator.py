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
from app.lottery.pool.prizes import unclaimed
from app.lottery.pool.purchase import PLACED, Purchase, days_after
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import DAY_MS, EVENING, INSTANT, KINDS, Terms, Tier, prize_places
from app.lottery.pool.totals import totals
from app.refusals import Refusal
from tests.lottery.draws import NOON_MS, basis, picture, rules

BUYERS: Final = ("ada", "bo", "cy", "dee")
STAFF: Final = ("dee", "max")
BAD_COUNTS: Final = (0, -1, 10_001)
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
        due = decide(self.state, c.Expire(), self.moment).records
        self._write(due)
        command = self.chance.choice(_MAKERS)(self)
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
        if fact.kind == "lottery_prize":
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
        read = PoolState(self.state.rules)
        kept = copy.deepcopy(self.state)
        read.legal_basis, read.budgets, read.breaks = kept.legal_basis, kept.budgets, kept.breaks
        for batch in kept.batches.values():
            read.restore_batch(batch)
        read.restore_purchases((*kept.purchases.values(), *kept.over.values()))
        read.restore_winners(kept.winners)
        self._must(_contents(read) == _contents(self.state), "rows make another state")

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


def _open(s: Simulation) -> Command[Any]:
    if any(batch.status == "open" for batch in s.state.batches.values()) and s.often(0.8):
        return _place(s)
    return _opening(s)


def _opening(s: Simulation) -> Command[Any]:
    size = s.chance.choice((10, 20, 20, 40))
    mode = s.chance.choice((EVENING, INSTANT))
    tiers = (
        Tier("lamp", "Lamp", size // 10, s.chance.choice(KINDS)),
        Tier("tea", "Tea", size // 5, s.chance.choice(KINDS)),
    )
    terms = Terms(
        size,
        tiers,
        mode,
        s.chance.choice((0, 100, 100, 250)),
        threshold=s.chance.choice((0, 8, 9, size + 1 if s.often(0.1) else 5)),
        successor_size=s.chance.choice((0, 10, size, size, size, size, 2 * size)),
        source=s.chance.choice(("staff", "buyers")),
        closes_ms=s.moment.wall_ms + 5 * DAY_MS if s.often(0.3) else None,
        claim_days=s.chance.choice((1, 2)),
        retention_days=s.chance.choice((0, 1)),
    )
    batch_id = s.fresh("b")
    places = s.sealed(terms)
    s.places[batch_id] = places
    if mode == EVENING:
        places = b"" if s.often(0.95) else places
    elif s.often(0.05):
        places = places[::-1] if s.often(0.5) else b""
        s.places[batch_id] = places
    seal = f"seal-{batch_id}" if s.often(0.95) else "seal-b1"
    return c.OpenBatch(batch_id, terms, seal, "ada", s.moment.wall_ms, places)


def _reseed(s: Simulation) -> Command[Any]:
    before = s.batch("open")
    if before is None:
        return c.OpenSuccessor("none", "x", "y", s.moment.wall_ms)
    terms = before.terms
    batch_id = s.fresh("b")
    size = terms.successor_size or 10
    factor = size / terms.size
    tiers = tuple(Tier(t.key, t.name, int(t.count * factor), t.kind) for t in terms.tiers)
    if any(tier.count < 1 for tier in tiers):
        return c.OpenSuccessor(before.id, batch_id, f"seal-{batch_id}", s.moment.wall_ms)
    offered = Terms(size, tiers, terms.mode, terms.price_cents, 0, 0)
    s.places[batch_id] = s.sealed(offered)
    places = s.places[batch_id] if before.is_instant else b""
    return c.OpenSuccessor(before.id, batch_id, f"seal-{batch_id}", s.moment.wall_ms, places)


def _close(s: Simulation) -> Command[Any]:
    batch = s.batch("open")
    if batch is None or (batch.rest > batch.terms.threshold and s.often(0.7)):
        return _place(s)
    return c.CloseBatch(batch.id, "ada", s.moment.wall_ms)


def _value(s: Simulation) -> Command[Any]:
    value = s.chance.choice(("4711", "4711", "4711", "12", ""))
    source = s.chance.choice(("staff", "staff", "buyers"))
    return c.FixPublicValue(
        s.batch_id("closed"), source, value, s.chance.choice(STAFF), s.moment.wall_ms
    )


def _draw(s: Simulation) -> Command[Any]:
    batch = s.batch("closed")
    if batch is None:
        return c.RecordDraw("none", b"", "ada", s.moment.wall_ms)
    places = s.places[batch.id]
    return c.RecordDraw(
        batch.id, places if s.often(0.9) else places[::-1][1:], "ada", s.moment.wall_ms
    )


def _announce(s: Simulation) -> Command[Any]:
    batch = s.batch("drawn")
    done = 0 if batch is None or s.often(0.2) else batch.announced
    return c.AnnounceSlice("none" if batch is None else batch.id, done, s.chance.choice((0, 2, 5)))


def _reveal(s: Simulation) -> Command[Any]:
    batch_id = s.batch_id("closed", "drawn")
    seal = s.state.batches[batch_id].seal.commitment if batch_id in s.state.batches else ""
    secret = s.chance.choice(("secret", "secret", "secret", "other", ""))
    return c.Reveal(batch_id, secret, seal if s.often(0.9) else "seal-", "ada", s.moment.wall_ms)


def _place(s: Simulation) -> Command[Any]:
    selling = s.state.selling(s.moment.wall_ms)
    if not selling and s.often(0.6):
        batch = s.batch("open")
        if batch is None or batch.status != "open":
            return _opening(s)
        return c.CloseBatch(batch.id, "ada", s.moment.wall_ms)
    cents = selling[0].terms.price_cents if selling else 100
    count = s.chance.choice(BAD_COUNTS) if s.often(0.05) else s.chance.randint(1, 15)
    buyer = s.chance.choice(BUYERS)
    known = s.purchase()
    is_repeat = known is not None and s.often(0.05)
    return c.PlacePurchase(
        known.id if known is not None and is_repeat else s.fresh("p"),
        known.buyer if known is not None and is_repeat and s.often(0.7) else buyer,
        known.count if known is not None and is_repeat and s.often(0.8) else count,
        count * cents if s.often(0.97) else 1,
        s.often(0.6),
        s.day if s.often(0.98) else "yesterday",
        is_of_age=s.often(0.95),
        is_staff=buyer == "dee" and s.often(0.5),
        is_play=s.often(0.1),
        public_name=buyer.title() if s.often(0.5) else "",
    )


def _freeze(s: Simulation) -> Command[Any]:
    purchase = s.purchase("placed", "paying")
    if purchase is None:
        return c.FreezePurchase("none", "bo", s.now_ms)
    buyer = purchase.buyer if s.often(0.9) else "eve"
    return c.FreezePurchase(purchase.id, buyer, s.now_ms + 1_800_000, guarded=s.often(0.3))


def _end_payment(s: Simulation) -> Command[Any]:
    purchase = s.purchase("paying", "placed")
    if purchase is None:
        return c.EndPayment("none", "bo")
    return c.EndPayment(purchase.id, purchase.buyer if s.often(0.9) else "eve", s.often(0.4))


def _pay(s: Simulation) -> Command[Any]:
    purchase = s.purchase("placed", "paying") if s.often(0.9) else s.purchase()
    if purchase is None:
        return c.PayPurchase("none", "ref", 100, s.moment.wall_ms)
    cents = purchase.cents if s.often(0.97) else purchase.cents + 1
    reference = f"ref-{purchase.id}" if s.often(0.9) else s.fresh("ref")
    s.ledger.paid.setdefault((purchase.id, reference), cents)
    cents = s.ledger.paid[purchase.id, reference]
    return c.PayPurchase(purchase.id, reference, cents, s.moment.wall_ms)


def _slice(s: Simulation) -> Command[Any]:
    purchase = s.purchase("paid")
    if purchase is None or (purchase.status == "filled" and s.often(0.7)):
        return _place(s)
    done = purchase.drawn if s.often(0.85) else s.chance.randint(0, 5)
    most = s.chance.choice((1, 3, 7, 2500, 2500, 0))
    return c.AllocateSlice(purchase.id, done, s.moment.wall_ms, most)


def _budget(s: Simulation) -> Command[Any]:
    cents = s.chance.choice((500, 1000, 3000, 10_000, None, -1))
    return c.SetBudget(s.chance.choice(BUYERS), cents, s.day)


def _break(s: Simulation) -> Command[Any]:
    until_day = days_after(s.day, s.chance.choice((-1, 0, 1, 2)))
    return c.TakeBreak(s.chance.choice(BUYERS), until_day, s.day)


def _claim(s: Simulation) -> Command[Any]:
    batch = s.batch()
    if batch is None:
        return c.ClaimPrize("none", 1, "bo")
    open_prizes = list(unclaimed(s.state, batch.id))
    if open_prizes and s.often(0.8):
        prize = s.chance.choice(open_prizes)
        buyer = s.state.purchases[prize.purchase_id].buyer
        return c.ClaimPrize(batch.id, prize.position, buyer if s.often(0.9) else "eve")
    position = s.chance.randint(-1, batch.terms.size + 1)
    return c.ClaimPrize(batch.id, position, s.chance.choice(BUYERS))


def _confirm(s: Simulation) -> Command[Any]:
    waiting = [
        (batch.id, claim.position)
        for batch in s.state.batches.values()
        for claim in batch.claims.values()
        if claim.by is None or s.often(0.1)
    ]
    batch_id, position = s.chance.choice(waiting) if waiting else (s.batch_id(), 1)
    return c.ConfirmClaim(batch_id, position, "dee")


def _settle(s: Simulation) -> Command[Any]:
    return c.Settle(s.batch_id("closed", "drawn"), "ada", s.moment.wall_ms)


def _archive(s: Simulation) -> Command[Any]:
    return c.ArchiveSlice(
        s.batch_id("settled"), "ada", s.moment.wall_ms, s.chance.choice((0, 2, 200))
    )


def _show(s: Simulation) -> Command[Any]:
    purchase = s.purchase()
    return c.ShowPurchase("none" if purchase is None else purchase.id, s.chance.choice(BUYERS))


def _basis(s: Simulation) -> Command[Any]:
    return basis()


_NOTES: Final[dict[type[r.Record], Callable[[Simulation, Any], None]]] = {
    r.PurchasePaid: Simulation._note_paid,
    r.RefundDue: Simulation._note_refund,
    r.TicketsDrawn: Simulation._note_drawn,
    r.ResultAnnounced: Simulation._note_announced,
    r.EffectDue: Simulation._note_effect,
    r.BudgetSet: Simulation._note_budget,
    r.PurchaseFilled: Simulation._note_filled,
}

_MAKERS: Final = (
    _basis, *(_open,) * 2, *(_reseed,) * 5, *(_close,) * 2, *(_value,) * 2, _draw,
    *(_announce,) * 2, _reveal, *(_place,) * 14, *(_freeze,) * 2, *(_end_payment,) * 2,
    *(_pay,) * 12, *(_slice,) * 12, _budget, _break, *(_claim,) * 5, *(_confirm,) * 2,
    *(_settle,) * 2, *(_archive,) * 2, _show,
)  # fmt: skip
