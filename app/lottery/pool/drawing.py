"""Rules of the draw: public value, places of the prizes, results in slices, secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import CLOSED, DRAWN, OPEN, Batch
from app.lottery.pool.prizes import KEYS_LIMIT, not_yet_on, switched_on
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import check_places
from app.lottery.pool.views import BatchView, PublicValueView, SliceView, view_of_batch
from app.lottery.refusals import NotThatFar, SealBroken
from app.lottery.sealing import BY_STAFF, is_fixed_by
from app.refusals import Invalid

WINS_LIMIT: Final = 1000  # prizes that one step tells of, unless one purchase alone has more


def fix_public_value(
    state: PoolState, command: c.FixPublicValue, moment: Moment
) -> Decision[PublicValueView]:
    """Only after closing: until then nobody may know or choose it."""
    batch = state.batch(command.batch_id)
    _refuse_instant(batch)
    if batch.status == OPEN:
        raise NotThatFar("The batch is still selling.", next_step="Close it first.")
    if batch.seal.public_value:
        if command.value != batch.seal.public_value:
            raise SealBroken("The public value is fixed already, and it is another one.")
        return Decision(PublicValueView(batch.id, command.value, True))
    _refuse_while_others_sell(state, batch, command.apart)
    if not is_fixed_by(batch.seal, command.source, command.value, command.by):
        typed = r.PublicValueTyped(batch.id, command.value, command.by)
        return Decision(PublicValueView(batch.id, command.value, False), (typed,))
    facts = (
        r.PublicValueFixed(batch.id, command.value, command.by, command.at_ms),
        r.Journalled("lottery.value", command.by, facts={"batch": batch.id}),
    )
    return Decision(PublicValueView(batch.id, command.value, True), facts)


def record_draw(state: PoolState, command: c.RecordDraw, moment: Moment) -> Decision[BatchView]:
    """Keep where the prizes lie, once: exactly those of the published table."""
    batch = state.batch(command.batch_id)
    _refuse_instant(batch)
    if batch.drawn_ms is not None:
        if batch.places and command.places != batch.places:
            raise SealBroken("This batch was drawn already, with another result.")
        return Decision(view_of_batch(batch))
    if batch.status != CLOSED or not batch.seal.public_value:
        raise NotThatFar
    check_places(batch.terms, command.places)
    facts = (
        r.DrawRecorded(batch.id, command.places, command.at_ms),
        r.Journalled("lottery.drawn", command.by, facts={"batch": batch.id}),
        r.EffectDue("lottery.results", f"lottery.results:{batch.id}", {"batch": batch.id}),
    )
    return Decision(replace(view_of_batch(batch), status=DRAWN), facts)


def announce_slice(
    state: PoolState, command: c.AnnounceSlice, moment: Moment
) -> Decision[SliceView]:
    """The next purchases learn what they won; a step that was done before changes nothing."""
    batch = state.batch(command.batch_id)
    _refuse_instant(batch)
    if batch.drawn_ms is None:
        raise NotThatFar
    if not 1 <= command.most <= c.PARTS_LIMIT:
        raise Invalid({"most": f"A slice has 1 to {c.PARTS_LIMIT} purchases."})
    total = len(batch.starts)
    if command.done != batch.announced or batch.status != DRAWN:
        return Decision(SliceView(batch.id, min(batch.announced, total), total))
    facts: list[r.Record] = []
    done, keys_left, wins_left = batch.announced, KEYS_LIMIT, WINS_LIMIT
    for purchase_id, part in batch.parts(done, command.most):
        wins = tuple(batch.wins(part.first, part.count))
        if facts and len(wins) > wins_left:
            break
        keys = not_yet_on(batch, wins)
        facts.extend(switched_on(batch, purchase_id, keys[:keys_left], moment))
        if len(keys) > keys_left:
            break  # the next step switches on more of them, and the result comes last
        facts.append(r.ResultAnnounced(purchase_id, batch.id, part, wins))
        facts.append(_letter(purchase_id, batch.id))
        done, keys_left, wins_left = done + 1, keys_left - len(keys), wins_left - len(wins)
    return Decision(SliceView(batch.id, done, total), tuple(facts))


def contributions(state: PoolState, batch_id: str) -> Iterator[str]:
    """What the buyers of a batch added to the public value, in order of payment."""
    batch = state.batch(batch_id)
    for purchase_id in batch.owners:
        yield state.purchases[purchase_id].contribution


def reveal(state: PoolState, command: c.Reveal, moment: Moment) -> Decision[BatchView]:
    """Publish the secret, if it is the one that was committed to and nothing sells any more."""
    batch = state.batch(command.batch_id)
    if batch.seal.secret:
        if command.secret != batch.seal.secret:
            raise SealBroken
        return Decision(view_of_batch(batch))
    if batch.status == OPEN or (not batch.is_instant and batch.drawn_ms is None):
        raise NotThatFar
    if not command.secret or command.commitment != batch.seal.commitment:
        raise SealBroken
    facts = (
        r.SecretRevealed(batch.id, command.secret, command.at_ms),
        r.Journalled("lottery.revealed", command.by, facts={"batch": batch.id}),
    )
    return Decision(replace(view_of_batch(batch), secret=command.secret), facts)


def _refuse_while_others_sell(state: PoolState, batch: Batch, apart: tuple[str, ...]) -> None:
    """Whoever knows the value of a source could buy the winners of another batch that uses it."""
    if batch.seal.source != BY_STAFF:
        return  # what the buyers of one batch contributed says nothing of another
    for other in state.batches.values():
        if other.status == OPEN and other.id not in apart:
            raise NotThatFar(
                f"Batch {other.number} is still selling, and its winners would follow from the"
                " same public value.",
                next_step=f"Close batch {other.number} first, then type the value.",
            )


def _refuse_instant(batch: Batch) -> None:
    if batch.is_instant:
        raise NotThatFar(
            "The prizes of this batch were placed before its first sale.",
            next_step="Close it and publish its secret.",
        )


def _letter(purchase_id: str, batch_id: str) -> r.EffectDue:
    return r.EffectDue(
        "mail.lottery",
        f"mail.lottery:{purchase_id}:{batch_id}",
        {"purchase": purchase_id, "what": "result", "batch": batch_id},
    )
