"""Opening batches: rules and secret first, then the commitment, and only then the first sale."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.draw_words import words_of
from app.long_work import Progress
from app.lottery.draw.drawing import Drawn, Facts, drawing, units
from app.lottery.draw.params import PrizeParams, commit
from app.lottery.draw.public import Contributions, NoValue, PublicValue, read_public
from app.lottery.draw.steps import Steps, T
from app.lottery.pool.commands import OpenBatch, OpenSuccessor
from app.lottery.pool.terms import INSTANT, Terms, check_terms, successor_terms
from app.lottery.pool.views import BatchView
from app.lottery.refusals import NotThatFar
from app.models import Lottery, LotteryBatch
from app.pool_reading import terms_of
from app.prize_draws.apart import (
    APART_COUNT,
    NotApart,
    Opened,
    drawn_apart,
    opened_apart,
    opening_bare,
)
from app.prize_draws.promised import promised_params
from app.prize_draws.secrets_of_batches import keep_tree, kept_secret, secret_of
from app.refusals import NotFound

BREATH_SECONDS: Final = 0.003  # between two steps: long enough for somebody else's whole hold


def open_batch(
    office: BoxOffice,
    lottery_id: int,
    number: int,
    terms: Terms,
    by: str,
    progress: Progress = lambda done, all_of_them: None,
) -> BatchView:
    """Open the `number`-th batch; again it answers the same. An instant one is shuffled now.

    `progress` is told how many units of work are done, of how many.
    """
    check_terms(terms)
    lottery = _lottery(office, lottery_id)
    batch_id = f"{lottery.slug}-{number}"
    commitment, places = _sealed(office, lottery, batch_id, terms, progress)
    command = OpenBatch(batch_id, terms, commitment, by, wall_ms(), places)
    return office.pool_of(lottery_id).ask(command)


def open_successor(office: BoxOffice, lottery_id: int, after: str) -> BatchView:
    """Open the batch behind one that is nearly sold out; at most one, however many ask.

    Raises a refusal when none is due.
    """
    lottery = _lottery(office, lottery_id)
    with office.db.read() as connection:
        before = connection.execute(
            select(LotteryBatch.__table__).where(
                LotteryBatch.id == after, LotteryBatch.lottery_id == lottery_id
            )
        ).first()
    if before is None:
        raise NotFound("There is no such batch.")
    if before.successor is None:  # a secret made for nothing would hold for the next file's batch
        if before.status != "open":
            raise NotThatFar("This batch is closed, and opens no other any more.")
        refuse_known_source(office, lottery_id, read_public(lottery.public))
    batch_id = before.successor or f"{lottery.slug}-{before.number + 1}"
    terms = successor_terms(terms_of(before.terms))
    commitment, places = _sealed(office, lottery, batch_id, terms, lambda done, most: None)
    command = OpenSuccessor(after, batch_id, commitment, wall_ms(), places)
    return office.pool_of(lottery_id).ask(command)


def refuse_known_source(office: BoxOffice, lottery_id: int, public: PublicValue) -> None:
    """Raise `NotThatFar` where the value of this source was typed for an earlier batch.

    Whoever knows it could work out the winners of a batch that is only opened now.
    """
    if isinstance(public, Contributions | NoValue):
        return
    query = (
        select(LotteryBatch.id, LotteryBatch.number)
        .where(LotteryBatch.lottery_id == lottery_id, LotteryBatch.typed_value != "")
        .order_by(LotteryBatch.number)
    )
    with office.db.read() as connection:
        typed = connection.execute(query).all()
    for batch_id, number in typed:
        if kept_secret(office, batch_id)[1].public == public:
            raise NotThatFar(
                f"The public value of that batch is known: it was typed for batch {number}.",
                next_step="Name in its file a source of a day to come, and open it from there.",
            )


def params_of(lottery: Any, terms: Terms) -> PrizeParams:
    """What a batch promises, as its commitment covers it."""
    words = words_of(lottery.notes)
    return promised_params(
        lottery.title, lottery.currency, lottery.credits, terms, lottery.public, words
    )


def in_steps(work: Steps[T], most: int, progress: Progress) -> T:
    """Do long work in short steps, so that nobody else waits for the processor meanwhile."""
    done = 0
    while True:
        try:
            done += next(work)
        except StopIteration as end:
            outcome: T = end.value
            return outcome
        progress(done, most)
        time.sleep(BREATH_SECONDS)


def opened_from(params: PrizeParams, batch_id: str, seed: bytes, progress: Progress) -> Opened:
    """An instant batch as it is kept; where no process can be started, made between others."""
    if params.size >= APART_COUNT:
        with contextlib.suppress(NotApart):
            return opened_apart(params, batch_id, seed, progress)
    return in_steps(opening_bare(params, batch_id, seed), 2 * params.size - 1, progress)


def drawn_from(facts: Facts, progress: Progress) -> Drawn:
    """What follows from the facts of a draw, in the same two ways."""
    if units(facts) >= APART_COUNT:
        with contextlib.suppress(NotApart):
            return drawn_apart(facts, progress)
    return in_steps(drawing(facts), units(facts), progress)


def _sealed(
    office: BoxOffice, lottery: Any, batch_id: str, terms: Terms, progress: Progress
) -> tuple[str, bytes]:
    """The commitment of a batch and, of an instant one, where its prizes lie."""
    seed, params = secret_of(office, batch_id, params_of(lottery, terms))
    if terms.mode != INSTANT:
        return commit(params, batch_id, seed).hex(), b""
    commitment, root, chunks, places = opened_from(params, batch_id, seed, progress)
    keep_tree(office, batch_id, root, chunks)
    return commitment.hex(), places


def _lottery(office: BoxOffice, lottery_id: int) -> Any:
    with office.db.read() as connection:
        row = connection.execute(select(Lottery.__table__).where(Lottery.id == lottery_id)).first()
    if row is None:
        raise NotFound("There is no such draw.")
    return row
