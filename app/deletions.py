"""What may go and when: old holds, demo orders, personal data, spent rows.

Each finds ids to read and removes them in slices of a few milliseconds, its condition asked again
while writing. Nothing here touches a place: sold tickets of coming events always stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from app.answers import KEPT_HOURS
from app.ballot_draws.forgetting import (
    erase_entrants,
    find_past_entrants,
    is_spent_request,
)
from app.clock import house, to_ms
from app.forgetting import ERASED, ERASED_ORDER, is_fulfilled, is_wished_away
from app.models import (
    Allocation,
    BallotRequest,
    BuyerSession,
    ClaimDetails,
    DeliveryRow,
    DeliveryState,
    DrawOrder,
    EffectState,
    Entitlement,
    Event,
    ForgetWish,
    HoldRow,
    HoldState,
    KeptAnswer,
    KeptMail,
    LedgerEntry,
    Lottery,
    LotteryBatch,
    LotteryPurchase,
    LotteryWin,
    Order,
    OrderLine,
    OrderStatus,
    Organizer,
    OutboxRow,
    Payment,
    PostboxLetter,
    Receipt,
    Refund,
    SetupLink,
    SignInRequest,
    Ticket,
    TicketState,
)
from app.prize_draws.forgetting import is_in_draw, is_spent_purchase

SLICE_LIMIT: Final = 100  # rows removed in one transaction: some 5 ms
HOLD_DAYS: Final = 7
DEMO_ORDER_DAYS: Final = 30  # after the last event of the order; unpaid ones from when placed
OPEN_ORDER_DAYS: Final = 30  # an order that came to nothing keeps its buyer's name so long
KEPT_MAIL_DAYS: Final = 30
DONE_EFFECT_DAYS: Final = 30
DEAD_EFFECT_DAYS: Final = 180
SPENT_LINK_DAYS: Final = 1
DONE_LETTER_DAYS: Final = 1
ENDED_KEY_DAYS: Final = 30
CLAIM_DAYS: Final = 30  # after a prize was given out
DELIVERY_DAYS: Final = 90  # Stripe tells the same again for three
DAY_MS: Final = 24 * 3600 * 1000

Ids = list[Any]


@dataclass(frozen=True, slots=True)
class Deletion:
    """One kind of old rows: which there are, and how some of them go."""

    kind: str
    find: Callable[[Connection, datetime, int], Ids]
    remove: Callable[[Connection, datetime, Ids], None]


# ---- holds ---------------------------------------------------------------------------------------


def _is_old_hold(now: datetime) -> ColumnElement[bool]:
    over = (HoldState.EXPIRED, HoldState.RELEASED, HoldState.SOLD)
    holds_nothing = ~exists().where(Allocation.hold_id == HoldRow.id, Allocation.state == "held")
    oldest = house.now_ms() - HOLD_DAYS * DAY_MS
    return and_(HoldRow.state.in_(over), HoldRow.expires_ms < oldest, holds_nothing)


# ---- orders --------------------------------------------------------------------------------------


def _is_old_demo_order(now: datetime) -> ColumnElement[bool]:
    """A demo order that lets nobody in; `cancel_old_demo` sees to those whose events are over."""
    lets_in = exists().where(Ticket.order_id == Order.id, Ticket.state == TicketState.ISSUED)
    ended = Order.status.in_((OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REFUNDED))
    stale = Order.status.in_((OrderStatus.PENDING, OrderStatus.PAID))
    return and_(
        Order.is_demo.in_((True,)),
        or_(ended, stale),
        Order.created_at < now - timedelta(days=DEMO_ORDER_DAYS),
        ~_has_live_hold(),
        ~lets_in,
        ~exists().where(LotteryPurchase.id == Order.id),  # its draw tickets are not archived yet
        ~exists().where(Payment.order_id == Order.id, Payment.settled.in_((False,))),
    )


def _has_live_hold() -> ColumnElement[bool]:
    live = (HoldState.LIVE, HoldState.PAYING)
    return exists().where(HoldRow.order_id == Order.id, HoldRow.state.in_(live))


def _remove_orders(connection: Connection, now: datetime, ids: Ids) -> None:
    kept = set(connection.execute(_ids_of(Order.id, _is_old_demo_order(now), ids)).scalars())
    for table in (Receipt, LedgerEntry, Refund, Payment, Ticket, OrderLine, DrawOrder):
        connection.execute(delete(table).where(table.order_id.in_(kept)))
    connection.execute(delete(Order).where(Order.id.in_(kept)))


def old_demo_tickets(
    connection: Connection, now: datetime, limit: int
) -> list[tuple[int, str, tuple[str, ...]]]:
    """Event, order and ticket ids of demo orders whose events have all long been over."""
    query = (
        select(Ticket.event_id, Ticket.order_id, Ticket.id)
        .join(Order, Order.id == Ticket.order_id)
        .where(
            Ticket.state == TicketState.ISSUED,
            Order.is_demo.in_((True,)),
            Order.status == OrderStatus.PAID,
            ~_has_event_after(now - timedelta(days=DEMO_ORDER_DAYS)),
        )
        .order_by(Ticket.event_id, Ticket.order_id)
        .limit(limit)
    )
    found: dict[tuple[int, str], list[str]] = {}
    for event_id, order_id, ticket_id in connection.execute(query):
        found.setdefault((event_id, order_id), []).append(ticket_id)
    return [(event, order, tuple(tickets)) for (event, order), tickets in found.items()]


def _has_event_after(moment: datetime) -> ColumnElement[bool]:
    return exists(
        select(OrderLine.id)
        .join(Event, Event.id == OrderLine.event_id)
        .where(
            OrderLine.order_id == Order.id,
            func.coalesce(Event.ends_at, Event.starts_at) >= moment,
        )
    )


# ---- personal data -------------------------------------------------------------------------------


def _is_forgettable(now: datetime) -> ColumnElement[bool]:
    """An order whose buyer's name and address need not be known any more."""
    ended_ms = type_coerce(func.coalesce(Event.ends_at, Event.starts_at), BigInteger)
    kept_ms = cast(Organizer.personal_days, BigInteger) * DAY_MS
    still_wanted = exists(
        select(OrderLine.id)
        .join(Event, Event.id == OrderLine.event_id)
        .join(Organizer, Organizer.id == Event.organizer_id)
        .where(OrderLine.order_id == Order.id, ended_ms + kept_ms >= to_ms(now))
    )
    came_to_nothing = Order.status.in_((OrderStatus.CANCELLED, OrderStatus.EXPIRED))
    sold = Order.status.in_((OrderStatus.PAID, OrderStatus.REFUNDED))
    return and_(
        Order.email != ERASED,
        Order.created_at < now - timedelta(days=OPEN_ORDER_DAYS),
        or_(came_to_nothing, and_(sold, ~still_wanted, ~_is_kept_for_draw(now))),
        ~_has_live_hold(),
    )


def _is_kept_for_draw(now: datetime) -> ColumnElement[bool]:
    """Its draw tickets may win or be claimed, or could not so long ago."""
    kept_ms = cast(Organizer.personal_days, BigInteger) * DAY_MS
    organizer_keeps = exists(
        select(Lottery.id)
        .join(Organizer, Organizer.id == Lottery.organizer_id)
        .where(
            Lottery.id == LotteryBatch.lottery_id,
            LotteryBatch.settled_ms + kept_ms >= to_ms(now),
        )
    )
    return is_in_draw(organizer_keeps)


def _erase(connection: Connection, now: datetime, ids: Ids) -> None:
    """Name and address go; sums, places and the journal stay for the accounts."""
    connection.execute(
        update(Order).where(Order.id.in_(ids), _is_forgettable(now)).values(ERASED_ORDER)
    )


def _erase_wished(connection: Connection, now: datetime, ids: Ids) -> None:
    """The same for buyers who have asked for it."""
    connection.execute(
        update(Order).where(Order.id.in_(ids), is_wished_away(now)).values(ERASED_ORDER)
    )


def _is_spent_claim(now: datetime) -> ColumnElement[bool]:
    """Where prizes went: all given out long enough ago, or their winner is forgotten."""
    oldest = now - timedelta(days=CLAIM_DAYS)
    is_wanted = exists().where(
        LotteryWin.purchase_id == ClaimDetails.purchase_id,
        LotteryWin.claimed_ms.is_not(None),
        or_(LotteryWin.confirmed_ms.is_(None), LotteryWin.confirmed_ms >= to_ms(oldest)),
    )
    is_known = exists().where(Order.id == ClaimDetails.purchase_id, Order.email != ERASED)
    return or_(~is_known, and_(ClaimDetails.kept_at < oldest, ~is_wanted))


_key_of_won = tuple_(Entitlement.batch_id, Entitlement.position)


def _is_ended_key(now: datetime) -> ColumnElement[bool]:
    """What was won opens nothing any more: its time is over, or the show it was for."""
    oldest = now - timedelta(days=ENDED_KEY_DAYS)
    is_past = exists().where(Event.id == Entitlement.event_id, Event.starts_at < oldest)
    return or_(Entitlement.until_at < oldest, is_past)


def _find_ended_keys(connection: Connection, now: datetime, limit: int) -> Ids:
    query = select(Entitlement.batch_id, Entitlement.position).where(_is_ended_key(now))
    return [tuple(row) for row in connection.execute(query.limit(limit))]


def _remove_ended_keys(connection: Connection, now: datetime, ids: Ids) -> None:
    connection.execute(delete(Entitlement).where(_key_of_won.in_(ids), _is_ended_key(now)))


# ---- spent rows ----------------------------------------------------------------------------------


def _is_spent_link(now: datetime) -> ColumnElement[bool]:
    day_ago = now - timedelta(days=SPENT_LINK_DAYS)
    return or_(SetupLink.expires_at < day_ago, SetupLink.spent_at < day_ago)


def _is_ended_sign_in(now: datetime) -> ColumnElement[bool]:
    return SignInRequest.expires_at < now


def _is_ended_session(now: datetime) -> ColumnElement[bool]:
    return BuyerSession.ends_at < now


def _is_old_effect(now: datetime) -> ColumnElement[bool]:
    done = and_(
        OutboxRow.state == EffectState.DONE,
        OutboxRow.done_at < now - timedelta(days=DONE_EFFECT_DAYS),
        ~exists().where(KeptMail.outbox_id == OutboxRow.id),
    )
    dead = and_(
        OutboxRow.state == EffectState.DEAD,
        OutboxRow.created_at < now - timedelta(days=DEAD_EFFECT_DAYS),
    )
    return or_(done, dead)


def _is_old_mail(now: datetime) -> ColumnElement[bool]:
    return KeptMail.kept_at < now - timedelta(days=KEPT_MAIL_DAYS)


def _is_old_answer(now: datetime) -> ColumnElement[bool]:
    return KeptAnswer.kept_at < now - timedelta(hours=KEPT_HOURS)


def _is_done_letter(now: datetime) -> ColumnElement[bool]:
    return PostboxLetter.done_at < now - timedelta(days=DONE_LETTER_DAYS)


def _is_old_delivery(now: datetime) -> ColumnElement[bool]:
    """One that was acted on or ignored; what failed stays for a person to see."""
    return and_(
        DeliveryRow.state.in_((DeliveryState.DONE, DeliveryState.IGNORED)),
        DeliveryRow.received_at < now - timedelta(days=DELIVERY_DAYS),
    )


# --------------------------------------------------------------------------------------------------


def _ids_of(key: Any, which: ColumnElement[bool], ids: Ids | None = None) -> Any:
    query = select(key).where(which)
    return query if ids is None else query.where(key.in_(ids))


def _rows_of(
    kind: str, table: Any, key: Any, which: Callable[[datetime], ColumnElement[bool]]
) -> Deletion:
    """A deletion that simply removes rows of one table."""

    def find(connection: Connection, now: datetime, limit: int) -> Ids:
        return list(connection.execute(_ids_of(key, which(now)).limit(limit)).scalars())

    def remove(connection: Connection, now: datetime, ids: Ids) -> None:
        connection.execute(delete(table).where(key.in_(ids), which(now)))

    return Deletion(kind, find, remove)


def _orders_of(
    kind: str,
    which: Callable[[datetime], ColumnElement[bool]],
    remove: Callable[[Connection, datetime, Ids], None],
) -> Deletion:
    """A deletion that goes by order ids."""

    def find(connection: Connection, now: datetime, limit: int) -> Ids:
        return list(connection.execute(_ids_of(Order.id, which(now)).limit(limit)).scalars())

    return Deletion(kind, find, remove)


DELETIONS: Final = (
    _rows_of("delete.ended_holds", HoldRow, HoldRow.id, _is_old_hold),
    _orders_of("delete.demo_orders", _is_old_demo_order, _remove_orders),
    _orders_of("delete.personal_data", _is_forgettable, _erase),
    _rows_of("delete.kept_answers", KeptAnswer, KeptAnswer.key, _is_old_answer),
    _rows_of("delete.kept_mails", KeptMail, KeptMail.id, _is_old_mail),
    _rows_of("delete.old_effects", OutboxRow, OutboxRow.id, _is_old_effect),
    _rows_of("delete.ballot_requests", BallotRequest, BallotRequest.id, is_spent_request),
    Deletion("delete.ballot_names", find_past_entrants, erase_entrants),
    _rows_of("delete.spent_links", SetupLink, SetupLink.token_hash, _is_spent_link),
    _rows_of("delete.sign_ins", SignInRequest, SignInRequest.id, _is_ended_sign_in),
    _rows_of("delete.buyer_sessions", BuyerSession, BuyerSession.id, _is_ended_session),
    _orders_of("delete.forgotten_buyers", is_wished_away, _erase_wished),
    _rows_of("delete.forget_wishes", ForgetWish, ForgetWish.address_key, is_fulfilled),
    _rows_of("delete.ended_purchases", LotteryPurchase, LotteryPurchase.id, is_spent_purchase),
    _rows_of("delete.claim_details", ClaimDetails, ClaimDetails.purchase_id, _is_spent_claim),
    Deletion("delete.ended_keys", _find_ended_keys, _remove_ended_keys),
    _rows_of("delete.done_letters", PostboxLetter, PostboxLetter.id, _is_done_letter),
    _rows_of("delete.deliveries", DeliveryRow, DeliveryRow.id, _is_old_delivery),
)
