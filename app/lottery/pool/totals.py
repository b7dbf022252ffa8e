"""What everybody sees live: tickets sold, prizes left, winners who agreed to be named."""

from __future__ import annotations

from app.frozen import frozen
from app.lottery.pool.batch import ARCHIVED, Batch
from app.lottery.pool.purchase import Purchase
from app.lottery.pool.state import PoolState, Winner


@frozen
class TierLeft:
    """A kind of prize: so many in the batch, so many not won yet; None until that may be known."""

    key: str
    name: str
    count: int
    left: int | None


@frozen
class BatchTotals:
    """One batch in numbers."""

    batch_id: str
    number: int
    status: str
    size: int
    sold: int
    tiers: tuple[TierLeft, ...]


@frozen
class Totals:
    """The whole draw in numbers, and its named winners, latest first."""

    batches: tuple[BatchTotals, ...]
    winners: tuple[Winner, ...]


def totals(state: PoolState) -> Totals:
    """The live page's facts; the same for everybody."""
    batches = tuple(batch_totals(batch) for batch in state.batches.values())
    return Totals(batches, tuple(reversed(state.winners)))


def batch_totals(batch: Batch) -> BatchTotals:
    """A batch in numbers; nothing of an evening's result before the draw."""
    knows = batch.has_results or batch.status == ARCHIVED
    tiers = tuple(
        TierLeft(tier.key, tier.name, tier.count, tier.count - won if knows else None)
        for tier, won in zip(batch.terms.tiers, batch.won, strict=True)
    )
    return BatchTotals(batch.id, batch.number, batch.status, batch.terms.size, batch.cursor, tiers)


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
