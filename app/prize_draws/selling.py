"""What a draw sells at this moment, as its rows have it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.clock import wall_ms
from app.frozen import frozen
from app.lottery.pool.terms import Terms
from app.models import LotteryBatch
from app.pool_reading import terms_of


@frozen
class SellingBatch:
    """A batch whose tickets can be bought; `rest` of them are left."""

    id: str
    number: int
    terms: Terms
    sold: int
    commitment: str

    @property
    def rest(self) -> int:
        """How many tickets are left."""
        return self.terms.size - self.sold


def selling_batches(connection: Connection, lottery_id: int) -> tuple[SellingBatch, ...]:
    """The batches that sell, the older first; nothing when the draw sells nothing."""
    table = LotteryBatch.__table__.c
    rows = connection.execute(
        select(table.id, table.number, table.terms, table.cursor, table.commitment)
        .where(
            LotteryBatch.lottery_id == lottery_id,
            LotteryBatch.status == "open",
            LotteryBatch.cursor < LotteryBatch.size,
        )
        .order_by(LotteryBatch.number)
    )
    now_ms = wall_ms()
    found = (SellingBatch(row[0], row[1], terms_of(row[2]), row[3], row[4]) for row in rows)
    return tuple(
        batch for batch in found if batch.terms.closes_ms is None or now_ms < batch.terms.closes_ms
    )
