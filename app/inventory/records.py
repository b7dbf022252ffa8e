"""Records: what a decision wants to be true; the store writes them, the state applies them."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from app.frozen import frozen
from app.inventory.commands import NewOrder, NewTicket
from app.inventory.views import LineView


class Record:
    """One fact to be made true."""

    __slots__ = ()


@frozen
class HoldStarted(Record):
    """A basket holds something here for the first time."""

    hold_id: str
    basket: str
    first_ms: int
    expires_ms: int


@frozen
class HoldChanged(Record):
    """The hold's times or state are now these."""

    hold_id: str
    state: str
    first_ms: int
    expires_ms: int
    rest_ms: int
    extensions: int
    order_id: str | None
    buyer: str | None
    later: str
    guarded: bool


@frozen
class HoldOver(Record):
    """The hold ended: expired, released or sold."""

    hold_id: str
    state: str


@frozen
class SeatHeld(Record):
    """A free seat is now held, or one that `keeper` kept."""

    seat: str
    hold_id: str
    ticket_type: str
    keeper: str = ""


@frozen
class SeatRetyped(Record):
    """A held seat is for another kind of person."""

    seat: str
    hold_id: str
    ticket_type: str


@frozen
class SeatFreed(Record):
    """A seat that `owner` (hold, ticket, or "" for a block) had is free."""

    seat: str
    owner: str


@frozen
class SeatSold(Record):
    """A seat that a hold had belongs to a ticket."""

    seat: str
    hold_id: str
    ticket_id: str
    ticket_type: str


@frozen
class SeatGiven(Record):
    """A free seat belongs to a ticket that moved, and so does the word of the ballot's `keeper`."""

    seat: str
    ticket_id: str
    ticket_type: str
    keeper: str = ""


@frozen
class SeatBlocked(Record):
    """A free seat is off sale."""

    seat: str
    reason: str


@frozen
class SeatKept(Record):
    """A seat is off sale and kept by a ballot.

    `before` is the hold or the ticket that had it, "" for kept, None for free.
    """

    seat: str
    before: str | None
    keeper: str


@frozen
class AreaHeld(Record):
    """A hold has `count` more (or fewer, when negative) places of an area."""

    area: str
    hold_id: str
    ticket_type: str
    count: int


@frozen
class AreaFreed(Record):
    """Sold places of an area are free again."""

    area: str
    count: int


@frozen
class AreaBlocked(Record):
    """So many more (or fewer) places of an area are off sale."""

    area: str
    reason: str
    count: int


@frozen
class OrderPlaced(Record):
    """An order of one event, placed and paid in one step."""

    order: NewOrder
    basket: str
    total_cents: int
    currency: str
    payment_reference: str


@frozen
class LinesWritten(Record):
    """The order's lines at this event."""

    order_id: str
    lines: tuple[LineView, ...]


@frozen
class OrderLapsed(Record):
    """Nobody paid in time: the order is over unless money has already come."""

    order_id: str


@frozen
class EventSold(Record):
    """All places of the order at this event are sold: one open event fewer."""

    order_id: str
    at_ms: int


@frozen
class TicketIssued(Record):
    """The right of one person to enter."""

    ticket: NewTicket
    line: LineView
    order_id: str
    buyer: str
    key_id: int
    at_ms: int


@frozen
class TicketVoided(Record):
    """The ticket opens nothing any more."""

    ticket_id: str
    at_ms: int


@frozen
class TicketMoved(Record):
    """The ticket has another seat and therefore another code."""

    ticket_id: str
    seat: str


@frozen
class RefundRequested(Record):
    """Money goes back for these tickets."""

    refund_id: str
    payment_id: str
    order_id: str
    ticket_ids: tuple[str, ...]
    cents: int
    reason: str
    at_ms: int


@frozen
class EffectDue(Record):
    """Something to carry out afterwards, once per `dedupe_key`."""

    kind: str
    dedupe_key: str
    payload: dict[str, Any] = field(default_factory=dict)


@frozen
class Journalled(Record):
    """Who did what."""

    kind: str
    by: str
    order_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@frozen
class StatusChanged(Record):
    """The event's status and its words."""

    status: str
    words: str
    at_ms: int


@frozen
class PlanReplaced(Record):
    """The event has another drawing; the state is read again afterwards."""

    plan_id: int
