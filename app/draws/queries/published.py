"""What was published of a batch beside its numbers, and when; asked of the database, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from app.box_office import BoxOffice
from app.clock import to_ms
from app.lottery.pool.totals import BatchTotals
from app.models import JournalEntry, LotteryPart, LotteryPurchase
from app.prize_draws.drawing import list_hash
from app.prize_draws.secrets_of_batches import published_rules

VALUE_FIXED: Final = "lottery.value"
REVEALED: Final = "lottery.revealed"
ROWS_LIMIT: Final = 5000
KEPT_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Times:
    """When things of a batch happened, wall time; None for what has not."""

    first_sold_ms: int | None = None
    value_ms: int | None = None
    revealed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The rules that the commitment covers, the tree's root and the hash of the final list."""

    rules: Any
    merkle_root: str
    list_hash: str


def times_of(office: BoxOffice, batch: BatchTotals) -> Times:
    """When things happened; asked again only after something has."""
    if not batch.sold:
        return Times()
    stage = (bool(batch.public_value), batch.is_revealed)
    key = (batch.commitment, *stage)
    found = _times.get(key)
    if found is None:
        with office.db.read() as connection:
            marked = _marked_ms(connection, batch.batch_id) if any(stage) else {}
            first_ms = _first_sold_ms(connection, batch.batch_id)
        found = Times(first_ms, marked.get(VALUE_FIXED), marked.get(REVEALED))
        _keep(_times, key, found)
    return found


def published_of(office: BoxOffice, batch: BatchTotals) -> Published:
    """What was published; the list's hash only once the list is final."""
    is_final = batch.status != "open"
    key = (batch.commitment, is_final)
    found = _published.get(key)
    if found is None:
        rules, root = published_rules(office, batch.batch_id)
        has_list = is_final and batch.terms.mode != "instant"
        hashed = list_hash(office, batch.batch_id) if has_list else ""
        found = Published(rules, root, hashed)
        _keep(_published, key, found)
    return found


def _marked_ms(connection: Connection, batch_id: str) -> dict[str, int]:
    query = (
        select(JournalEntry.kind, JournalEntry.at, JournalEntry.facts)
        .where(JournalEntry.kind.in_((VALUE_FIXED, REVEALED)))
        .order_by(JournalEntry.id.desc())
        .limit(ROWS_LIMIT)
    )
    rows = connection.execute(query)
    return {kind: to_ms(at) for kind, at, facts in rows if facts.get("batch") == batch_id}


def _first_sold_ms(connection: Connection, batch_id: str) -> int | None:
    """When the first ticket was paid; None once it is archived."""
    query = (
        select(LotteryPurchase.paid_ms)
        .join(LotteryPart, LotteryPart.purchase_id == LotteryPurchase.id)
        .where(LotteryPart.batch_id == batch_id, LotteryPart.first == 1)
    )
    return connection.scalar(query)


def _keep(kept: dict[Any, Any], key: Any, found: Any) -> None:
    if len(kept) >= KEPT_LIMIT:
        kept.clear()
    kept[key] = found


_times: Final[dict[Any, Times]] = {}
_published: Final[dict[Any, Published]] = {}
