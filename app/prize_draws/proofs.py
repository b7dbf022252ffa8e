"""The proof of one instant ticket: its owner's at once, everybody's after the reveal."""

from __future__ import annotations

from sqlalchemy import select

from app.box_office import BoxOffice
from app.lottery.draw.merkle import Tree
from app.lottery.draw.params import commit
from app.lottery.draw.tickets import ticket_proof
from app.lottery.pool.batch import Batch
from app.lottery.refusals import NotThatFar
from app.models import LotterySecret
from app.prize_draws.drawing import batch_row
from app.prize_draws.secrets_of_batches import kept_secret
from app.refusals import NotFound


def owners_proof(office: BoxOffice, purchase_id: str, batch_id: str, position: int) -> bytes:
    """The proof of a ticket for whoever bought it, once they have been handed it.

    `NotFound` for everybody else's tickets and for those nobody bought: their prizes are secret.
    """
    batch = _batch(office, batch_id)
    pool = office.pool_of(batch_row(office, batch_id).lottery_id)
    state = pool.actor.state
    purchase = None if state is None else state.purchases.get(purchase_id)
    if purchase is None or not batch.is_instant:
        raise NotFound("There is no such ticket.")
    left = purchase.drawn
    for part in purchase.parts:
        mine = min(left, part.count)
        left -= mine
        if part.batch_id == batch_id and part.first <= position < part.first + mine:
            return _proof(office, batch, position)
    raise NotFound("There is no such ticket.")


def open_proof(office: BoxOffice, batch_id: str, position: int) -> bytes:
    """The proof of any ticket of an instant batch, after the reveal; `NotThatFar` before."""
    if not batch_row(office, batch_id).secret:
        raise NotThatFar(
            "The secret of this batch is not published yet.",
            next_step="Until then the proof of a ticket is for its buyer alone.",
        )
    batch = _batch(office, batch_id)
    if not batch.is_instant or not 1 <= position <= batch.terms.size:
        raise NotFound("There is no such ticket.")
    return _proof(office, batch, position)


def _batch(office: BoxOffice, batch_id: str) -> Batch:
    state = office.pool_of(batch_row(office, batch_id).lottery_id).actor.state
    if state is None:
        raise NotFound("There is no such batch.")
    return state.batch(batch_id)


def _proof(office: BoxOffice, batch: Batch, position: int) -> bytes:
    if not batch.places:
        raise NotFound("The tickets of this batch are archived.")
    seed, params = kept_secret(office, batch.id)
    with office.db.read() as connection:
        chunks = connection.execute(
            select(LotterySecret.chunks).where(LotterySecret.batch_id == batch.id)
        ).scalar_one()
    tree = Tree(commit(params, batch.id, seed), seed, batch.places, chunks)
    return ticket_proof(tree, position)
