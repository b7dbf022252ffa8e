"""A buyer who wants to be forgotten: what goes at once, and what follows when nothing needs it.

Places, sums and receipts of orders stay for the accounts; they name nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from app.box_office import BoxOffice
from app.clock import utc_now
from app.models import (
    Dispute,
    DisputeState,
    Event,
    ForgetWish,
    HoldRow,
    HoldState,
    KeptMail,
    Order,
    OrderLine,
    OrderStatus,
    OutboxRow,
    Payment,
    Refund,
    RefundState,
    SignInRequest,
)
from app.prize_draws.forgetting import forget_names_of, is_in_draw
from app.rows import upsert
from app.sign_ins.sessions import SignedInBuyer, end_all_sessions

ERASED: Final = ""
ERASED_ORDER: Final[dict[str, Any]] = {
    "name": ERASED,
    "email": ERASED,
    "email_key": ERASED,
    "idempotency_key": None,
}
SLICE_LIMIT: Final = 100  # orders in one transaction
SLICES_LIMIT: Final = 20  # at once; what is left goes with the next scheduled round

Forget = Callable[[Connection, SignedInBuyer], None]


def forget_buyer(office: BoxOffice, buyer: SignedInBuyer, more: Sequence[Forget] = ()) -> None:
    """Sign out everywhere and take name and address from every order that needs them no more.

    `more` is what other features forget in the same transaction. Orders that still need their
    buyer keep a wish, and the scheduled deletes fulfil it.
    """
    now = utc_now()
    with office.db.write() as connection:
        wish = {"address_key": buyer.address_key, "asked_at": now}
        connection.execute(upsert(connection, ForgetWish, ["address_key"], ["asked_at"]), wish)
        end_all_sessions(connection, buyer.address_key)
        connection.execute(
            delete(SignInRequest).where(SignInRequest.address_key == buyer.address_key)
        )
        for forget in more:
            forget(connection, buyer)
    for _turn in range(SLICES_LIMIT):
        with office.db.write() as connection:
            if _erase_some(connection, buyer.address_key, now) < SLICE_LIMIT:
                break
    with office.db.write() as connection:
        _forget_letters(connection, buyer)
    forget_names_of(office, buyer.address_key)


def may_be_forgotten(now: datetime) -> ColumnElement[bool]:
    """An order that came to nothing, or whose shows and draws are over and whose money rests."""
    came_to_nothing = Order.status.in_((OrderStatus.CANCELLED, OrderStatus.EXPIRED))
    is_over = and_(~_has_show_after(now), ~is_in_draw())
    over = and_(Order.status == OrderStatus.PAID, is_over)
    given_back = Order.status == OrderStatus.REFUNDED
    return and_(
        Order.email != ERASED,
        or_(came_to_nothing, over, given_back),
        ~_has_moving_money(),
        ~exists().where(
            HoldRow.order_id == Order.id, HoldRow.state.in_((HoldState.LIVE, HoldState.PAYING))
        ),
    )


def is_wished_away(now: datetime) -> ColumnElement[bool]:
    """The same for an order whose buyer has asked for it since it was placed."""
    wish = exists().where(
        ForgetWish.address_key == Order.email_key, ForgetWish.asked_at >= Order.created_at
    )
    is_known = Order.email_key.in_(select(ForgetWish.address_key))  # few, and there is an index
    return and_(is_known, wish, may_be_forgotten(now))


def is_fulfilled(_now: datetime) -> ColumnElement[bool]:
    """A wish that no order waits for any more."""
    return ~exists().where(
        Order.email_key == ForgetWish.address_key, Order.created_at <= ForgetWish.asked_at
    )


def _has_show_after(moment: datetime) -> ColumnElement[bool]:
    return exists(
        select(OrderLine.id)
        .join(Event, Event.id == OrderLine.event_id)
        .where(
            OrderLine.order_id == Order.id,
            func.coalesce(Event.ends_at, Event.starts_at) >= moment,
        )
    )


def _has_moving_money() -> ColumnElement[bool]:
    """Money for which somebody may still have to write to the buyer."""
    return or_(
        exists().where(Refund.order_id == Order.id, Refund.state != RefundState.SUCCEEDED),
        exists().where(Payment.order_id == Order.id, Payment.settled.in_((False,))),
        exists().where(Dispute.order_id == Order.id, Dispute.state == DisputeState.OPEN),
    )


def _erase_some(connection: Connection, address_key: str, now: datetime) -> int:
    """Take the buyer out of some orders of an address; how many."""
    which = (Order.email_key == address_key, may_be_forgotten(now))
    ids = list(connection.execute(select(Order.id).where(*which).limit(SLICE_LIMIT)).scalars())
    connection.execute(update(Order).where(Order.id.in_(ids), *which).values(ERASED_ORDER))
    return len(ids)


def _forget_letters(connection: Connection, buyer: SignedInBuyer) -> None:
    """Letters that are kept here go, but for those about orders that stay."""
    theirs = func.lower(KeptMail.recipient) == buyer.email.lower()
    stays = exists().where(Order.email_key == buyer.address_key)
    signs_in = exists().where(OutboxRow.id == KeptMail.outbox_id, OutboxRow.kind == "mail.sign_in")
    connection.execute(delete(KeptMail).where(theirs, or_(signs_in, ~stays)))
