"""Rules of the house: cancel, move, block, publish, redraw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.holding import taken_refusal
from app.inventory.kept import given_back, is_keeper, moved_keeper, to_be_seen
from app.inventory.outcome import Decision, Moment
from app.inventory.state import BLOCKED, FREE, EventInventory
from app.inventory.views import Changed
from app.refusals import Invalid, NotFound, Refusal, UnknownPlace


class KeptByBallot(Refusal):
    """Seats of a ballot come back on sale by the ballot only."""

    code, status = "kept_by_ballot", 409
    happened = "A ballot keeps at least one of these seats."
    safe = "Nothing was changed."
    next_step = "End the ballot: then seats that nobody has a right to are on sale again."


class SeatsInTheWay(Refusal):
    """The new plan lacks seats that are held, sold or blocked."""

    code, status = "seats_in_the_way", 409
    happened = "The new plan lacks seats that are held, sold or blocked."
    safe = "The old plan stays."
    next_step = "Give the new plan these seats, or move their tickets first."


def cancel_tickets(
    state: EventInventory, command: c.CancelTickets, moment: Moment
) -> Decision[Changed]:
    """Void tickets of one order and free their places."""
    own = set(state.order_tickets.get(command.order_id, ()))
    ids = [ticket_id for ticket_id in dict.fromkeys(command.ticket_ids) if ticket_id in own]
    facts: list[r.Record] = []
    back: list[str] = []
    for ticket_id in ids:
        ticket = state.tickets[ticket_id]
        facts.append(r.TicketVoided(ticket_id, command.at_ms))
        if ticket.seat is not None:
            facts.append(given_back(state, ticket.seat, ticket_id, moment.wall_ms))
            back.append(ticket.seat)
        elif ticket.area is not None:
            facts.append(r.AreaFreed(ticket.area, 1))
    if ids:
        facts.extend(to_be_seen(state, back, f"returned:{ids[0]}"))
        words = {"tickets": ids, "reason": command.reason}
        facts.append(r.Journalled("tickets.cancelled", command.by, command.order_id, words))
        facts.extend(_refund(command, ids, sum(state.tickets[one].cents for one in ids)))
    return Decision(Changed(len(ids)), tuple(facts))


def _refund(command: c.CancelTickets, ids: list[str], worth_cents: int) -> Iterator[r.Record]:
    """What was paid for the tickets goes back, as far as it has not gone back already."""
    wanted = command.refund
    if wanted is None:
        return
    cents = min(worth_cents, wanted.most_cents)
    payload = {"order": command.order_id, "refund": wanted.refund_id}
    if cents > 0:
        yield r.RefundRequested(
            wanted.refund_id,
            wanted.payment_id,
            command.order_id,
            tuple(ids),
            cents,
            command.reason,
            command.at_ms,
        )
        yield r.EffectDue("refund.submit", f"refund.submit:{wanted.refund_id}", payload)
    yield r.EffectDue("mail.money_back", f"mail.money_back:{wanted.refund_id}", payload)


def move_ticket(state: EventInventory, command: c.MoveTicket, moment: Moment) -> Decision[Changed]:
    """Another free seat for a ticket; its code changes with it."""
    ticket = state.tickets.get(command.ticket_id)
    if ticket is None:
        raise NotFound
    if ticket.seat is None or command.seat not in state.offer.seat_index:
        raise UnknownPlace
    if ticket.seat == command.seat:
        return Decision(Changed(0))
    if state.seat_letter(command.seat) != FREE:
        raise taken_refusal(state.offer, state.letters, [command.seat], [])
    words = {"ticket": ticket.id, "from": ticket.seat, "to": command.seat}
    keeper = moved_keeper(state, ticket.seat, command.seat)
    facts = (
        r.SeatFreed(ticket.seat, ticket.id),
        r.SeatGiven(command.seat, ticket.id, ticket.ticket_type, keeper),
        r.TicketMoved(ticket.id, command.seat),
        r.EffectDue(
            "mail.order_moved",
            f"mail.order_moved:{ticket.id}:{command.at_ms}",
            {"order": ticket.order_id, "ticket": ticket.id, "from": ticket.seat},
        ),
        r.Journalled("ticket.moved", command.by, ticket.order_id, words),
    )
    return Decision(Changed(1), facts)


def block_places(
    state: EventInventory, command: c.BlockPlaces, moment: Moment
) -> Decision[Changed]:
    """Take free places off sale, all or none; blocked ones may be named again."""
    if not command.reason.strip():
        raise Invalid({"reason": "Say why these places are blocked."})
    if is_keeper(command.reason):
        raise Invalid({"reason": "Say it in other words: this is how ballots mark their seats."})
    seats = list(dict.fromkeys(command.seats))
    unknown = [seat for seat in seats if seat not in state.offer.seat_index]
    if unknown:
        raise UnknownPlace(seats=unknown)
    taken = [seat for seat in seats if state.seat_letter(seat) not in (FREE, BLOCKED)]
    counts = _counts(state, command.areas)
    full = [area for area, count in counts.items() if count > state.area_free(area)]
    if taken or full:
        raise taken_refusal(state.offer, state.letters, taken, full)
    facts: list[r.Record] = [
        r.SeatBlocked(seat, command.reason) for seat in seats if state.seat_letter(seat) == FREE
    ]
    facts += [r.AreaBlocked(area, command.reason, count) for area, count in counts.items()]
    count = len(facts)
    if facts:
        words = {"seats": seats, "reason": command.reason}
        facts.append(r.Journalled("places.blocked", command.by, None, words))
    return Decision(Changed(count), tuple(facts))


def unblock_places(
    state: EventInventory, command: c.UnblockPlaces, moment: Moment
) -> Decision[Changed]:
    """Put blocked places back on sale."""
    if any(seat in state.kept and state.seat_letter(seat) == BLOCKED for seat in command.seats):
        raise KeptByBallot
    facts: list[r.Record] = list(_unblocking(state, command))
    count = len(facts)
    if facts:
        words = {"seats": list(command.seats), "reason": command.reason}
        facts.append(r.Journalled("places.unblocked", command.by, None, words))
    return Decision(Changed(count), tuple(facts))


def change_status(
    state: EventInventory, command: c.ChangeStatus, moment: Moment
) -> Decision[Changed]:
    """Publish, pause or cancel; a cancelled event stays cancelled."""
    was = state.offer.status
    if was == command.status:
        return Decision(Changed(0))
    if was == "cancelled":
        raise Invalid({"status": "A cancelled event cannot come back. Make a new one."})
    words = {"from": was, "to": command.status, "words": command.words}
    facts: list[r.Record] = [
        r.StatusChanged(command.status, command.words, command.at_ms),
        r.Journalled(f"event.{command.status}", command.by, None, words),
    ]
    if command.status == "cancelled":
        event_id = state.offer.event_id
        kind = "letters.event_cancelled"
        facts.append(r.EffectDue(kind, f"{kind}:{event_id}", {"event": event_id}))
        facts.extend(to_be_seen(state, state.kept, f"cancelled:{event_id}"))
    elif command.status == "paused":  # the time of a ballot's winners stands still
        facts.extend(to_be_seen(state, state.kept, f"paused:{command.at_ms}"))
    return Decision(Changed(1), tuple(facts))


def replace_plan(
    state: EventInventory, command: c.ReplacePlan, moment: Moment
) -> Decision[Changed]:
    """Another drawing, if every seat that is not free is in it too."""
    missing = [
        seat.id
        for seat in state.offer.seats
        if state.letters[seat.index] != FREE and seat.id not in command.seat_ids
    ]
    if missing:
        raise SeatsInTheWay(seats=missing)
    words = {"plan": command.plan_id}
    facts = (
        r.PlanReplaced(command.plan_id),
        r.Journalled("plan.replaced", command.by, None, words),
    )
    return Decision(Changed(len(command.seat_ids)), facts)


def _counts(state: EventInventory, choices: Iterable[c.AreaChoice]) -> dict[str, int]:
    """How many of each area, however often it is named."""
    counts: dict[str, int] = {}
    for choice in choices:
        if choice.area not in state.offer.areas or choice.count < 1:
            raise UnknownPlace(areas=[choice.area])
        counts[choice.area] = counts.get(choice.area, 0) + choice.count
    return counts


def _unblocking(state: EventInventory, command: c.UnblockPlaces) -> Iterator[r.Record]:
    for seat in dict.fromkeys(command.seats):
        if seat not in state.offer.seat_index:
            raise UnknownPlace(seats=[seat])
        if state.seat_letter(seat) == BLOCKED:
            yield r.SeatFreed(seat, "")
    for area, wanted in _counts(state, command.areas).items():
        count = min(wanted, state.area_blocks.get((area, command.reason), 0))
        if count > 0:
            yield r.AreaBlocked(area, command.reason, -count)
