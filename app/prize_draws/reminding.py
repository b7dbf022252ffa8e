"""Prizes that nobody has claimed: one letter for each purchase, some days before it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, literal, select, true

from app.box_office import BoxOffice
from app.clock import wall_ms
from app.lottery.pool.batch import ARCHIVED, SETTLED
from app.lottery.pool.terms import DAY_MS, ENTITLEMENT, INSTANT, Terms
from app.models import LotteryBatch, LotteryPurchase, LotteryWin, OutboxRow
from app.outbox import add_effect
from app.pool_reading import terms_of

LETTER: Final = "mail.prize_reminder"
LEAD_DAYS: Final = 7
SHARE: Final = 3  # of the time to claim: whoever has three days is not reminded at once
BATCH: Final = 100  # letters written in one transaction


def remind_of_prizes(office: BoxOffice) -> int:
    """Have the letters written that are due; how many. However often it runs, each leaves once."""
    query = select(LotteryBatch.id, LotteryBatch.terms, LotteryBatch.drawn_ms).where(
        LotteryBatch.status.not_in((SETTLED, ARCHIVED))
    )
    with office.db.read() as connection:
        batches = connection.execute(query).all()
    now_ms, count = wall_ms(), 0
    for row in batches:
        terms = terms_of(row.terms)
        due = _is_due(terms, row.drawn_ms, now_ms)
        while due is not None and (found := _unclaimed(office, row.id, terms, due)):
            count += _write(office, found)
    return count


def _is_due(terms: Terms, drawn_ms: int | None, now_ms: int) -> ColumnElement[bool] | None:
    """Which purchases of a batch have only some days left; None for none of them."""
    whole_ms = terms.claim_days * DAY_MS
    lead_ms = min(LEAD_DAYS * DAY_MS, whole_ms // SHARE)
    oldest_ms, newest_ms = now_ms - whole_ms, now_ms - whole_ms + lead_ms
    if terms.mode == INSTANT:
        paid_ms = LotteryPurchase.paid_ms
        return (paid_ms > oldest_ms) & (paid_ms <= newest_ms)
    return true() if drawn_ms is not None and oldest_ms < drawn_ms <= newest_ms else None


def _unclaimed(
    office: BoxOffice, batch_id: str, terms: Terms, due: ColumnElement[bool]
) -> Sequence[str]:
    """Purchases that can still claim something of a batch and have had no letter about it."""
    tiers = [at for at, tier in enumerate(terms.tiers) if tier.kind != ENTITLEMENT]
    key = literal(f"{LETTER}:") + LotteryWin.purchase_id
    query: Any = (
        select(LotteryWin.purchase_id)
        .join(LotteryPurchase, LotteryPurchase.id == LotteryWin.purchase_id)
        .where(
            LotteryWin.batch_id == batch_id,
            LotteryWin.claimed_ms.is_(None),
            LotteryWin.tier.in_(tiers),
            due,
            ~exists().where(OutboxRow.dedupe_key == key),
        )
        .distinct()
        .limit(BATCH)
    )
    with office.db.read() as connection:
        return connection.execute(query).scalars().all()


def _write(office: BoxOffice, purchase_ids: Sequence[str]) -> int:
    with office.db.write() as connection:
        return sum(
            add_effect(connection, LETTER, f"{LETTER}:{purchase_id}", {"order": purchase_id})
            for purchase_id in purchase_ids
        )
