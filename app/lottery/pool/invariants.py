"""What must hold between the parts of a draw's state; each broken promise is a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.lottery.pool.batch import ARCHIVED, OPEN, SETTLED, Batch, Part
from app.lottery.pool.purchase import FILLED, OVER, WAITING, Tally
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import Terms


def broken(state: PoolState) -> Iterator[str]:
    """Every broken promise; nothing for a sound draw."""
    for batch in state.batches.values():
        yield from _tickets_without_gaps(batch)
        yield from _prizes_exact(state, batch)
        yield from _claims_won(batch)
    yield from _owners_agree(state)
    yield from _purchases_exact(state)
    yield from _successors_single(state)
    yield from _tallies_add_up(state)


def _tickets_without_gaps(batch: Batch) -> Iterator[str]:
    if not 0 <= batch.gone <= batch.cursor <= batch.terms.size:
        yield f"batch {batch.number} sold {batch.cursor} of {batch.terms.size}"
    expected = batch.gone + 1
    for _owner, part in batch.parts(0, len(batch.starts)):
        if part.first != expected or part.count < 1:
            yield f"batch {batch.number} has a gap or a double at {expected}"
        expected = part.last + 1
    if batch.starts and expected != batch.cursor + 1:
        yield f"batch {batch.number} ends at {expected - 1}, not at {batch.cursor}"
    if not batch.starts and batch.gone != batch.cursor:
        yield f"batch {batch.number} has sold tickets that nobody owns"


def _prizes_exact(state: PoolState, batch: Batch) -> Iterator[str]:
    tiers = range(1, len(batch.terms.tiers) + 1)
    table = [tier.count for tier in batch.terms.tiers]
    if batch.status == ARCHIVED:
        if batch.places:
            yield f"batch {batch.number} is archived with its prizes"
        return
    if batch.places and [batch.places.count(tier) for tier in tiers] != table:
        yield f"batch {batch.number} has other prizes than promised"
    if batch.is_instant:
        if batch.status != SETTLED and batch.won != _drawn_prizes(state, batch):
            yield f"batch {batch.number} counts its prizes wrongly"
    elif batch.drawn_ms is None and (batch.places or any(batch.won)):
        yield f"batch {batch.number} knows its result too early"
    elif batch.drawn_ms is not None and batch.won != [
        batch.places.count(tier, 0, batch.cursor) for tier in tiers
    ]:
        yield f"batch {batch.number} counts its prizes wrongly"


def _drawn_prizes(state: PoolState, batch: Batch) -> list[int]:
    """Prizes by tier among the tickets whose slices are done."""
    counts = [0] * len(batch.terms.tiers)
    for purchase in state.purchases.values():
        left = purchase.drawn
        for part in purchase.parts:
            if part.batch_id == batch.id:
                for _position, tier in batch.wins(part.first, min(left, part.count)):
                    counts[tier] += 1
            left -= min(left, part.count)
    return counts


def _claims_won(batch: Batch) -> Iterator[str]:
    for position, claim in batch.claims.items():
        if batch.tier_at(position) is None:
            yield f"a claim on ticket {position} of batch {batch.number}, which won nothing"
        if batch.owner_of(position) != claim.purchase_id:
            yield f"a claim on somebody else's ticket {position} of batch {batch.number}"


def _owners_agree(state: PoolState) -> Iterator[str]:
    owned: set[tuple[str, Part]] = set()
    for batch in state.batches.values():
        owned.update(batch.parts(0, len(batch.starts)))
    bought = [(p.id, part) for p in state.purchases.values() for part in p.parts]
    if len(bought) != len(set(bought)) or set(bought) != owned:
        yield "purchases and batches disagree about tickets"
    drawn = Counter[str]()
    for purchase in state.purchases.values():
        left = purchase.drawn
        for part in purchase.parts:
            drawn[part.batch_id] += min(left, part.count)
            left -= min(left, part.count)
    for batch in state.batches.values():
        if batch.issued - batch.gone != drawn[batch.id]:
            yield f"batch {batch.number} drew {batch.issued} tickets, its purchases another number"


def _purchases_exact(state: PoolState) -> Iterator[str]:
    for purchase in (*state.purchases.values(), *state.over.values()):
        name = f"purchase {purchase.id}"
        taken, is_over = purchase.taken, purchase.status in OVER
        if not 0 <= purchase.drawn <= taken <= purchase.count:
            yield f"{name} drew {purchase.drawn} of {taken} of {purchase.count}"
        if (purchase.status in WAITING or is_over) and purchase.parts:
            yield f"{name} has tickets and was not paid"
        if (purchase.status == FILLED) != (purchase.drawn == taken > 0):
            yield f"{name} is {purchase.status} with {purchase.drawn} of {taken}"
        if is_over != (purchase.id in state.over):
            yield f"{name} is kept among the wrong ones"
        if any(state.batches[part.batch_id].line != purchase.line for part in purchase.parts):
            yield f"{name} has tickets of another line"


def _successors_single(state: PoolState) -> Iterator[str]:
    batches = list(state.batches.values())
    if [batch.number for batch in batches] != list(range(1, len(batches) + 1)):
        yield "batches are not numbered in a row"
    if len({batch.seal.commitment for batch in batches}) != len(batches):
        yield "two batches have the same commitment"
    named = [batch.successor for batch in batches if batch.successor is not None]
    followers = [batch.id for batch in batches if batch.line != batch.id]
    if len(named) != len(set(named)) or sorted(named) != sorted(followers):
        yield "a batch has two successors, or one that nobody knows"
    for batch in batches:
        after = None if batch.successor is None else state.batches[batch.successor]
        if after is not None and not _has_same_odds(batch.terms, after.terms):
            yield f"batch {after.number} has other odds than the one before"
    if sum(batch.status == OPEN and batch.cursor == 0 for batch in batches) > 1:
        yield "two batches wait for their first sale"


def _has_same_odds(terms: Terms, after: Terms) -> bool:
    return (terms.odds, terms.price_cents, terms.mode) == (
        after.odds,
        after.price_cents,
        after.mode,
    )


def _tallies_add_up(state: PoolState) -> Iterator[str]:
    expected: dict[str, Tally] = {}
    for purchase in state.purchases.values():
        if purchase.counted:
            expected.setdefault(purchase.buyer, Tally()).add(purchase, purchase.counted)
    if expected != state.tallies:
        yield "buyers' sums are not those of their purchases"
