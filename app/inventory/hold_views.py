"""A hold as its owner sees it, before and after records that are about to become true."""

from __future__ import annotations

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.state import EventInventory, Hold
from app.inventory.views import HeldArea, HeldSeat, HoldView


def view(state: EventInventory, hold: Hold, fact: r.HoldChanged | None = None) -> HoldView:
    """The hold as its owner sees it, after `fact` if one is about to become true."""
    seats, areas = dict(hold.seats), dict(hold.areas)
    return _draw(
        state,
        hold.id,
        hold.basket,
        seats,
        areas,
        hold.expires_ms if fact is None else fact.expires_ms,
        hold.extensions if fact is None else fact.extensions,
        hold.state if fact is None else fact.state,
        hold.order_id if fact is None else fact.order_id,
    )


def view_after(
    state: EventInventory,
    hold: Hold | None,
    command: c.HoldSeats | c.HoldBest | c.HoldKept | c.KeepOffer,
    facts: tuple[r.Record, ...],
    together: bool | None = None,
) -> HoldView:
    """The basket's hold after `facts`, which may start it."""
    if hold is None:
        started = facts[0]
        assert isinstance(started, r.HoldStarted)
        hold = Hold(command.hold_id, command.basket, started.first_ms, started.expires_ms)
    return view_of(state, hold, facts, together)


def view_of(
    state: EventInventory, hold: Hold, facts: tuple[r.Record, ...], together: bool | None = None
) -> HoldView:
    """The hold after `facts` about its places."""
    seats, areas = dict(hold.seats), dict(hold.areas)
    for fact in facts:
        if isinstance(fact, r.SeatHeld | r.SeatRetyped):
            seats[fact.seat] = fact.ticket_type
        elif isinstance(fact, r.SeatFreed | r.SeatKept):
            seats.pop(fact.seat, None)
        elif isinstance(fact, r.AreaHeld):
            key = (fact.area, fact.ticket_type)
            areas[key] = areas.get(key, 0) + fact.count
    return _draw(
        state, hold.id, hold.basket, seats, areas, hold.expires_ms, hold.extensions, hold.state,
        hold.order_id, together,
    )  # fmt: skip


def _draw(
    state: EventInventory,
    hold_id: str,
    basket: str,
    seats: dict[str, str],
    areas: dict[tuple[str, str], int],
    expires_ms: int,
    extensions: int,
    hold_state: str,
    order_id: str | None,
    together: bool | None = None,
) -> HoldView:
    offer = state.offer
    held = []
    for seat, kind in seats.items():
        category = offer.seats[offer.seat_index[seat]].category
        held.append(HeldSeat(seat, kind, category, offer.prices[category, kind]))
    standing = []
    for (area, kind), count in areas.items():
        if count:
            category = offer.areas[area].category
            standing.append(HeldArea(area, kind, category, count, offer.prices[category, kind]))
    total = sum(seat.cents for seat in held) + sum(area.cents * area.count for area in standing)
    return HoldView(
        id=hold_id,
        basket=basket,
        event_id=offer.event_id,
        seats=tuple(held),
        areas=tuple(standing),
        expires_ms=expires_ms,
        extensions_left=max(0, offer.limits.extensions - extensions),
        total_cents=total,
        currency=offer.currency,
        state=hold_state,
        order_id=order_id,
        together=together,
    )
