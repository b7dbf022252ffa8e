"""What everybody sees live: tickets sold, prizes left, winners who agreed to be named."""

from __future__ import annotations

from app.frozen import frozen
from app.lottery.pool.batch import ARCHIVED, OPEN, SETTLED, Batch
from app.lottery.pool.purchase import Purchase
from app.lottery.pool.records import LegalBasisRecorded
from app.lottery.pool.state import PoolState, Winner
from app.lottery.pool.terms import Terms


@frozen
class TierLeft:
    """A kind of prize: so many in the batch, so many not won yet; None until that may be known."""

    key: str
    name: str
    count: int
    left: int | None


@frozen
class BatchTotals:
    """One batch in numbers, and what was published of it; times are wall time.

    Of the `sold` tickets so many were `issued`: their buyers know their numbers, or their prizes.
    `is_told` says that every buyer knows what their tickets are, and that nothing is due any more.
    """

    batch_id: str
    number: int
    status: str
    size: int
    sold: int
    issued: int
    tiers: tuple[TierLeft, ...]
    terms: Terms
    commitment: str
    public_value: str
    is_revealed: bool
    is_told: bool
    successor: str | None
    opened_ms: int
    closed_ms: int | None
    drawn_ms: int | None

    def sells_at(self, wall_ms: int) -> bool:
        """Whether a ticket of it can be bought at a wall time."""
        closes_ms = self.terms.closes_ms
        is_over = closes_ms is not None and closes_ms <= wall_ms
        return self.status == OPEN and self.sold < self.size and not is_over


@frozen
class Totals:
    """The whole draw in numbers, its named winners, latest first, and why it may be sold."""

    batches: tuple[BatchTotals, ...]
    winners: tuple[Winner, ...]
    basis: LegalBasisRecorded | None = None


def totals(state: PoolState) -> Totals:
    """The live page's facts; the same for everybody."""
    batches = tuple(batch_totals(batch) for batch in state.batches.values())
    return Totals(batches, tuple(reversed(state.winners)), state.legal_basis)


def batch_totals(batch: Batch) -> BatchTotals:
    """A batch in numbers; nothing of an evening's result before the draw."""
    knows = batch.has_results or batch.status == ARCHIVED
    tiers = tuple(
        TierLeft(tier.key, tier.name, tier.count, tier.count - won if knows else None)
        for tier, won in zip(batch.terms.tiers, batch.won, strict=True)
    )
    return BatchTotals(
        batch.id, batch.number, batch.status, batch.terms.size, batch.cursor, batch.issued,
        tiers, batch.terms, batch.seal.commitment, batch.seal.public_value,
        bool(batch.seal.secret), _is_told(batch),
        batch.successor, batch.opened_ms, batch.closed_ms, batch.drawn_ms,
    )  # fmt: skip


def _is_told(batch: Batch) -> bool:
    if batch.status in (SETTLED, ARCHIVED):
        return True
    if batch.is_instant:
        return batch.status != OPEN and batch.issued == batch.cursor
    return batch.drawn_ms is not None and batch.announced == len(batch.starts)


def results(state: PoolState, purchase: Purchase) -> list[tuple[str, int, int]]:
    """Batch, position and tier of what a purchase is known to have won, rarest first."""
    won: list[tuple[str, int, int]] = []
    left = purchase.drawn
    for part in purchase.parts:
        batch = state.batches[part.batch_id]
        known = min(left, part.count) if batch.is_instant else part.count
        left -= min(left, part.count)
        if batch.has_results:
            won.extend((batch.id, at, tier) for at, tier in batch.wins(part.first, known))
    return sorted(won, key=lambda win: (win[2], state.batches[win[0]].number, win[1]))
