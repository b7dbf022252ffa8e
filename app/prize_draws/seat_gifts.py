"""Free seats that were won: an order without a price, given once, or kept open with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, exists, select, update

from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now, wall_ms
from app.faults import fault_point
from app.frozen import frozen
from app.inventory.commands import GivePlaces, NewOrder
from app.lottery.pool.terms import SEAT
from app.lottery.refusals import NotThatFar
from app.models import GiftState, LotteryBatch, LotteryWin, Order, SeatGift
from app.orders.tickets import new_tickets
from app.outbox import add_effect
from app.pool_reading import terms_of
from app.refusals import NotFound, NotOnSale, PlacesTaken
from app.rows import insert_new
from app.tokens import new_id, new_order_id

SOLD_OUT: Final = "sold-out"
OVER: Final = "over"
CANCELLED: Final = "cancelled"
PAUSED: Final = "paused"
NO_EVENT: Final = "no-event"
NOBODY: Final = "nobody"  # the winner's name and address have been forgotten
LETTER: Final = "mail.gift_open"
AGAIN_AFTER: Final = timedelta(minutes=50)
AGAIN_LIMIT: Final = 100  # gifts in one round


@frozen
class Gift:
    """What became of the seats of a prize: `order_id` once they are given, else the reason."""

    batch_id: str
    position: int
    purchase_id: str
    order_id: str
    is_given: bool
    reason: str


def give_seats(office: BoxOffice, batch_id: str, position: int) -> Gift:
    """Issue the seats that a claimed ticket won; however often it is asked, they come once.

    Where there are none it stays open, the house is written to, and it can be asked again.
    Raises `NotThatFar` while staff has not confirmed the claim, `NotFound` for no such prize.
    """
    prize = _prize(office, batch_id, position)
    gift = _begun(office, prize)
    if gift.state == GiftState.GIVEN or _was_issued(office, gift.order_id):
        return _settled(office, prize, gift.order_id, "")
    fault_point("gift.begun")
    reason = _issue(office, prize, gift.order_id)
    fault_point("gift.issued")
    return _settled(office, prize, gift.order_id, reason)


def give_confirmed(office: BoxOffice, batch_id: str, position: int) -> Gift | None:
    """What becomes of the seats of a claim that was just confirmed; None for other prizes.

    What could not be given before is tried once more.
    """
    query = (
        select(LotteryWin.tier, LotteryBatch.terms)
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .where(LotteryWin.batch_id == batch_id, LotteryWin.position == position)
    )
    with office.db.read() as connection:
        won = connection.execute(query).first()
    if won is None or terms_of(won.terms).tiers[won.tier].kind != SEAT:
        return None
    return give_seats(office, batch_id, position)


def give_open_again(office: BoxOffice) -> int:
    """Try the open ones again: seats come back, pauses end. How many were given."""
    before = utc_now() - AGAIN_AFTER
    query = (
        select(SeatGift.batch_id, SeatGift.position)
        .join(
            LotteryWin,
            (LotteryWin.batch_id == SeatGift.batch_id) & (LotteryWin.position == SeatGift.position),
        )  # prizes of an archived batch are gone: nobody could say what they were
        .where(SeatGift.state == GiftState.OPEN, SeatGift.tried_at <= before)
        .order_by(SeatGift.tried_at)
        .limit(AGAIN_LIMIT)
    )
    with office.db.read() as connection:
        found = connection.execute(query).all()
    return sum(give_seats(office, *row).is_given for row in found)


def gifts_of(connection: Connection, purchase_id: str) -> dict[tuple[str, int], Gift]:
    """What became of the seats that a purchase won, by batch and position."""
    rows = connection.execute(select(SeatGift.__table__).where(SeatGift.purchase_id == purchase_id))
    return {
        (row.batch_id, row.position): Gift(
            row.batch_id, row.position, purchase_id, row.order_id,
            row.state == GiftState.GIVEN, row.reason,
        )
        for row in rows
    }  # fmt: skip


@frozen
class _Prize:
    """A won ticket with whatever its seats need."""

    batch_id: str
    position: int
    purchase_id: str
    event: str
    tickets: int
    by: str
    winner: Any  # the row of the order that won


def _prize(office: BoxOffice, batch_id: str, position: int) -> _Prize:
    order = (Order.name, Order.email, Order.email_key, Order.locale, Order.is_demo)
    query = (
        select(LotteryWin.__table__, LotteryBatch.lottery_id, LotteryBatch.terms, *order)
        .join(LotteryBatch, LotteryBatch.id == LotteryWin.batch_id)
        .outerjoin(Order, Order.id == LotteryWin.purchase_id)
        .where(LotteryWin.batch_id == batch_id, LotteryWin.position == position)
    )
    with office.db.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound("That ticket has won no prize.")
    if row.confirmed_by is None:
        raise NotThatFar("Nobody has confirmed that claim yet.", next_step="Confirm it first.")
    tier = terms_of(row.terms).tiers[row.tier]
    words = office.draws.by_id(row.lottery_id).words.of_tier(tier.key)
    return _Prize(
        batch_id, position, row.purchase_id, words.event, words.tickets, row.confirmed_by, row
    )


def _begun(office: BoxOffice, prize: _Prize) -> Any:
    """The gift's row: whoever comes first chooses the order's id."""
    key = {"batch_id": prize.batch_id, "position": prize.position}
    row = key | {
        "purchase_id": prize.purchase_id, "order_id": new_order_id(), "state": GiftState.OPEN,
        "reason": "", "tried_at": utc_now(),
    }  # fmt: skip
    with office.db.write() as connection:
        connection.execute(insert_new(connection, SeatGift), row)
        return connection.execute(select(SeatGift.__table__).filter_by(**key)).one()


def _was_issued(office: BoxOffice, order_id: str) -> bool:
    """Whether somebody was broken off between the tickets and writing it down."""
    with office.db.read() as connection:
        return bool(connection.scalar(select(exists().where(Order.id == order_id))))


def _issue(office: BoxOffice, prize: _Prize, order_id: str) -> str:
    """Have the event's actor issue the tickets; why not, or ""."""
    if not prize.winner.email:
        return NOBODY
    try:
        card = office.catalogue.any_by_slug(prize.event)
    except NotFound:
        return NO_EVENT
    reason = _closed(card)
    if reason:
        return reason
    winner = prize.winner
    order = NewOrder(
        order_id, "free", winner.name, winner.email, winner.email_key, winner.locale,
        bool(winner.is_demo), wall_ms(),
    )  # fmt: skip
    command = GivePlaces(
        order, f"{card.id}-{new_id()}", new_tickets(prize.tickets),
        office.keys.current_id(card.id), prize.by,
    )  # fmt: skip
    try:
        office.inventory_of(card.id).ask(command)
    except PlacesTaken:
        return SOLD_OUT
    except NotOnSale:  # it was stopped just now
        return _closed(office.catalogue.by_id(card.id)) or PAUSED
    return ""


def _closed(card: EventCard) -> str:
    """Why an event gives no seats, or ""."""
    if card.status == "cancelled":
        return CANCELLED
    if card.starts_at <= utc_now():
        return OVER
    return "" if card.status == "published" else PAUSED


def _settled(office: BoxOffice, prize: _Prize, order_id: str, reason: str) -> Gift:
    """Write what became of it; the house hears of each reason once.

    Whoever asked at the same time may have been luckier: what is given stays given.
    """
    state = GiftState.OPEN if reason else GiftState.GIVEN
    ticket = {"batch": prize.batch_id, "position": prize.position}
    with office.db.write() as connection:
        written = connection.execute(
            update(SeatGift)
            .where(
                SeatGift.batch_id == prize.batch_id,
                SeatGift.position == prize.position,
                SeatGift.state == GiftState.OPEN,
            )
            .values(state=state, reason=reason, tried_at=utc_now())
        )
        if not written.rowcount:
            reason = ""
        if reason:
            key = f"{LETTER}:{prize.batch_id}:{prize.position}:{reason}"
            add_effect(connection, LETTER, key, ticket | {"reason": reason})
    return Gift(prize.batch_id, prize.position, prize.purchase_id, order_id, not reason, reason)
