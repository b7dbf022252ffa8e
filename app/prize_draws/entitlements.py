"""What is open to whom because a prize was won: the rows, and the questions that pages ask."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from app.box_office import BoxOffice
from app.clock import from_ms, to_ms, utc_now
from app.frozen import frozen
from app.models import Entitlement, LotteryBatch, LotteryPurchase, LotteryWin, Opens
from app.pool_reading import terms_of
from app.refusals import NotFound
from app.rows import insert_new


@frozen
class Key:
    """Something that is open to a buyer, and until when; None: for good."""

    lottery_id: int
    tier: str
    opens: Opens
    event_id: int | None
    from_at: datetime
    until_at: datetime | None


def entitlement_of(office: BoxOffice, batch_id: str, position: int) -> dict[str, Any] | None:
    """The row of an entitlement as plain data; None where the prize opens nothing.

    Raises `NotFound` when the prize, or the event whose sale it opens, is not there.
    """
    query = (
        select(LotteryWin.tier, LotteryBatch.lottery_id, LotteryBatch.terms, LotteryPurchase.buyer)
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .join(LotteryPurchase, LotteryPurchase.id == LotteryWin.purchase_id)
        .where(LotteryWin.batch_id == batch_id, LotteryWin.position == position)
    )
    with office.db.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("That ticket has won no prize.")
    tier = terms_of(row.terms).tiers[row.tier].key
    words = office.draws.by_id(row.lottery_id).words.of_tier(tier)
    if not words.opens:
        return None
    is_early = words.opens == Opens.EARLY_ACCESS
    return {
        "batch_id": batch_id, "position": position, "buyer": row.buyer,
        "lottery_id": row.lottery_id, "tier": tier, "opens": words.opens,
        "event_id": office.catalogue.any_by_slug(words.event).id if is_early else None,
        "from_at": words.from_ms or to_ms(utc_now()), "until_at": words.until_ms or None,
    }  # fmt: skip


def keep_entitlement(connection: Connection, plain: dict[str, Any]) -> None:
    """Write it, in the caller's transaction; a prize opens one thing once."""
    until_ms = plain["until_at"]
    times = {
        "from_at": from_ms(plain["from_at"]),
        "until_at": None if until_ms is None else from_ms(until_ms),
    }
    connection.execute(insert_new(connection, Entitlement), plain | times)


def keys_of(connection: Connection, buyer: str, now: datetime) -> list[Key]:
    """What is open to a buyer or will be, the newest first."""
    row = Entitlement
    columns = (row.lottery_id, row.tier, row.opens, row.event_id, row.from_at, row.until_at)
    query = (
        select(*columns)
        .where(row.buyer == buyer, or_(row.until_at.is_(None), row.until_at > now))
        .order_by(row.from_at.desc(), row.batch_id, row.position)
    )
    return list(dict.fromkeys(Key(*found) for found in connection.execute(query)))


def opens_event(connection: Connection, buyer: str, event_id: int, now: datetime) -> bool:
    """Whether this buyer may buy places of an event before everybody else."""
    return any(
        key.opens == Opens.EARLY_ACCESS and key.event_id == event_id and key.from_at <= now
        for key in keys_of(connection, buyer, now)
    )


def forget_keys(connection: Connection, buyer: str) -> None:
    """Nothing is open to this buyer any more."""
    connection.execute(delete(Entitlement).where(Entitlement.buyer == buyer))
