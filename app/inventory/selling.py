"""Rules of paying: freeze, carry on, freeze again, sell."""

from __future__ import annotations

from collections.abc import Iterator

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.hold_views import view
from app.inventory.holding import changed, ending, refusal_of_over, taken_refusal
from app.inventory.kept import to_be_seen
from app.inventory.outcome import Decision, Moment
from app.inventory.state import FREE, LIVE, PAYING, EventInventory, Hold
from app.inventory.views import Changed, Frozen, HoldView, LineView, Sold
from app.refusals import (
    BasketEmpty,
    HoldEnded,
    LimitReached,
    NotOnSale,
    PaymentNotPossible,
    PaymentRunning,
)


def start_payment(
    state: EventInventory, command: c.StartPayment, moment: Moment
) -> Decision[Frozen]:
    """Keep the places until the payment's own deadline and write the order's lines."""
    frozen = _frozen_hold(state, command.order_id)
    if frozen is not None:
        if frozen.basket != command.basket:
            raise PaymentRunning
        return _move_deadline(state, frozen, command, moment)
    hold = _payable_hold(state, command.basket, command.buyer, command.expected_cents)
    if command.later:
        _refuse_later(state, hold, command.buyer, command.later)
    fact = changed(
        hold,
        state=PAYING,
        rest_ms=max(0, hold.expires_ms - moment.house_ms),
        expires_ms=command.deadline_ms,
        order_id=command.order_id,
        buyer=command.buyer,
        later=command.later,
        guarded=command.guarded,
    )
    lines = tuple(_lines(view(state, hold), command.order_id))
    return Decision(
        Frozen(command.order_id, state.offer.event_id, lines, command.deadline_ms),
        (fact, r.LinesWritten(command.order_id, lines)),
    )


def move_deadline(
    state: EventInventory, command: c.MoveDeadline, moment: Moment
) -> Decision[Changed]:
    """Another end for an order's frozen places; repeating it changes nothing more."""
    hold = _frozen_hold(state, command.order_id)
    if hold is None:
        raise _gone(state, command.basket)
    fact = changed(hold, expires_ms=command.deadline_ms)
    return Decision(Changed(hold.place_count), (fact,))


def end_payment(state: EventInventory, command: c.EndPayment, moment: Moment) -> Decision[None]:
    """Let the hold run on, or free it at once; nothing when it is not frozen for this order."""
    hold = _frozen_hold(state, command.order_id)
    if hold is None:
        return Decision(None)
    if command.release or hold.basket == own_basket(command.order_id):
        return Decision(None, tuple(ending(state, hold, "released")))
    limits = state.offer.limits
    now = moment.house_ms
    again = min(now + limits.refused_card_ms, hold.first_ms + limits.hold_life_ms)
    fact = changed(
        hold,
        state=LIVE,
        expires_ms=max(now + hold.rest_ms, again),
        rest_ms=0,
        order_id=None,
        buyer=None,
        later="",
        guarded=False,
    )
    return Decision(None, (fact,))


def own_basket(order_id: str) -> str:
    """The basket of places kept again for an order: its buyer's may hold others by now."""
    return f"order:{order_id}"


def refreeze(state: EventInventory, command: c.Refreeze, moment: Moment) -> Decision[Frozen]:
    """Keep an order's places until it is settled: frozen ones, its basket's own, or free ones."""
    outcome = Frozen(command.order_id, state.offer.event_id, command.lines, command.deadline_ms)
    if not command.lines:
        raise HoldEnded
    if command.order_id in state.order_tickets:
        return Decision(outcome)
    if state.offer.status == "cancelled":
        raise NotOnSale
    hold = _frozen_hold(state, command.order_id) or _same_places(state, command)
    if hold is not None:
        rest_ms = hold.expires_ms - moment.house_ms if hold.state == LIVE else hold.rest_ms
        fact = changed(
            hold,
            state=PAYING,
            rest_ms=max(0, rest_ms),
            order_id=command.order_id,
            buyer=command.buyer,
            expires_ms=max(hold.expires_ms, command.deadline_ms),
            later="",
            guarded=True,
        )
        return Decision(outcome, (fact,))
    return Decision(outcome, tuple(_taking_again(state, command, moment)))


def sell(state: EventInventory, command: c.Sell, moment: Moment) -> Decision[Sold]:
    """The frozen hold becomes tickets; an order already sold here answers the same again."""
    if command.order_id in state.order_tickets:
        return Decision(_already_sold(state, command.order_id))
    hold = _frozen_hold(state, command.order_id)
    if hold is None or not _is_for(hold, command.lines):
        raise HoldEnded
    if len(command.tickets) != len(command.lines):
        raise ValueError(f"{len(command.lines)} lines and {len(command.tickets)} tickets")
    buyer = hold.buyer or ""
    facts = (
        *_selling(
            hold,
            command.lines,
            command.tickets,
            command.order_id,
            buyer,
            command.key_id,
            command.at_ms,
        ),
        *to_be_seen(state, hold.seats, f"{hold.id}:sold"),
        r.EventSold(command.order_id, command.at_ms),
    )
    return Decision(_sold(state, command.order_id, command.lines, command.tickets), facts)


def buy_now(state: EventInventory, command: c.BuyNow, moment: Moment) -> Decision[Sold]:
    """Order, payment, tickets and letter in one transaction."""
    order = command.order
    if order.id in state.order_tickets:
        return Decision(_already_sold(state, order.id))
    hold = _payable_hold(state, command.basket, order.buyer, command.expected_cents)
    held = view(state, hold)
    lines = tuple(_lines(held, order.id))
    if len(command.tickets) < len(lines):
        raise LimitReached("The basket changed while it was being paid for.")
    facts = (
        r.OrderPlaced(
            order, command.basket, held.total_cents, held.currency, command.payment_reference
        ),
        r.LinesWritten(order.id, lines),
        *_selling(hold, lines, command.tickets, order.id, order.buyer, command.key_id, order.at_ms),
        *to_be_seen(state, hold.seats, f"{hold.id}:sold"),
        r.EffectDue("mail.order_paid", f"mail.order_paid:{order.id}", {"order": order.id}),
        r.Journalled("order.paid", "buyer", order.id, {"cents": held.total_cents}),
    )
    return Decision(_sold(state, order.id, lines, command.tickets), facts)


def _frozen_hold(state: EventInventory, order_id: str) -> Hold | None:
    hold_id = state.order_holds.get(order_id)
    return None if hold_id is None else state.holds[hold_id]


def _payable_hold(state: EventInventory, basket: str, buyer: str, expected_cents: int) -> Hold:
    hold = state.hold_of(basket)
    if hold is None:
        raise _gone(state, basket)
    if hold.state == PAYING:
        raise PaymentRunning
    if state.offer.status != "published":
        raise NotOnSale
    if view(state, hold).total_cents != expected_cents:
        raise BasketEmpty(
            "Your basket changed meanwhile.", next_step="Look at it again before you pay."
        )
    limit = state.offer.limits.buyer
    if state.buyer_count(buyer) + hold.place_count > limit:
        raise LimitReached(f"One person can buy at most {limit} places at this event.", limit=limit)
    return hold


def _gone(state: EventInventory, basket: str) -> Exception:
    over = state.basket_over.get(basket)
    return BasketEmpty() if over is None else refusal_of_over(state, over, basket)


def _refuse_later(state: EventInventory, hold: Hold, buyer: str, way: str) -> None:
    quota = state.offer.limits.later_quotas.get(way, 0)
    if state.later_count(way) + hold.place_count > quota:
        raise PaymentNotPossible("No more places can be kept for paying later.")
    if any(
        state.holds[other].later and state.holds[other].buyer == buyer
        for other in state.order_holds.values()
    ):
        raise PaymentNotPossible(
            "There is already an order waiting for this address.",
            next_step="Finish that one first, or pay by card.",
        )


def _move_deadline(
    state: EventInventory, hold: Hold, command: c.StartPayment, moment: Moment
) -> Decision[Frozen]:
    fact = changed(hold, expires_ms=command.deadline_ms, guarded=command.guarded)
    return Decision(_frozen(state, hold, command.order_id, fact.expires_ms), (fact,))


def _frozen(state: EventInventory, hold: Hold, order_id: str, deadline_ms: int) -> Frozen:
    lines = tuple(_lines(view(state, hold), order_id))
    return Frozen(order_id, state.offer.event_id, lines, deadline_ms)


def _lines(held: HoldView, order_id: str) -> Iterator[LineView]:
    def line_id(n: int) -> str:
        return f"{order_id}-{held.event_id}-{n}"

    n = 0
    for seat in held.seats:
        n += 1
        yield LineView(
            line_id(n), held.event_id, seat.seat, None, seat.ticket_type, seat.category, seat.cents
        )
    for area in held.areas:
        for _ in range(area.count):
            n += 1
            yield LineView(
                line_id(n), held.event_id, None, area.area, area.ticket_type, area.category,
                area.cents,
            )  # fmt: skip


def _taking_again(state: EventInventory, command: c.Refreeze, moment: Moment) -> Iterator[r.Record]:
    taken = [
        line.seat
        for line in command.lines
        if line.seat is not None and not _is_free(state, line.seat)
    ]
    asked: dict[tuple[str, str], int] = {}
    for line in command.lines:
        if line.area is not None:
            key = (line.area, line.ticket_type)
            asked[key] = asked.get(key, 0) + 1
    full = [
        area
        for area in dict.fromkeys(area for area, _ in asked)
        if area not in state.offer.areas
        or sum(n for (key, _), n in asked.items() if key == area) > state.area_free(area)
    ]
    if taken or full:
        raise taken_refusal(state.offer, state.letters, taken, full)
    basket = own_basket(command.order_id)
    if basket in state.basket_holds:
        raise PaymentRunning
    yield r.HoldStarted(command.hold_id, basket, moment.house_ms, command.deadline_ms)
    for line in command.lines:
        if line.seat is not None:
            yield r.SeatHeld(line.seat, command.hold_id, line.ticket_type)
    for (area, kind), count in asked.items():
        yield r.AreaHeld(area, command.hold_id, kind, count)
    fresh = Hold(command.hold_id, basket, moment.house_ms, command.deadline_ms)
    yield changed(fresh, state=PAYING, order_id=command.order_id, buyer=command.buyer, guarded=True)


def _same_places(state: EventInventory, command: c.Refreeze) -> Hold | None:
    """The basket's live hold if it is exactly what the order is for (a refused card, say)."""
    hold = state.hold_of(command.basket)
    if hold is None or hold.state != LIVE:
        return None
    return hold if _is_for(hold, command.lines) else None


def _is_for(hold: Hold, lines: tuple[LineView, ...]) -> bool:
    """Whether a hold keeps exactly the places of these lines."""
    seats = {line.seat: line.ticket_type for line in lines if line.seat is not None}
    areas: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.area is not None:
            key = (line.area, line.ticket_type)
            areas[key] = areas.get(key, 0) + 1
    return hold.seats == seats and hold.areas == areas


def _is_free(state: EventInventory, seat: str) -> bool:
    """Whether a seat is free; one that the plan has lost is not."""
    return seat in state.offer.seat_index and state.seat_letter(seat) == FREE


def _selling(
    hold: Hold,
    lines: tuple[LineView, ...],
    tickets: tuple[c.NewTicket, ...],
    order_id: str,
    buyer: str,
    key_id: int,
    at_ms: int,
) -> Iterator[r.Record]:
    yield r.HoldOver(hold.id, "sold")
    for line, ticket in zip(lines, tickets, strict=False):
        if line.seat is not None:
            yield r.SeatSold(line.seat, hold.id, ticket.id, line.ticket_type)
        yield r.TicketIssued(ticket, line, order_id, buyer, key_id, at_ms)


def _sold(
    state: EventInventory,
    order_id: str,
    lines: tuple[LineView, ...],
    tickets: tuple[c.NewTicket, ...],
) -> Sold:
    ids = tuple(ticket.id for ticket in tickets[: len(lines)])
    return Sold(order_id, state.offer.event_id, lines, ids)


def _already_sold(state: EventInventory, order_id: str) -> Sold:
    tickets = sorted(
        (state.tickets[ticket_id] for ticket_id in state.order_tickets[order_id]),
        key=lambda ticket: int(ticket.line_id.rpartition("-")[2]),
    )
    lines = tuple(
        LineView(
            t.line_id, state.offer.event_id, t.seat, t.area, t.ticket_type, t.category, t.cents
        )
        for t in tickets
    )
    return Sold(order_id, state.offer.event_id, lines, tuple(t.id for t in tickets))
