"""Commands: what somebody wants of the places of one event. Ids arrive inside them."""

from __future__ import annotations

from typing import Generic, TypeVar

from app.frozen import frozen
from app.inventory.views import Arranged, Changed, Frozen, HoldView, LineView, Sold

T_co = TypeVar("T_co", covariant=True)


class Command(Generic[T_co]):
    """An intended change, named after what it does; its parameter is what it answers."""

    __slots__ = ()


@frozen
class SeatChoice:
    """A seat and, if chosen, its ticket type; None means the event's first type sold there."""

    seat: str
    ticket_type: str | None = None


@frozen
class AreaChoice:
    """So many places of an area with one ticket type."""

    area: str
    count: int
    ticket_type: str | None = None


@frozen
class NewTicket:
    """Identity of a ticket that may be issued: made before, so that the core needs no chance."""

    id: str
    serial: int
    staff_code: str


@frozen
class NewOrder:
    """What the house knows of an order before it is placed. `at_ms` is wall time."""

    id: str
    gateway: str
    name: str
    email: str
    buyer: str  # keyed hash of the address
    locale: str
    is_demo: bool
    at_ms: int
    idempotency_key: str | None = None
    fingerprint: str | None = None


@frozen
class HoldSeats(Command[HoldView]):
    """Keep places for one basket until the hold expires, adding to what it holds: all or none."""

    basket: str
    hold_id: str  # used when the basket holds nothing here yet
    seats: tuple[SeatChoice, ...] = ()
    areas: tuple[AreaChoice, ...] = ()


@frozen
class HoldBest(Command[HoldView]):
    """Keep the best free seats; `together` in the answer says whether they are adjacent."""

    basket: str
    hold_id: str
    count: int
    category: str | None = None
    step_free: bool = False
    ticket_type: str | None = None


@frozen
class ShowHold(Command[HoldView]):
    """Look at a hold by its id; only its basket may."""

    hold_id: str
    basket: str


@frozen
class ShowBasket(Command["HoldView | None"]):
    """Look at what a basket holds at this event; None when nothing."""

    basket: str


@frozen
class ExtendHold(Command[HoldView]):
    """Give the hold more time, as often as the house allows."""

    hold_id: str
    basket: str


@frozen
class ChangeTicketType(Command[HoldView]):
    """Change what kind of person one held seat (or `count` places of an area) is for."""

    hold_id: str
    basket: str
    ticket_type: str
    seat: str | None = None
    area: str | None = None
    from_type: str | None = None
    count: int = 1


@frozen
class ReleasePlaces(Command["HoldView | None"]):
    """Give some places back; None when nothing is left of the hold."""

    hold_id: str
    basket: str
    seats: tuple[str, ...] = ()
    areas: tuple[AreaChoice, ...] = ()


@frozen
class ReleaseHold(Command[None]):
    """Give everything back; repeating it changes nothing."""

    hold_id: str
    basket: str


@frozen
class StartPayment(Command[Frozen]):
    """Freeze a basket's hold for an order until `deadline_ms` and write its lines.

    `expected_cents` is what the buyer saw for this event. Repeating it for the same order
    answers the same and moves the deadline. `later` names the way in which a person will take the
    money: each has its quota. The gateway may hold the places beyond the deadline by `guarded`:
    then only `EndPayment` frees them.
    """

    order_id: str
    basket: str
    buyer: str
    deadline_ms: int
    expected_cents: int
    later: str = ""
    guarded: bool = False


@frozen
class MoveDeadline(Command[Changed]):
    """Keep an order's frozen places until another moment; refused when they are frozen no more."""

    order_id: str
    basket: str
    deadline_ms: int


@frozen
class EndPayment(Command[None]):
    """The payment came to nothing: the hold runs on with what was left, or at least 5 minutes.

    With `release` the places go back on sale at once. Repeating it changes nothing.
    """

    order_id: str
    release: bool = False


@frozen
class Refreeze(Command[Frozen]):
    """Keep a paid order's places until it is sold: all of them or none.

    They may be frozen still, held live by the order's own basket, or free again.
    """

    order_id: str
    basket: str
    buyer: str
    hold_id: str
    lines: tuple[LineView, ...]
    deadline_ms: int


@frozen
class Sell(Command[Sold]):
    """Turn an order's frozen hold into sold places and tickets; repeating answers the same.

    `lines` are the order's own, as they were written: each gets the ticket at its position.
    """

    order_id: str
    lines: tuple[LineView, ...]
    tickets: tuple[NewTicket, ...]
    key_id: int
    at_ms: int


@frozen
class BuyNow(Command[Sold]):
    """Place, pay and sell an order of one event in one step, for gateways that answer at once."""

    order: NewOrder
    basket: str
    expected_cents: int
    payment_reference: str
    tickets: tuple[NewTicket, ...]
    key_id: int


@frozen
class RefundWanted:
    """Money to go back for tickets, out of this payment, at most so much of it."""

    refund_id: str
    payment_id: str
    most_cents: int


@frozen
class CancelTickets(Command[Changed]):
    """Void tickets of an order and put their places back on sale; voided ones are passed over.

    With `refund` what was paid for them goes back, asked for in the same transaction.
    """

    order_id: str
    ticket_ids: tuple[str, ...]
    reason: str
    by: str
    at_ms: int
    refund: RefundWanted | None = None


@frozen
class MoveTicket(Command[Changed]):
    """Give a ticket another free seat of its event."""

    ticket_id: str
    seat: str
    by: str
    at_ms: int


@frozen
class BlockPlaces(Command[Changed]):
    """Take free places off sale, with a reason: all of them or none."""

    reason: str
    by: str
    seats: tuple[str, ...] = ()
    areas: tuple[AreaChoice, ...] = ()


@frozen
class UnblockPlaces(Command[Changed]):
    """Put blocked places back on sale; those that are not blocked are passed over."""

    by: str
    reason: str = ""  # for areas: whose block to take back
    seats: tuple[str, ...] = ()
    areas: tuple[AreaChoice, ...] = ()


@frozen
class KeepOffer(Command["HoldView | None"]):
    """Keep places like those an order lost, for its buyer; None when nothing like them is free."""

    basket: str
    hold_id: str
    lines: tuple[LineView, ...]
    seconds: int


@frozen
class SetAside(Command[Changed]):
    """Let exactly so many seats of a price category wait for a ballot; all of them or none."""

    ballot_id: int
    category: str
    count: int
    by: str


@frozen
class KeptRight:
    """So many seats of a price category are an entry's to buy."""

    entry_id: str
    category: str
    count: int


@frozen
class ArrangeKept(Command[Arranged]):
    """Keep a ballot's seats by the rights that live; with `to_sale` the rest is free.

    Repeating it changes nothing. It gives seats to some entries at a time: ask until it is done.
    """

    ballot_id: int
    rights: tuple[KeptRight, ...]
    to_sale: bool = False


@frozen
class HoldKept(Command[HoldView]):
    """Move seats that are kept for an entry into a basket; once they are there, nothing changes."""

    basket: str
    hold_id: str  # used when the basket holds nothing here yet
    ballot_id: int
    entry_id: str
    count: int


@frozen
class ChangeStatus(Command[Changed]):
    """Publish, pause or cancel the event; its words say why."""

    status: str
    words: str
    by: str
    at_ms: int


@frozen
class ReplacePlan(Command[Changed]):
    """Put another drawing under the event, unless that drops a seat that is not free."""

    plan_id: int
    seat_ids: frozenset[str]
    by: str


@frozen
class Expire(Command[Changed]):
    """End every hold whose time has come; the loop asks it before each batch."""
