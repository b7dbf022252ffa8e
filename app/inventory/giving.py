"""Rules of giving: free tickets for the best free places, in one step."""

from __future__ import annotations

from collections.abc import Iterator

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.best_available import best_available
from app.inventory.outcome import Decision, Moment
from app.inventory.selling import already_sold, own_basket, selling, sold_of
from app.inventory.state import EventInventory, Hold
from app.inventory.views import LineView, Sold
from app.refusals import Invalid, NotOnSale, PlacesTaken


def give_places(state: EventInventory, command: c.GivePlaces, moment: Moment) -> Decision[Sold]:
    """The best free seats that there are, together if they can be; else places of one area."""
    order = command.order
    if order.id in state.order_tickets:
        return Decision(already_sold(state, order.id))
    if not command.tickets:
        raise Invalid({"tickets": "Give at least one ticket."})
    if state.offer.status != "published":
        raise NotOnSale
    lines = tuple(_lines(state, order.id, len(command.tickets)))
    hold = Hold(command.hold_id, own_basket(order.id), moment.house_ms, moment.house_ms)
    facts = (
        r.HoldStarted(hold.id, hold.basket, hold.first_ms, hold.expires_ms),
        *_holding(hold, lines),
        r.OrderPlaced(order, hold.basket, 0, state.offer.currency, order.id),
        r.LinesWritten(order.id, lines),
        *selling(hold, lines, command.tickets, order.id, order.buyer, command.key_id, order.at_ms),
        r.EffectDue("mail.order_paid", f"mail.order_paid:{order.id}", {"order": order.id}),
        r.Journalled("order.given", command.by, order.id, {"tickets": len(lines)}),
    )
    return Decision(sold_of(state, order.id, lines, command.tickets), facts)


def _lines(state: EventInventory, order_id: str, count: int) -> Iterator[LineView]:
    """A line for each place, at no price."""
    for at, (seat, area, category) in enumerate(_places(state, count), start=1):
        event_id, kind = state.offer.event_id, state.offer.default_type(category) or ""
        yield LineView(f"{order_id}-{event_id}-{at}", event_id, seat, area, kind, category, 0)


def _places(state: EventInventory, count: int) -> list[tuple[str | None, str | None, str]]:
    """Seat or area of each place, with its price category; raises `PlacesTaken`."""
    offer = state.offer
    found = best_available(state.house, state.letters, count) if offer.seats else None
    if found is not None:
        seats = [offer.seats[offer.seat_index[seat]] for seat in found.seats]
        if all(offer.default_type(seat.category) for seat in seats):
            return [(seat.id, None, seat.category) for seat in seats]
    for key, area in offer.areas.items():
        if state.area_free(key) >= count and offer.default_type(area.category):
            return [(None, key, area.category)] * count
    raise PlacesTaken(
        "There are not that many places left.",
        safe="None was given.",
        next_step="Look again when places come back.",
        seats=[],
        areas=[],
    )


def _holding(hold: Hold, lines: tuple[LineView, ...]) -> Iterator[r.Record]:
    for line in lines:
        if line.seat is not None:
            yield r.SeatHeld(line.seat, hold.id, line.ticket_type)
        elif line.area is not None:
            yield r.AreaHeld(line.area, hold.id, line.ticket_type, 1)
