"""Orders that are paid later, shortly before their deadline: one letter each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import house, to_ms, wall_ms
from app.models import BY_HAND, Order, OrderStatus
from app.outbox import add_effect

HOUR_MS: Final = 3_600_000
LONGEST_MS: Final = 48 * HOUR_MS  # before the deadline
SHARE: Final = 3  # of the time between word and deadline: whoever had an hour is not reminded early
BATCH: Final = 200


def remind_of_deadlines(office: BoxOffice) -> int:
    """Have the letters written that are due; how many. However often it runs, each leaves once."""
    count, after = 0, ""
    while rows := _near(office, after):
        due = [row.id for row in rows if _is_due(row)]
        count += _write(office, due)
        after = rows[-1].id
    return count


def _near(office: BoxOffice, after: str) -> Sequence[Any]:
    now_ms = house.now_ms()
    query = (
        select(Order.id, Order.confirmed_at, Order.deadline_ms)
        .where(
            Order.status == OrderStatus.PENDING,
            Order.gateway.in_(BY_HAND),
            Order.confirmed_at.is_not(None),
            Order.deadline_ms.between(now_ms, now_ms + LONGEST_MS),
            Order.id > after,
        )
        .order_by(Order.id)
        .limit(BATCH)
    )
    with office.db.read() as connection:
        return connection.execute(query).all()


def _is_due(row: Any) -> bool:
    left_ms = row.deadline_ms - house.now_ms()
    whole_ms = left_ms + wall_ms() - to_ms(row.confirmed_at)
    return bool(left_ms <= min(LONGEST_MS, whole_ms // SHARE))


def _write(office: BoxOffice, order_ids: Sequence[str]) -> int:
    if not order_ids:
        return 0
    with office.db.write() as connection:
        return sum(
            add_effect(
                connection, "mail.order_reminder", f"mail.order_reminder:{order_id}",
                {"order": order_id},
            )
            for order_id in order_ids
        )  # fmt: skip
