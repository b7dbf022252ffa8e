"""From a draw file to a batch on sale, and to the end of the whole draw."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.draw_cards import DrawCard
from app.draw_files.adding import keep_draw, show_draw
from app.draw_files.draw_file import DrawFile
from app.long_work import Progress
from app.lottery.draw.public import read_public
from app.lottery.refusals import NotThatFar
from app.models import Lottery, LotteryBatch, LotteryStatus
from app.prize_draws.opening import open_batch, refuse_known_source

OVER: Final = ("settled", "archived")


def open_from_file(
    office: BoxOffice,
    read: DrawFile,
    number: int | None,
    by: str,
    progress: Progress = lambda done, most: None,
    *,
    is_demo: bool = False,
) -> str:
    """Open the batch that a file describes and show its draw; the batch's id.

    The same file again opens nothing else. Raises `PromiseChanged` and others.
    """
    with office.db.write() as connection:
        kept = keep_draw(connection, read, number, utc_now(), is_demo=is_demo)
        if not kept.is_open:
            refuse_known_source(office, kept.lottery_id, read_public(dict(read.public)))
    office.draws.refresh()  # what buyers set for themselves meanwhile reaches a draft as well
    batch_id = f"{read.slug}-{kept.number}"
    if not kept.is_open:
        batch_id = open_batch(
            office, kept.lottery_id, kept.number, read.terms, by, progress
        ).batch_id
    if not kept.is_open or _status(office, kept.lottery_id) == LotteryStatus.DRAFT:
        with office.db.write() as connection:
            show_draw(connection, kept.lottery_id)
    office.draws.refresh()
    return batch_id


def end_draw(office: BoxOffice, card: DrawCard) -> None:
    """Nothing more comes of a draw; its page and its proof stay. Again it changes nothing."""
    with office.db.read() as connection:
        rows = connection.execute(
            select(LotteryBatch.id, LotteryBatch.status, LotteryBatch.cursor)
            .where(LotteryBatch.lottery_id == card.id)
            .order_by(LotteryBatch.number)
        ).all()
    going_on = [row.id for row in rows if not _is_over(row)]
    if going_on:
        raise NotThatFar(
            f"{card.title} is not over: {', '.join(going_on)}.",
            next_step="Close, draw, reveal and settle every batch first.",
        )
    with office.db.write() as connection:
        ended = {"status": LotteryStatus.ENDED}
        connection.execute(update(Lottery).where(Lottery.id == card.id).values(ended))
    office.draws.refresh()


def _is_over(row: Any) -> bool:
    """Settled, or closed without one buyer: then there is nothing to draw or to claim."""
    return row.status in OVER or (row.status != "open" and row.cursor == 0)


def _status(office: BoxOffice, lottery_id: int) -> str:
    with office.db.read() as connection:
        return str(connection.scalar(select(Lottery.status).where(Lottery.id == lottery_id)))
