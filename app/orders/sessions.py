"""Sessions at other people's payment pages: one open at a time for each order, none forgotten."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.faults import fault_point
from app.models import Order, OrderStatus, PaySession, SessionState
from app.orders.draw_rows import draw_line
from app.orders.lines import bill_lines, draw_bill
from app.orders.rows import OrderRow, read_lines, read_order
from app.orders.turns import turn_of
from app.payments.gateway import AttemptOver, Bill, RemoteGateway, Report, Session, as_remote
from app.refusals import GatewayAway

BANK_DAYS: Final = 14  # for methods that take days; then the money would be late money
UNSURE_SECONDS: Final = 120  # after its end a session that nobody could ask about is closed
OPENABLE: Final = (SessionState.OPENING, SessionState.OPEN)
LIVE: Final = (*OPENABLE, SessionState.WAITING)
ATTEMPTS_AT_ONCE: Final = 2
PATIENCE_SECONDS: Final = 1.5  # when the first attempt took longer the next press begins another

_columns = PaySession.__table__.c


def open_session(office: BoxOffice, order_id: str) -> str | None:
    """Where the order is paid now; None when it is not to be paid there any more.

    Asked again it is the same page, also after a crash or a lost answer. Raises `GatewayAway`.
    """
    with turn_of(f"session of {order_id}"):
        started_at = time.monotonic()
        for _ in range(ATTEMPTS_AT_ONCE):
            with office.db.read() as connection:
                order = read_order(connection, order_id)
                last = last_session(connection, order_id)
            gateway = as_remote(office.gateways.get(order.gateway))
            if gateway is None or order.status != OrderStatus.PAYING:
                return None
            if last is not None and last.state == SessionState.WAITING:
                return None
            if last is not None and last.state == SessionState.OPEN and last.closes_at > utc_now():
                return str(last.pay_url)
            row = last if last is not None and last.state in OPENABLE else None
            url = _begin(office, order, gateway, row, last)
            if url is not None:
                return url
            if time.monotonic() - started_at > PATIENCE_SECONDS:
                break
        raise GatewayAway


def last_session(connection: Connection, order_id: str) -> Any:
    """The row of the order's newest attempt, or None."""
    return connection.execute(
        select(PaySession.__table__)
        .where(_columns.order_id == order_id)
        .order_by(_columns.attempt.desc())
        .limit(1)
    ).first()


def note_session(connection: Connection, order_id: str, reference: str, report: Report) -> None:
    """Write what the gateway said of a session; one that has ended stays as it is."""
    state = {
        Report.PAID: SessionState.PAID,
        Report.CLOSED: SessionState.CLOSED,
        Report.WAITING: SessionState.WAITING,
    }.get(report)
    if state is not None:
        connection.execute(
            update(PaySession)
            .where(
                _columns.order_id == order_id,
                _columns.reference == reference,
                _columns.state.in_((*LIVE, SessionState.UNSURE)),
            )
            .values(state=state)
        )


def close_all(connection: Connection, order_id: str) -> None:
    """No session of this order counts as open any more.

    One that was, and that nobody has confirmed to be closed, is asked about for as long as it
    takes: its money, if there is any, is late money.
    """
    live = update(PaySession).where(_columns.order_id == order_id, _columns.state.in_(LIVE))
    connection.execute(
        live.where(_columns.reference.is_not(None)).values(state=SessionState.UNSURE)
    )
    connection.execute(live.values(state=SessionState.CLOSED))


def counts_as_closed(row: Any, now: datetime) -> bool:
    """Whether no money can come from a session, without asking: nobody was given its address, or
    its time is over for longer than clocks differ.
    """
    if row is None or row.state not in LIVE or row.reference is None:
        return True
    if row.state == SessionState.WAITING:
        return bool(row.begun_at + timedelta(days=BANK_DAYS) < now)
    return bool(row.closes_at + timedelta(seconds=UNSURE_SECONDS) < now)


def _begin(
    office: BoxOffice, order: OrderRow, gateway: RemoteGateway, row: Any, last: Any
) -> str | None:
    """Open this attempt's session, or a new attempt; None when it came to nothing."""
    if row is None or row.state == SessionState.OPEN:  # an open one that is past its end
        row = _write_attempt(office, order, gateway, last)
    fault_point("session.attempt")
    try:
        session = gateway.begin(_bill(office, order, row.attempt, row.closes_at))
    except AttemptOver:
        with office.db.write() as connection:
            close_all(connection, order.id)
        return None
    fault_point("session.opened")
    return session.pay_url if _write_opened(office, row.id, order.id, session) else None


def _write_attempt(office: BoxOffice, order: OrderRow, gateway: RemoteGateway, last: Any) -> Any:
    now = utc_now()
    seconds = max(gateway.session_seconds, office.settings.payment_seconds)
    attempt = 1 if last is None else last.attempt + 1
    with office.db.write() as connection:
        close_all(connection, order.id)
        connection.execute(
            insert(PaySession),
            {
                "id": f"{order.id}:{attempt}", "order_id": order.id, "attempt": attempt,
                "gateway": gateway.name, "state": SessionState.OPENING, "begun_at": now,
                "is_live": office.settings.live_key,
                "closes_at": now + timedelta(seconds=seconds),
            },
        )  # fmt: skip
        return last_session(connection, order.id)


def _write_opened(office: BoxOffice, row_id: str, order_id: str, session: Session) -> bool:
    """Write where it is; False when somebody has ended the order while it was being opened.

    Then nobody is led there, and it is asked about until it is known to be closed.
    """
    found = {"reference": session.reference, "pay_url": session.pay_url}
    with office.db.write() as connection:
        opened = connection.execute(
            update(PaySession)
            .where(_columns.id == row_id, _columns.state.in_(OPENABLE))
            .values(state=SessionState.OPEN, **found)
        )
        if opened.rowcount:
            connection.execute(
                update(Order).where(Order.id == order_id).values(reference=session.reference)
            )
            return True
        connection.execute(
            update(PaySession)
            .where(_columns.id == row_id)
            .values(state=SessionState.UNSURE, **found)
        )
        return False


def _bill(office: BoxOffice, order: OrderRow, attempt: int, closes_at: datetime) -> Bill:
    """The same for every try of an attempt: from what was written when the order was placed."""
    base, secret = office.settings.base_url, office.tokens.order_secret(order.id)
    with office.db.read() as connection:
        lines, draw = read_lines(connection, order.id), draw_line(connection, order.id)
    billed = bill_lines(office, lines) if draw is None else draw_bill(office, draw)
    return Bill(
        order_id=order.id,
        attempt=attempt,
        total_cents=order.total_cents,
        currency=order.currency,
        email=order.email,
        name=order.name,
        locale=order.locale,
        lines=billed,
        back_url=f"{base}/o/{order.id}/{secret}",
        done_url=f"{base}/o/{order.id}/{secret}?paid=1",
        closes_at=closes_at,
    )
