"""The state of one event's places, changed by records only."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.frozen import frozen
from app.inventory import records as r
from app.inventory.house import House, house_of
from app.inventory.offer import Offer

FREE: Final = ord("f")
HELD: Final = ord("h")
SOLD: Final = ord("s")
BLOCKED: Final = ord("b")
OVER_HOLDS_LIMIT: Final = 5000  # ended holds whose story is remembered in memory

LIVE: Final = "live"
PAYING: Final = "paying"


@dataclass(slots=True)
class Hold:
    """Places kept for one basket; times are house time in milliseconds."""

    id: str
    basket: str
    first_ms: int
    expires_ms: int
    state: str = LIVE
    rest_ms: int = 0
    extensions: int = 0
    order_id: str | None = None
    buyer: str | None = None
    later: str = ""  # the way in which a person will take the money; empty: no person
    guarded: bool = False
    seats: dict[str, str] = field(default_factory=dict)  # seat -> ticket type
    areas: dict[tuple[str, str], int] = field(default_factory=dict)  # (area, type) -> count

    @property
    def place_count(self) -> int:
        """How many people it is for."""
        return len(self.seats) + sum(self.areas.values())


@dataclass(slots=True)
class LiveTicket:
    """A ticket that opens the door, and whose it is."""

    id: str
    order_id: str
    line_id: str
    buyer: str
    seat: str | None
    area: str | None
    ticket_type: str
    category: str
    cents: int


@frozen
class OverHold:
    """What a hold was when it ended, so that its buyer can be told and helped."""

    id: str
    basket: str
    state: str
    expires_ms: int
    seats: tuple[tuple[str, str], ...]
    areas: tuple[tuple[str, str, int], ...]


class EventInventory:
    """Every seat and area of one event, live holds and tickets. No clock, no database."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.letters = bytearray(b"f" * len(offer.seats))
        self.owners: list[str] = [""] * len(offer.seats)
        self.kept: dict[str, str] = {}  # seat -> keeper of a ballot, even while held and sold
        self.area_taken: dict[str, int] = dict.fromkeys(offer.areas, 0)
        self.area_blocks: dict[tuple[str, str], int] = {}
        self.holds: dict[str, Hold] = {}
        self.basket_holds: dict[str, str] = {}
        self.order_holds: dict[str, str] = {}
        self.over: OrderedDict[str, OverHold] = OrderedDict()
        self.basket_over: dict[str, str] = {}  # basket -> its last hold that ended
        self.tickets: dict[str, LiveTicket] = {}
        self.order_tickets: dict[str, list[str]] = {}
        self.buyer_counts: dict[str, int] = {}
        self.touched: set[int] = set()  # seat indexes changed since `drain_touched`
        self.free_count = len(offer.seats)
        self._due: list[tuple[int, str]] = []
        self._house: House | None = None

    @property
    def house(self) -> House:
        """Who sits next to whom; prepared when first asked for."""
        if self._house is None:
            starts = dict.fromkeys(self.offer.fill_from, "<>")
            self._house = house_of(self.offer.seats, self.offer.rows, self.offer.focus, starts)
        return self._house

    def apply(self, facts: Iterable[r.Record]) -> None:
        """Make records true in memory."""
        for fact in facts:
            change = _CHANGES.get(type(fact))
            if change is not None:
                change(self, fact)

    def seat_letter(self, seat: str) -> int:
        """f, h, s or b as a byte; KeyError for a seat that is not in the plan."""
        return self.letters[self.offer.seat_index[seat]]

    def area_free(self, area: str) -> int:
        """How many places of an area can be held."""
        return self.offer.areas[area].capacity - self.area_taken[area]

    def hold_of(self, basket: str) -> Hold | None:
        """The basket's hold, expired or not."""
        hold_id = self.basket_holds.get(basket)
        return None if hold_id is None else self.holds[hold_id]

    def due_holds(self, now_ms: int) -> list[Hold]:
        """Holds whose time has come; guarded ones only end by `EndPayment`."""
        due: dict[str, Hold] = {}  # a hold may lie on the heap more than once
        while self._due and self._due[0][0] <= now_ms:
            expires_ms, hold_id = heapq.heappop(self._due)
            hold = self.holds.get(hold_id)
            if hold is None or hold.expires_ms != expires_ms or hold.guarded:
                continue
            due[hold.id] = hold
        for hold in due.values():  # asking changes nothing: they stay due until a record ends them
            heapq.heappush(self._due, (hold.expires_ms, hold.id))
        return list(due.values())

    def next_due_ms(self) -> int | None:
        """When the sweeper should look again, house time."""
        while self._due:
            expires_ms, hold_id = self._due[0]
            hold = self.holds.get(hold_id)
            if hold is not None and hold.expires_ms == expires_ms and not hold.guarded:
                return expires_ms
            heapq.heappop(self._due)
        return None

    def buyer_count(self, buyer: str) -> int:
        """Places a buyer has bought or is paying for here."""
        paying = sum(
            hold.place_count
            for hold in (self.holds[hold_id] for hold_id in self.order_holds.values())
            if hold.buyer == buyer
        )
        return self.buyer_counts.get(buyer, 0) + paying

    def later_count(self, way: str) -> int:
        """Places frozen for payments that a person will take in this way."""
        return sum(
            self.holds[hold_id].place_count
            for hold_id in self.order_holds.values()
            if self.holds[hold_id].later == way
        )

    def drain_touched(self) -> list[int]:
        """Seat indexes changed since last asked, in plan order."""
        touched = sorted(self.touched)
        self.touched.clear()
        return touched

    def prolong(self, hold_id: str, expires_ms: int) -> None:
        """Give a hold the grace of a restart; only memory knows it."""
        hold = self.holds[hold_id]
        hold.expires_ms = expires_ms
        heapq.heappush(self._due, (expires_ms, hold_id))

    def restore_hold(self, hold: Hold) -> None:
        """Put a hold read from the database back, with its places."""
        self._add_hold(hold)
        for seat in hold.seats:
            self._set(seat, HELD, hold.id)
        for (area, _), count in hold.areas.items():
            self.area_taken[area] += count

    def restore_over(self, over: OverHold) -> None:
        """Put the story of an ended hold back."""
        self.over[over.id] = over
        self.basket_over[over.basket] = over.id

    def restore_ticket(self, ticket: LiveTicket) -> None:
        """Put an issued ticket read from the database back, with its place."""
        self._add_ticket(ticket)
        if ticket.seat is not None:
            self._set(ticket.seat, SOLD, ticket.id)
        elif ticket.area is not None:
            self.area_taken[ticket.area] += 1

    def restore_block(self, seat: str) -> None:
        """Put a block read from the database back."""
        self._set(seat, BLOCKED, "")

    def restore_kept(self, seat: str, keeper: str) -> None:
        """Put the word of whom a seat is kept for back."""
        self.kept[seat] = keeper

    def restore_area_block(self, area: str, reason: str, count: int) -> None:
        """Put an area's block read from the database back."""
        self._block_area(r.AreaBlocked(area, reason, count))

    def _set(self, seat: str, letter: int, owner: str) -> None:
        index = self.offer.seat_index[seat]
        was = self.letters[index]
        if (was == FREE) != (letter == FREE):
            self.free_count += 1 if letter == FREE else -1
        self.letters[index] = letter
        self.owners[index] = owner
        self.touched.add(index)

    def _add_hold(self, hold: Hold) -> None:
        self.holds[hold.id] = hold
        self.basket_holds[hold.basket] = hold.id
        if hold.order_id is not None:
            self.order_holds[hold.order_id] = hold.id
        heapq.heappush(self._due, (hold.expires_ms, hold.id))

    def _start_hold(self, fact: r.HoldStarted) -> None:
        self._add_hold(Hold(fact.hold_id, fact.basket, fact.first_ms, fact.expires_ms))

    def _change_hold(self, fact: r.HoldChanged) -> None:
        hold = self.holds[fact.hold_id]
        if hold.order_id is not None:
            self.order_holds.pop(hold.order_id, None)
        hold.state, hold.first_ms, hold.rest_ms = fact.state, fact.first_ms, fact.rest_ms
        hold.extensions, hold.order_id, hold.buyer = fact.extensions, fact.order_id, fact.buyer
        hold.later, hold.guarded = fact.later, fact.guarded
        if hold.order_id is not None:
            self.order_holds[hold.order_id] = hold.id
        hold.expires_ms = fact.expires_ms
        heapq.heappush(self._due, (hold.expires_ms, hold.id))

    def _end_hold(self, fact: r.HoldOver) -> None:
        hold = self.holds.pop(fact.hold_id)
        self.basket_holds.pop(hold.basket, None)
        if hold.order_id is not None:
            self.order_holds.pop(hold.order_id, None)
        self.restore_over(
            OverHold(
                hold.id,
                hold.basket,
                fact.state,
                hold.expires_ms,
                tuple(hold.seats.items()),
                tuple((area, kind, count) for (area, kind), count in hold.areas.items()),
            )
        )
        while len(self.over) > OVER_HOLDS_LIMIT:
            _, oldest = self.over.popitem(last=False)
            if self.basket_over.get(oldest.basket) == oldest.id:
                del self.basket_over[oldest.basket]

    def _hold_seat(self, fact: r.SeatHeld) -> None:
        self._set(fact.seat, HELD, fact.hold_id)
        self.holds[fact.hold_id].seats[fact.seat] = fact.ticket_type

    def _retype_seat(self, fact: r.SeatRetyped) -> None:
        self.holds[fact.hold_id].seats[fact.seat] = fact.ticket_type

    def _free_seat(self, fact: r.SeatFreed) -> None:
        self._set(fact.seat, FREE, "")
        self.kept.pop(fact.seat, None)
        hold = self.holds.get(fact.owner)
        if hold is not None:
            hold.seats.pop(fact.seat, None)

    def _sell_seat(self, fact: r.SeatSold) -> None:
        self._set(fact.seat, SOLD, fact.ticket_id)

    def _give_seat(self, fact: r.SeatGiven) -> None:
        self._set(fact.seat, SOLD, fact.ticket_id)
        if fact.keeper:
            self.kept[fact.seat] = fact.keeper

    def _block_seat(self, fact: r.SeatBlocked) -> None:
        self._set(fact.seat, BLOCKED, "")

    def _keep_seat(self, fact: r.SeatKept) -> None:
        self._set(fact.seat, BLOCKED, "")
        self.kept[fact.seat] = fact.keeper
        hold = self.holds.get(fact.before or "")
        if hold is not None:
            hold.seats.pop(fact.seat, None)

    def _hold_area(self, fact: r.AreaHeld) -> None:
        areas = self.holds[fact.hold_id].areas
        key = (fact.area, fact.ticket_type)
        areas[key] = areas.get(key, 0) + fact.count
        if areas[key] == 0:
            del areas[key]
        self.area_taken[fact.area] += fact.count

    def _free_area(self, fact: r.AreaFreed) -> None:
        self.area_taken[fact.area] -= fact.count

    def _block_area(self, fact: r.AreaBlocked) -> None:
        key = (fact.area, fact.reason)
        self.area_blocks[key] = self.area_blocks.get(key, 0) + fact.count
        if self.area_blocks[key] == 0:
            del self.area_blocks[key]
        self.area_taken[fact.area] += fact.count

    def _issue_ticket(self, fact: r.TicketIssued) -> None:
        line = fact.line
        self._add_ticket(
            LiveTicket(
                fact.ticket.id,
                fact.order_id,
                line.id,
                fact.buyer,
                line.seat,
                line.area,
                line.ticket_type,
                line.category,
                line.cents,
            )
        )

    def _add_ticket(self, ticket: LiveTicket) -> None:
        self.tickets[ticket.id] = ticket
        self.order_tickets.setdefault(ticket.order_id, []).append(ticket.id)
        self.buyer_counts[ticket.buyer] = self.buyer_counts.get(ticket.buyer, 0) + 1

    def _void_ticket(self, fact: r.TicketVoided) -> None:
        ticket = self.tickets.pop(fact.ticket_id)
        self.order_tickets[ticket.order_id].remove(ticket.id)
        if not self.order_tickets[ticket.order_id]:
            del self.order_tickets[ticket.order_id]
        self.buyer_counts[ticket.buyer] -= 1
        if not self.buyer_counts[ticket.buyer]:
            del self.buyer_counts[ticket.buyer]

    def _move_ticket(self, fact: r.TicketMoved) -> None:
        self.tickets[fact.ticket_id].seat = fact.seat

    def _change_status(self, fact: r.StatusChanged) -> None:
        self.offer = replace(self.offer, status=fact.status)


_CHANGES: dict[type[r.Record], Callable[[EventInventory, Any], None]] = {
    r.HoldStarted: EventInventory._start_hold,
    r.HoldChanged: EventInventory._change_hold,
    r.HoldOver: EventInventory._end_hold,
    r.SeatHeld: EventInventory._hold_seat,
    r.SeatRetyped: EventInventory._retype_seat,
    r.SeatFreed: EventInventory._free_seat,
    r.SeatSold: EventInventory._sell_seat,
    r.SeatGiven: EventInventory._give_seat,
    r.SeatBlocked: EventInventory._block_seat,
    r.SeatKept: EventInventory._keep_seat,
    r.AreaHeld: EventInventory._hold_area,
    r.AreaFreed: EventInventory._free_area,
    r.AreaBlocked: EventInventory._block_area,
    r.TicketIssued: EventInventory._issue_ticket,
    r.TicketVoided: EventInventory._void_ticket,
    r.TicketMoved: EventInventory._move_ticket,
    r.StatusChanged: EventInventory._change_status,
}
