"""What happens to batches without anybody asking: they close, settle, and in the end are archived.

Each step asks the draw's actor, which judges it anew: whoever comes twice changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.long_work import Progress
from app.lottery.draw.params import INSTANT
from app.lottery.pool.commands import ArchiveSlice, CloseBatch, Settle
from app.lottery.pool.terms import DAY_MS
from app.lottery.refusals import NotThatFar
from app.models import LotteryBatch
from app.pool_reading import terms_of
from app.prize_draws.bundles import is_kept
from app.prize_draws.drawing import keep_bundle

BY: Final = "schedule"
PARTS_AT_ONCE: Final = 50  # purchases that go in one slice, with all of their prizes
SLICES_AT_ONCE: Final = 4  # of some milliseconds; then somebody else may ask

log = logging.getLogger("fullhouse.draws")


@dataclass(frozen=True, slots=True)
class Archivable:
    """A settled batch whose tickets need not be kept any more; `gone` of `sold` went before."""

    batch_id: str
    lottery_id: int
    sold: int
    gone: int


def close_due(office: BoxOffice) -> int:
    """Close every batch whose time to sell is over; how many that were.

    One without such a time closes when it is sold out and its successor, if it has one, is open.
    """
    now_ms, count = wall_ms(), 0
    for row in _batches(office, "open"):
        if _is_over(row, now_ms):
            office.pool_of(row.lottery_id).ask(CloseBatch(row.id, BY, now_ms))
            count += 1
    return count


def settle_due(office: BoxOffice) -> int:
    """Settle every batch of which nobody can claim anything any more; how many that were.

    One with a claim that waits for staff stays, and the doctor names it.
    """
    now_ms, count = wall_ms(), 0
    for row in _batches(office, "closed", "drawn"):
        last_ms = last_claim_ms(row)
        if not row.secret or last_ms is None or now_ms < last_ms:
            continue
        try:
            office.pool_of(row.lottery_id).ask(Settle(row.id, BY, now_ms))
            count += 1
        except NotThatFar as refusal:
            log.info("%s is not settled: %s", row.id, refusal.happened)
    return count


def last_claim_ms(row: Any) -> int | None:
    """When nobody can claim anything of a batch's row any more; None while that is not known."""
    terms = terms_of(row.terms)
    known_ms = row.closed_ms if terms.mode == INSTANT else row.drawn_ms
    return None if known_ms is None else int(known_ms) + terms.claim_days * DAY_MS


def archivable(office: BoxOffice) -> list[Archivable]:
    """Batches whose tickets would go now, the oldest first."""
    now_ms = wall_ms()
    return [
        Archivable(row.id, row.lottery_id, row.cursor, row.gone)
        for row in _batches(office, "settled")
        if now_ms >= row.settled_ms + terms_of(row.terms).retention_days * DAY_MS
    ]


def archive_some(office: BoxOffice, by: str) -> dict[str, Any]:
    """The next tickets go, the file that proves their draw first being kept; how far that is."""
    waiting = archivable(office)
    if not waiting:
        return {"is_done": True, "batch": "", "done": 0, "of": 0}
    batch = waiting[0]
    told = {"is_done": False, "batch": batch.batch_id, "done": batch.gone, "of": batch.sold}
    if not (is_kept(office, batch.batch_id) or _keep(office, batch.batch_id)):
        return told
    for _slice in range(SLICES_AT_ONCE):
        command = ArchiveSlice(batch.batch_id, by, wall_ms(), PARTS_AT_ONCE)
        view = office.pool_of(batch.lottery_id).ask(command)
        told["done"] = view.done
        if view.done == view.total:
            break
    return told


def _is_over(row: Any, now_ms: int) -> bool:
    terms = terms_of(row.terms)
    if terms.closes_ms is not None:
        return terms.closes_ms <= now_ms
    is_followed = row.successor is not None or not terms.successor_size
    return row.cursor == terms.size and is_followed


def _keep(office: BoxOffice, batch_id: str) -> bool:
    """Keep the file, in a thread of its own where it takes longer; whether that is done."""

    def keep(progress: Progress) -> dict[str, Any]:
        keep_bundle(office, batch_id, progress)
        return {}

    return bool(office.works.ask(f"bundle:{batch_id}", keep)["is_done"])


def _batches(office: BoxOffice, *statuses: str) -> Any:
    names = (
        *("id", "lottery_id", "terms", "secret", "cursor", "gone", "successor"),
        *("closed_ms", "drawn_ms", "settled_ms"),
    )
    query = (
        select(*(getattr(LotteryBatch, name) for name in names))
        .where(LotteryBatch.status.in_(statuses))
        .order_by(LotteryBatch.opened_ms, LotteryBatch.id)
    )
    with office.db.read() as connection:
        return connection.execute(query).all()
