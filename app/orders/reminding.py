"""Orders that are paid later, shortly before their deadline: one letter each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from app.box_office import BoxOffice
from app.clock import house, to_ms, wall_ms
from app.models import BY_HAND, Event, EventStatus, Order, OrderLine, OrderStatus
from app.orders.ending import end_payment
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
            ~_is_cancelled(),
        )
        .order_by(Order.id)
        .limit(BATCH)
    )
    with office.db.read() as connection:
        return connection.execute(query).all()


def end_cancelled(office: BoxOffice) -> int:
    """End orders that nobody has paid when one of their events does not take place; how many.

    Their buyers are written to, so that nobody transfers money for it.
    """
    query = (
        select(Order.id, Event.id.label("event_id"))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Event, Event.id == OrderLine.event_id)
        .where(
            Order.status == OrderStatus.PENDING,
            Order.gateway.in_(BY_HAND),
            Event.status == EventStatus.CANCELLED,
        )
        .distinct()
        .limit(BATCH)
    )
    with office.db.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        with office.db.write() as connection:  # before it is ended: then nobody finds it again
            payload = {"order": row.id, "event": row.event_id}
            key = f"mail.event_cancelled:{row.event_id}:{row.id}"
            add_effect(connection, "mail.event_cancelled", key, payload)
        end_payment(office, row.id, release=True)
    return len(rows)


def _is_cancelled() -> Any:
    return (
        select(OrderLine.id)
        .join(Event, Event.id == OrderLine.event_id)
        .where(OrderLine.order_id == Order.id, Event.status == EventStatus.CANCELLED)
        .exists()
    )


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
