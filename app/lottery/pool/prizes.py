"""Rules of prizes: claim, confirm, what nobody wanted; then settle and archive the batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from app.frozen import frozen
from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import ARCHIVED, CLOSED, DRAWN, SETTLED, Batch
from app.lottery.pool.purchase import Purchase
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import DAY_MS, ENTITLEMENT
from app.lottery.pool.views import BatchView, ClaimView, SliceView, view_of_batch
from app.lottery.refusals import ClaimTooLate, NothingWon, NotThatFar
from app.refusals import Invalid, NotFound

BY_ITSELF: Final = "claim"  # an entitlement needs nobody to hand it over
KEYS_LIMIT: Final = 50  # entitlements that one step switches on: each of them is several rows

Wins = tuple[tuple[int, int], ...]  # position and tier


@frozen
class Unclaimed:
    """A prize that was won and not claimed."""

    batch_id: str
    position: int
    tier: str
    purchase_id: str


def claim_prize(state: PoolState, command: c.ClaimPrize, moment: Moment) -> Decision[ClaimView]:
    """The prize is wanted; an entitlement is on at once, others wait for staff as a rule."""
    batch, purchase = _own_ticket(state, command)
    tier = _won_tier(batch, purchase, command.position)
    claim = batch.claims.get(command.position)
    if claim is not None:
        return Decision(_view(batch, command.position, purchase.id, claim.by is not None))
    ends_ms = batch.claims_end_ms(purchase.paid_ms)
    if batch.status == SETTLED or ends_ms is None or moment.wall_ms >= ends_ms:
        raise ClaimTooLate
    facts: list[r.Record] = [
        r.PrizeClaimed(batch.id, command.position, purchase.id, tier, moment.wall_ms)
    ]
    is_on = command.at_once or batch.terms.tiers[tier].kind == ENTITLEMENT
    if is_on:
        facts.extend(_handing_over(batch, command.position, purchase.id, BY_ITSELF, moment))
    return Decision(_view(batch, command.position, purchase.id, is_on), tuple(facts))


def confirm_claim(state: PoolState, command: c.ConfirmClaim, moment: Moment) -> Decision[ClaimView]:
    """Staff gives out a claimed prize, once; also after the time to claim."""
    batch = state.batch(command.batch_id)
    claim = batch.claims.get(command.position)
    if claim is None:
        raise NotFound("Nobody has claimed that prize.", next_step="Look at the list of claims.")
    if not command.by:
        raise Invalid({"by": "Say who confirms it."})
    view = _view(batch, command.position, claim.purchase_id, True)
    if claim.by is not None:
        return Decision(view)
    facts = _handing_over(batch, command.position, claim.purchase_id, command.by, moment)
    return Decision(view, tuple(facts))


def not_yet_on(batch: Batch, wins: Wins) -> Wins:
    """Entitlements among prizes that have not been switched on."""
    return tuple(
        (position, tier)
        for position, tier in wins
        if batch.terms.tiers[tier].kind == ENTITLEMENT and position not in batch.claims
    )


def switched_on(batch: Batch, purchase_id: str, keys: Wins, moment: Moment) -> Iterator[r.Record]:
    """Entitlements that a buyer learns of are on from now, without a claim."""
    for position, tier in keys:
        yield r.PrizeClaimed(batch.id, position, purchase_id, tier, moment.wall_ms)
        yield from _handing_over(batch, position, purchase_id, BY_ITSELF, moment)


def unclaimed(state: PoolState, batch_id: str) -> Iterator[Unclaimed]:
    """Prizes of sold tickets that nobody has claimed, by position; nothing before its time."""
    batch = state.batch(batch_id)
    if not batch.has_results:
        return
    for position, tier in batch.wins(batch.gone + 1, batch.cursor - batch.gone):
        owner = batch.owner_of(position)
        if position in batch.claims or owner is None:
            continue
        if not batch.is_instant or _is_drawn(batch, state.purchases[owner], position):
            yield Unclaimed(batch.id, position, batch.terms.tiers[tier].key, owner)


def settle(state: PoolState, command: c.Settle, moment: Moment) -> Decision[BatchView]:
    """The batch is over: everything known, everybody told, nothing left to claim or confirm."""
    batch = state.batch(command.batch_id)
    if batch.status in (SETTLED, ARCHIVED):
        return Decision(view_of_batch(batch))
    _refuse_unfinished(batch)
    last_ms = batch.last_claim_ms
    is_over = batch.cursor == 0 or (last_ms is not None and moment.wall_ms >= last_ms)
    if not is_over:  # of a batch that nobody bought from, nobody can claim anything
        raise NotThatFar("Prizes can still be claimed.", next_step="Wait until that is over.")
    if any(claim.by is None for claim in batch.claims.values()):
        raise NotThatFar("A claimed prize waits for staff.", next_step="Confirm every claim first.")
    counts = list(batch.won)
    for position in batch.claims:
        counts[batch.places[position - 1] - 1] -= 1
    facts = (
        r.BatchSettled(batch.id, tuple(counts), command.at_ms),
        r.Journalled("lottery.settled", command.by, facts={"batch": batch.id}),
    )
    return Decision(replace(view_of_batch(batch), status=SETTLED), facts)


def archivable(state: PoolState, batch_id: str, wall_ms: int) -> int:
    """How many sold tickets `ArchiveSlice` would remove in all at this moment."""
    batch = state.batch(batch_id)
    return batch.cursor - batch.gone if _may_archive(batch, wall_ms) else 0


def archive_slice(state: PoolState, command: c.ArchiveSlice, moment: Moment) -> Decision[SliceView]:
    """Remove the oldest sold tickets; what proves the draw stays for ever."""
    batch = state.batch(command.batch_id)
    if batch.status == ARCHIVED:
        return Decision(SliceView(batch.id, batch.cursor, batch.cursor))
    if not 1 <= command.most <= c.PARTS_LIMIT:
        raise Invalid({"most": f"A slice has 1 to {c.PARTS_LIMIT} purchases."})
    if not _may_archive(batch, moment.wall_ms):
        raise NotThatFar(
            "The tickets of this batch are still kept.",
            next_step="They go when it is settled and the time to keep them is over.",
        )
    parts = tuple(batch.parts(0, command.most))
    gone = batch.gone + sum(part.count for _, part in parts)
    facts: list[r.Record] = [r.PartsArchived(batch.id, parts)] if parts else []
    if gone == batch.cursor:
        facts.append(r.BatchArchived(batch.id, command.at_ms))
        facts.append(r.Journalled("lottery.archived", command.by, facts={"batch": batch.id}))
    return Decision(SliceView(batch.id, gone, batch.cursor), tuple(facts))


def _own_ticket(state: PoolState, command: c.ClaimPrize) -> tuple[Batch, Purchase]:
    batch = state.batch(command.batch_id)
    owner = batch.owner_of(command.position)
    if owner is None:
        raise NotFound
    return batch, state.purchase(owner, command.buyer)


def _won_tier(batch: Batch, purchase: Purchase, position: int) -> int:
    if not batch.has_results:
        raise NotThatFar("The draw has not been held yet.", next_step="Wait for the evening.")
    if batch.is_instant and not _is_drawn(batch, purchase, position):
        raise NotThatFar("This ticket is still being drawn.", next_step="Wait a few seconds.")
    tier = batch.tier_at(position)
    if tier is None:
        raise NothingWon
    return tier


def _is_drawn(batch: Batch, purchase: Purchase, position: int) -> bool:
    """Whether the slice with this ticket is done."""
    before = 0
    for part in purchase.parts:
        if part.batch_id == batch.id:
            return before + position - part.first < purchase.drawn
        before += part.count
    return False


def _view(batch: Batch, position: int, purchase_id: str, is_confirmed: bool) -> ClaimView:
    place = batch.tier_at(position)
    key = "" if place is None else batch.terms.tiers[place].key
    return ClaimView(batch.id, position, purchase_id, key, is_confirmed)


def _handing_over(
    batch: Batch, position: int, purchase_id: str, by: str, moment: Moment
) -> Iterator[r.Record]:
    place = batch.tier_at(position) or 0
    tier = batch.terms.tiers[place]
    about = {"batch": batch.id, "position": position, "purchase": purchase_id}
    yield r.ClaimConfirmed(batch.id, position, by, moment.wall_ms)
    yield r.EffectDue(
        "lottery.prize",
        f"lottery.prize:{batch.id}:{position}",
        {**about, "tier": tier.key, "kind": tier.kind},
    )
    yield r.Journalled("lottery.prize", by, facts=about)


def _refuse_unfinished(batch: Batch) -> None:
    if batch.status != (CLOSED if batch.is_instant else DRAWN) or not batch.seal.secret:
        raise NotThatFar
    if batch.issued < batch.cursor:
        raise NotThatFar("Tickets are still being drawn.", next_step="Wait until all are done.")
    if not batch.is_instant and batch.announced < len(batch.starts):
        raise NotThatFar("Not everybody has their result yet.", next_step="Wait until all do.")


def _may_archive(batch: Batch, wall_ms: int) -> bool:
    if batch.status != SETTLED or batch.settled_ms is None:
        return False
    return wall_ms >= batch.settled_ms + batch.terms.retention_days * DAY_MS
