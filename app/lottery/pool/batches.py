"""Rules of batches: open with everything promised, follow with the same odds, close."""

from __future__ import annotations

from dataclasses import replace

from app.inventory.outcome import Decision, Moment
from app.lottery.pool import commands as c
from app.lottery.pool import records as r
from app.lottery.pool.batch import CLOSED, OPEN, Batch
from app.lottery.pool.paying import needs_successor
from app.lottery.pool.state import PoolState
from app.lottery.pool.terms import INSTANT, Terms, check_places, check_terms, successor_terms
from app.lottery.pool.views import BatchView, view_of_batch
from app.lottery.refusals import NotThatFar, SealBroken
from app.lottery.sealing import BY_STAFF
from app.refusals import IdempotencyMismatch, Invalid


def open_batch(state: PoolState, command: c.OpenBatch, moment: Moment) -> Decision[BatchView]:
    """Open the first batch of a line; only when no other batch is open."""
    known = state.batches.get(command.batch_id)
    if known is not None:
        if known.terms != command.terms or known.seal.commitment != command.commitment:
            raise IdempotencyMismatch
        return Decision(view_of_batch(known))
    check_terms(command.terms)
    if any(batch.status == OPEN for batch in state.batches.values()):
        raise NotThatFar(
            "Another batch of this draw is open.", next_step="Close it before you open a new one."
        )
    closes_ms = command.terms.closes_ms
    if closes_ms is not None and closes_ms <= moment.wall_ms:
        raise Invalid({"closes": "A batch closes after it has opened."})
    return _opening(state, command, command.terms, command.batch_id, None, command.by)


def open_successor(
    state: PoolState, command: c.OpenSuccessor, moment: Moment
) -> Decision[BatchView]:
    """One successor for each batch, however often and by however many it is asked for."""
    before = state.batch(command.after)
    if before.successor is not None:
        return Decision(view_of_batch(state.batches[before.successor]))
    closes_ms = before.terms.closes_ms
    is_over = closes_ms is not None and closes_ms <= moment.wall_ms
    if before.status != OPEN or is_over or not needs_successor(before):
        raise NotThatFar(
            "No successor of this batch is due.",
            next_step="One opens when fewer tickets are left than the threshold says.",
        )
    if command.batch_id in state.batches:
        raise IdempotencyMismatch
    if _is_value_known(state, before):
        raise NotThatFar(
            "The public value of this batch is known, and its successor's would be the same.",
            next_step="Open the next batch from a file that names a source of a day to come.",
        )
    terms = successor_terms(before.terms)
    return _opening(state, command, terms, before.line, before.id, "reseed")


def close_batch(state: PoolState, command: c.CloseBatch, moment: Moment) -> Decision[BatchView]:
    """End the sale; whoever pays from now on gets tickets of a successor or the money back."""
    batch = state.batch(command.batch_id)
    if batch.status != OPEN:
        return Decision(view_of_batch(batch))
    facts = (
        r.BatchClosed(batch.id, batch.cursor, command.at_ms),
        r.Journalled("lottery.closed", command.by, facts={"batch": batch.id, "sold": batch.cursor}),
    )
    return Decision(replace(view_of_batch(batch), status=CLOSED), facts)


def _is_value_known(state: PoolState, before: Batch) -> bool:
    """Whether somebody has typed the value from which a successor's winners would follow."""
    return before.terms.source == BY_STAFF and any(
        batch.seal.typed_value or batch.seal.public_value
        for batch in state.batches.values()
        if batch.line == before.line
    )


def _opening(
    state: PoolState,
    command: c.OpenBatch | c.OpenSuccessor,
    terms: Terms,
    line: str,
    after: str | None,
    by: str,
) -> Decision[BatchView]:
    if not command.batch_id:
        raise Invalid({"batch": "A batch has an id."})
    commitments = {batch.seal.commitment for batch in state.batches.values()}
    if not command.commitment or command.commitment in commitments:
        raise SealBroken("Every batch has a commitment of its own.")
    if terms.mode == INSTANT:
        check_places(terms, command.places)
    elif command.places:
        raise Invalid({"prizes": "Nobody knows before the evening where the prizes lie."})
    last = state.last_batch
    number = 1 if last is None else last.number + 1
    fact = r.BatchOpened(
        command.batch_id, number, line, after, terms, command.commitment, command.places,
        command.at_ms,
    )  # fmt: skip
    journal = r.Journalled("lottery.opened", by, facts={"batch": fact.batch_id, "number": number})
    view = BatchView(fact.batch_id, number, OPEN, terms.size, 0, command.commitment, "", "", None)
    return Decision(view, (fact, journal))
