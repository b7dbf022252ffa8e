"""The state of one prize draw, changed by records only."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from app.frozen import frozen
from app.inventory.records import Record
from app.lottery.pool import records as r
from app.lottery.pool.batch import ARCHIVED, CLOSED, DRAWN, SETTLED, Batch, Claim, Part
from app.lottery.pool.purchase import (
    FILLED,
    LAPSED,
    OVER,
    PAID,
    RETURNED,
    WAITING,
    Budget,
    Purchase,
    Tally,
)
from app.lottery.pool.terms import PoolRules
from app.lottery.sealing import Seal
from app.refusals import NotFound

OVER_LIMIT: Final = 5000  # purchases without tickets that are remembered
WINNERS_LIMIT: Final = 100  # named winners on the live page


@frozen
class Winner:
    """A prize whose winner agreed to be named."""

    batch_id: str
    position: int
    tier: int
    name: str


class PoolState:
    """All batches and purchases of one draw. No clock, no chance, no database."""

    def __init__(self, rules: PoolRules) -> None:
        self.rules = rules
        self.legal_basis: r.LegalBasisRecorded | None = None
        self.batches: dict[str, Batch] = {}  # in the order in which they opened
        self.purchases: dict[str, Purchase] = {}
        self.over: OrderedDict[str, Purchase] = OrderedDict()
        self.tallies: dict[str, Tally] = {}
        self.budgets: dict[str, Budget] = {}
        self.breaks: dict[str, str] = {}
        self.winners: deque[Winner] = deque(maxlen=WINNERS_LIMIT)
        self._due: list[tuple[int, str]] = []

    def apply(self, facts: Iterable[Record]) -> None:
        """Make records true in memory."""
        for fact in facts:
            change = _CHANGES.get(type(fact))
            if change is not None:
                change(self, fact)

    def batch(self, batch_id: str) -> Batch:
        """A batch; raises `NotFound`."""
        found = self.batches.get(batch_id)
        if found is None:
            raise NotFound
        return found

    def purchase(self, purchase_id: str, buyer: str | None = None) -> Purchase:
        """A purchase, of this buyer if one is given; raises `NotFound`."""
        found = self.purchases.get(purchase_id) or self.over.get(purchase_id)
        if found is None or (buyer is not None and found.buyer != buyer):
            raise NotFound
        return found

    def selling(self, wall_ms: int) -> list[Batch]:
        """Batches with tickets for sale, in the order in which they are handed out."""
        newest = list(self.batches.values())[-2:]  # at most one has a successor
        return [batch for batch in newest if batch.sells_at(wall_ms)]

    @property
    def last_batch(self) -> Batch | None:
        """The batch that opened last."""
        return next(reversed(self.batches.values()), None)

    def tally(self, buyer: str) -> Tally:
        """What a buyer has bought or is paying for."""
        return self.tallies.get(buyer) or Tally()

    def due_purchases(self, now_ms: int) -> list[Purchase]:
        """Unpaid purchases whose time has come; guarded ones end by `EndPayment` only."""
        due: dict[str, Purchase] = {}
        while self._due and self._due[0][0] <= now_ms:
            deadline_ms, purchase_id = heapq.heappop(self._due)
            if self._is_due(purchase_id, deadline_ms):
                due[purchase_id] = self.purchases[purchase_id]
        for purchase in due.values():  # asking changes nothing
            heapq.heappush(self._due, (purchase.deadline_ms, purchase.id))
        return list(due.values())

    def next_due_ms(self) -> int | None:
        """When the sweeper should look again, house time."""
        while self._due:
            deadline_ms, purchase_id = self._due[0]
            if self._is_due(purchase_id, deadline_ms):
                return deadline_ms
            heapq.heappop(self._due)
        return None

    def restore_batch(self, batch: Batch) -> None:
        """Put a batch read from the database back: oldest first, before its purchases."""
        self.batches[batch.id] = batch
        batch.starts.clear()
        batch.owners.clear()

    def restore_purchases(self, purchases: Iterable[Purchase]) -> None:
        """Put all purchases read from the database back; their tickets find their batches."""
        sold: list[tuple[int, Part, str]] = []
        for purchase in purchases:
            self._add_purchase(purchase)
            sold.extend((part.first, part, purchase.id) for part in purchase.parts)
        for _first, part, purchase_id in sorted(sold, key=lambda entry: entry[0]):
            self._own(part, purchase_id)

    def restore_winners(self, winners: Iterable[Winner]) -> None:
        """Put the named winners back, the latest last."""
        self.winners.extend(winners)

    def _is_due(self, purchase_id: str, deadline_ms: int) -> bool:
        purchase = self.purchases.get(purchase_id)
        return (
            purchase is not None
            and purchase.status in WAITING
            and purchase.deadline_ms == deadline_ms
            and not purchase.guarded
        )

    def _record_basis(self, fact: r.LegalBasisRecorded) -> None:
        self.legal_basis = fact

    def _open_batch(self, fact: r.BatchOpened) -> None:
        self.batches[fact.batch_id] = Batch(
            fact.batch_id,
            fact.number,
            fact.line,
            fact.terms,
            Seal(fact.commitment, fact.terms.source),
            fact.at_ms,
            fact.places,
        )
        if fact.after is not None:
            self.batches[fact.after].successor = fact.batch_id

    def _close_batch(self, fact: r.BatchClosed) -> None:
        batch = self.batches[fact.batch_id]
        batch.status, batch.closed_ms = CLOSED, fact.at_ms

    def _type_value(self, fact: r.PublicValueTyped) -> None:
        seal = self.batches[fact.batch_id].seal
        seal.typed_value, seal.typed_by = fact.value, fact.by

    def _fix_value(self, fact: r.PublicValueFixed) -> None:
        self.batches[fact.batch_id].seal.public_value = fact.value

    def _record_draw(self, fact: r.DrawRecorded) -> None:
        batch = self.batches[fact.batch_id]
        batch.places, batch.status, batch.drawn_ms = fact.places, DRAWN, fact.at_ms
        tiers = range(1, len(batch.terms.tiers) + 1)
        batch.won = [batch.places.count(tier, 0, batch.cursor) for tier in tiers]

    def _reveal(self, fact: r.SecretRevealed) -> None:
        self.batches[fact.batch_id].seal.secret = fact.secret

    def _announce(self, fact: r.ResultAnnounced) -> None:
        self.batches[fact.batch_id].announced += 1
        self._name_winners(fact.purchase_id, fact.batch_id, fact.wins)

    def _settle(self, fact: r.BatchSettled) -> None:
        batch = self.batches[fact.batch_id]
        batch.status, batch.settled_ms, batch.unclaimed = SETTLED, fact.at_ms, fact.unclaimed

    def _archive_parts(self, fact: r.PartsArchived) -> None:
        batch = self.batches[fact.batch_id]
        del batch.starts[: len(fact.parts)]
        del batch.owners[: len(fact.parts)]
        batch.gone += sum(part.count for _, part in fact.parts)
        for position in [at for at in batch.claims if at <= batch.gone]:
            del batch.claims[position]
        for purchase_id, part in fact.parts:
            self._drop_part(self.purchases[purchase_id], part)

    def _drop_part(self, purchase: Purchase, part: Part) -> None:
        self._count(purchase, -part.count)
        purchase.parts = tuple(kept for kept in purchase.parts if kept != part)
        purchase.drawn -= part.count
        if not purchase.parts:
            del self.purchases[purchase.id]

    def _archive_batch(self, fact: r.BatchArchived) -> None:
        batch = self.batches[fact.batch_id]
        batch.status, batch.places = ARCHIVED, b""
        kept = [winner for winner in self.winners if winner.batch_id != batch.id]
        self.winners = deque(kept, maxlen=WINNERS_LIMIT)

    def _place(self, fact: r.PurchasePlaced) -> None:
        self._add_purchase(placed(fact))

    def _add_purchase(self, purchase: Purchase) -> None:
        if purchase.status in OVER:
            self._keep_over(purchase)
            return
        self.purchases[purchase.id] = purchase
        self._count(purchase, purchase.counted)
        if purchase.status in WAITING:
            heapq.heappush(self._due, (purchase.deadline_ms, purchase.id))

    def _change_purchase(self, fact: r.PurchaseChanged) -> None:
        purchase = self.purchases[fact.purchase_id]
        purchase.status, purchase.deadline_ms = fact.status, fact.deadline_ms
        purchase.rest_ms, purchase.guarded = fact.rest_ms, fact.guarded
        heapq.heappush(self._due, (purchase.deadline_ms, purchase.id))

    def _lapse(self, fact: r.PurchaseLapsed) -> None:
        purchase = self.purchases.pop(fact.purchase_id)
        self._count(purchase, -purchase.counted)
        purchase.status = LAPSED
        self._keep_over(purchase)

    def _keep_over(self, purchase: Purchase) -> None:
        self.over[purchase.id] = purchase
        while len(self.over) > OVER_LIMIT:
            self.over.popitem(last=False)

    def _pay(self, fact: r.PurchasePaid) -> None:
        purchase = self.purchases.pop(fact.purchase_id, None) or self.over.pop(fact.purchase_id)
        before = purchase.counted
        purchase.reference, purchase.paid_ms = fact.reference, fact.at_ms
        purchase.parts, purchase.guarded = fact.parts, False
        purchase.status = PAID if fact.parts else RETURNED
        self._count(purchase, purchase.counted - before)
        if not fact.parts:
            self._keep_over(purchase)
            return
        self.purchases[purchase.id] = purchase
        for part in fact.parts:
            self._own(part, purchase.id)
            self.batches[part.batch_id].cursor = part.last

    def _own(self, part: Part, purchase_id: str) -> None:
        batch = self.batches[part.batch_id]
        batch.starts.append(part.first)
        batch.owners.append(purchase_id)

    def _refund(self, fact: r.RefundDue) -> None:
        purchase = self.purchase(fact.purchase_id)
        if fact.reference == purchase.reference:
            purchase.back_cents = fact.cents
        else:
            purchase.doubled = (*purchase.doubled, fact.reference)

    def _draw_tickets(self, fact: r.TicketsDrawn) -> None:
        batch = self.batches[fact.part.batch_id]
        self.purchases[fact.purchase_id].drawn += fact.part.count
        batch.issued += fact.part.count
        for _position, tier in fact.wins:
            batch.won[tier] += 1
        self._name_winners(fact.purchase_id, batch.id, fact.wins)

    def _name_winners(
        self, purchase_id: str, batch_id: str, wins: tuple[tuple[int, int], ...]
    ) -> None:
        name = self.purchases[purchase_id].public_name
        if name:
            self.winners.extend(Winner(batch_id, position, tier, name) for position, tier in wins)

    def _forget_name(self, fact: r.NameForgotten) -> None:
        purchase = self.purchase(fact.purchase_id)
        purchase.public_name = ""
        kept = [one for one in self.winners if not self._is_of(one, purchase)]
        self.winners = deque(kept, maxlen=WINNERS_LIMIT)

    def _is_of(self, winner: Winner, purchase: Purchase) -> bool:
        return any(
            part.batch_id == winner.batch_id and part.first <= winner.position <= part.last
            for part in purchase.parts
        )

    def _fill(self, fact: r.PurchaseFilled) -> None:
        self.purchases[fact.purchase_id].status = FILLED

    def _claim(self, fact: r.PrizeClaimed) -> None:
        claim = Claim(fact.position, fact.purchase_id, fact.at_ms)
        self.batches[fact.batch_id].claims[fact.position] = claim

    def _confirm(self, fact: r.ClaimConfirmed) -> None:
        self.batches[fact.batch_id].claims[fact.position].by = fact.by

    def _set_budget(self, fact: r.BudgetSet) -> None:
        self.budgets[fact.buyer] = Budget(fact.cents, fact.later_cents, fact.later_from)

    def _take_break(self, fact: r.BreakTaken) -> None:
        self.breaks[fact.buyer] = fact.until_day

    def _count(self, purchase: Purchase, more: int) -> None:
        if more:
            tally = self.tallies.setdefault(purchase.buyer, Tally())
            tally.add(purchase, more)
            if not tally.tickets:
                del self.tallies[purchase.buyer]


def placed(fact: r.PurchasePlaced) -> Purchase:
    """A purchase as it is when it has been placed."""
    return Purchase(
        fact.purchase_id, fact.buyer, fact.count, fact.line, fact.unit_cents, fact.wants_fewer,
        fact.day, fact.is_play, fact.public_name, fact.contribution, fact.deadline_ms,
    )  # fmt: skip


_CHANGES: Final[dict[type[Record], Callable[[PoolState, Any], None]]] = {
    r.LegalBasisRecorded: PoolState._record_basis,
    r.BatchOpened: PoolState._open_batch,
    r.BatchClosed: PoolState._close_batch,
    r.PublicValueTyped: PoolState._type_value,
    r.PublicValueFixed: PoolState._fix_value,
    r.DrawRecorded: PoolState._record_draw,
    r.SecretRevealed: PoolState._reveal,
    r.ResultAnnounced: PoolState._announce,
    r.BatchSettled: PoolState._settle,
    r.PartsArchived: PoolState._archive_parts,
    r.BatchArchived: PoolState._archive_batch,
    r.PurchasePlaced: PoolState._place,
    r.PurchaseChanged: PoolState._change_purchase,
    r.PurchaseLapsed: PoolState._lapse,
    r.PurchasePaid: PoolState._pay,
    r.RefundDue: PoolState._refund,
    r.TicketsDrawn: PoolState._draw_tickets,
    r.NameForgotten: PoolState._forget_name,
    r.PurchaseFilled: PoolState._fill,
    r.PrizeClaimed: PoolState._claim,
    r.ClaimConfirmed: PoolState._confirm,
    r.BudgetSet: PoolState._set_budget,
    r.BreakTaken: PoolState._take_break,
}
