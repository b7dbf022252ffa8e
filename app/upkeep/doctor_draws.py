"""What the doctor says about prize draws: what waits for a person, and what cannot be sold.

Whatever the sample house draws waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, func, select

from app.clock import wall_ms
from app.lottery.draw.params import INSTANT
from app.lottery.pool.terms import DAY_MS
from app.models import Lottery, LotteryBasis, LotteryBatch, LotteryStatus, LotteryWin, Organizer
from app.pool_reading import terms_of
from app.upkeep.findings import BAD, LOOK, Finding

LATE_MS: Final = DAY_MS  # after closing; then somebody should have drawn it
NAMED_COUNT: Final = 3


def look_at_draws(connection: Connection) -> Iterator[Finding]:
    """A finding for each kind of thing that waits."""
    rows = connection.execute(
        select(
            *(LotteryBatch.id, LotteryBatch.status, LotteryBatch.terms, LotteryBatch.cursor),
            *(LotteryBatch.closed_ms, LotteryBatch.typed_by, LotteryBatch.public_value),
            (LotteryBatch.secret != "").label("is_public"),
            *(Lottery.slug, LotteryBasis.lottery_id, LotteryBasis.until_ms),
        )
        .join(Lottery, Lottery.id == LotteryBatch.lottery_id)
        .join(Organizer, Organizer.id == Lottery.organizer_id)
        .outerjoin(LotteryBasis, LotteryBasis.lottery_id == Lottery.id)
        .where(
            LotteryBatch.status.in_(("open", "closed", "drawn")),
            Lottery.status != LotteryStatus.DRAFT,
            Organizer.is_demo == 0,
        )
        .order_by(LotteryBatch.opened_ms, LotteryBatch.id)
    ).all()
    yield from _look_at_basis(rows)
    yield from _look_at_evenings(rows)
    yield from _look_at_claims(connection)


def _look_at_basis(rows: Any) -> Iterator[Finding]:
    paid = [row for row in rows if row.status == "open" and terms_of(row.terms).price_cents]
    without = [row.slug for row in paid if not _may_sell(row)]
    if without:
        words = f"Paid tickets are not on sale, for want of a legal basis: {named(without)}."
        yield Finding(LOOK, f"{words} Record it: ./run lottery basis SLUG.")


def _look_at_evenings(rows: Any) -> Iterator[Finding]:
    now_ms = wall_ms()
    overdue = [row.id for row in rows if row.status == "open" and _is_over(row, now_ms)]
    if overdue:
        words = f"The time to sell is over, but nothing closed them: {named(overdue)}."
        yield Finding(BAD, f"{words} The running box office does it by itself.")
    closed = [row for row in rows if row.status == "closed" and row.cursor]
    evening = [row for row in closed if terms_of(row.terms).mode != INSTANT]
    once = [row.id for row in evening if row.typed_by and not row.public_value]
    if once:
        words = f"Only one person has typed the public value of {named(once)}."
        yield Finding(LOOK, f"{words} Somebody else types it too: ./run lottery value SLUG.")
    late = [row.id for row in evening if now_ms >= (row.closed_ms or 0) + LATE_MS]
    if late:
        words = f"The sale ended more than a day ago, and nobody has drawn {named(late)}."
        yield Finding(BAD, f"{words} ./run lottery show SLUG says what to do next.")
    drawn = [row for row in rows if row.status == "drawn"]
    instant = [row for row in closed if terms_of(row.terms).mode == INSTANT]
    secret = [row.id for row in (*drawn, *instant) if not row.is_public]
    if secret:
        words = f"The secret of {named(secret)} is not published, so nobody can check the draw."
        yield Finding(LOOK, f"{words} ./run lottery reveal SLUG.")


def _look_at_claims(connection: Connection) -> Iterator[Finding]:
    waiting = connection.scalar(
        select(func.count())
        .select_from(LotteryWin)
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .join(Lottery, Lottery.id == LotteryBatch.lottery_id)
        .join(Organizer, Organizer.id == Lottery.organizer_id)
        .where(
            LotteryWin.claimed_ms.is_not(None),
            LotteryWin.confirmed_by.is_(None),
            Organizer.is_demo == 0,
        )
    )
    if waiting:
        wait = "1 claimed prize waits" if waiting == 1 else f"{waiting:,} claimed prizes wait"
        words = f"{wait} for staff: ./run lottery claims SLUG names them."
        yield Finding(LOOK, words)


def _may_sell(row: Any) -> bool:
    return row.lottery_id is not None and (row.until_ms is None or wall_ms() < row.until_ms)


def _is_over(row: Any, now_ms: int) -> bool:
    closes_ms = terms_of(row.terms).closes_ms
    return closes_ms is not None and closes_ms + LATE_MS <= now_ms


def named(names: list[str]) -> str:
    """The first few, and that there are more."""
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - NAMED_COUNT} more" if len(unique) > NAMED_COUNT else ""
    return ", ".join(unique[:NAMED_COUNT]) + more
