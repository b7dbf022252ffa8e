"""Rules of holding: choose, change, extend, give back, expire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.best_available import best_available, lone_seats, nearest_free
from app.inventory.hold_views import view, view_after, view_of
from app.inventory.kept import freed, to_be_seen
from app.inventory.offer import Offer
from app.inventory.outcome import Decision, Moment
from app.inventory.state import BLOCKED, FREE, LIVE, PAYING, EventInventory, Hold
from app.inventory.views import Changed, HoldView
from app.refusals import (
    HoldEnded,
    HoldExpired,
    LimitReached,
    LoneSeat,
    NoExtensionLeft,
    NotFound,
    NotOnSale,
    PaymentRunning,
    PlacesTaken,
    Refusal,
    UnknownPlace,
)


def hold_seats(state: EventInventory, command: c.HoldSeats, moment: Moment) -> Decision[HoldView]:
    """Everything asked for, added to what the basket holds; or a refusal and nothing."""
    hold = open_hold(state, command.basket, moment)
    wanted = _wanted_seats(state, hold, command.seats)
    areas = _wanted_areas(state, hold, command.areas)
    _refuse_taken(state, hold, wanted, areas)
    new_seats = {
        seat: kind for seat, kind in wanted.items() if hold is None or seat not in hold.seats
    }
    refuse_over_limit(state, hold, len(new_seats) + sum(areas.values()))
    _refuse_lone(state, tuple(new_seats))
    facts = tuple(_holding(state, hold, command.basket, command.hold_id, wanted, areas, moment))
    return Decision(view_after(state, hold, command, facts), facts)


def hold_best(state: EventInventory, command: c.HoldBest, moment: Moment) -> Decision[HoldView]:
    """The best free seats for this many people; says whether they are together."""
    hold = open_hold(state, command.basket, moment)
    if command.count < 1:
        raise UnknownPlace("Ask for at least one seat.")
    refuse_over_limit(state, hold, command.count)
    if command.category is not None and command.category not in {
        k.key for k in state.offer.categories
    }:
        raise UnknownPlace("There is no such price here.")
    found = best_available(
        state.house,
        state.letters,
        command.count,
        category=command.category,
        step_free=command.step_free,
    )
    if found is None:
        raise PlacesTaken(
            "There are not that many seats left to choose from.",
            next_step="Ask for fewer, or for another price.",
            seats=[],
            areas=[],
        )
    _refuse_lone(state, found.seats)
    choices = tuple(c.SeatChoice(seat, command.ticket_type) for seat in found.seats)
    wanted = _wanted_seats(state, hold, choices)
    facts = tuple(_holding(state, hold, command.basket, command.hold_id, wanted, {}, moment))
    return Decision(view_after(state, hold, command, facts, found.together), facts)


def show_hold(state: EventInventory, command: c.ShowHold, moment: Moment) -> Decision[HoldView]:
    """The hold, if it is this basket's and still there."""
    return Decision(view(state, _own_hold(state, command.hold_id, command.basket)))


def show_basket(
    state: EventInventory, command: c.ShowBasket, moment: Moment
) -> Decision[HoldView | None]:
    """What a basket holds here."""
    hold = state.hold_of(command.basket)
    return Decision(None if hold is None else view(state, hold))


def extend_hold(state: EventInventory, command: c.ExtendHold, moment: Moment) -> Decision[HoldView]:
    """More time, a limited number of times and never beyond the hold's longest life."""
    hold = _live_hold(state, command.hold_id, command.basket)
    limits = state.offer.limits
    last = hold.first_ms + limits.hold_life_ms
    expires_ms = min(hold.expires_ms + limits.extension_ms, last)
    if hold.extensions >= limits.extensions or expires_ms <= hold.expires_ms:
        raise NoExtensionLeft
    fact = changed(hold, expires_ms=expires_ms, extensions=hold.extensions + 1)
    return Decision(view(state, hold, fact), (fact,))


def change_ticket_type(
    state: EventInventory, command: c.ChangeTicketType, moment: Moment
) -> Decision[HoldView]:
    """Another kind of person for a held place, at its price."""
    hold = _live_hold(state, command.hold_id, command.basket)
    facts: tuple[r.Record, ...]
    if command.seat is not None:
        if command.seat not in hold.seats:
            raise UnknownPlace("You do not hold that seat.")
        _typed(
            state,
            state.offer.seats[state.offer.seat_index[command.seat]].category,
            command.ticket_type,
        )
        facts = (r.SeatRetyped(command.seat, hold.id, command.ticket_type),)
    else:
        area, was = command.area or "", command.from_type or ""
        if command.count < 1 or hold.areas.get((area, was), 0) < command.count:
            raise UnknownPlace("You do not hold that many places there.")
        _typed(state, state.offer.areas[area].category, command.ticket_type)
        facts = (
            r.AreaHeld(area, hold.id, was, -command.count),
            r.AreaHeld(area, hold.id, command.ticket_type, command.count),
        )
    return Decision(view_of(state, hold, facts), facts)


def release_places(
    state: EventInventory, command: c.ReleasePlaces, moment: Moment
) -> Decision[HoldView | None]:
    """Some places back; those that are not held are passed over."""
    hold = _live_hold(state, command.hold_id, command.basket)
    given = [seat for seat in dict.fromkeys(command.seats) if seat in hold.seats]
    facts: list[r.Record] = [freed(state, seat, hold.id) for seat in given]
    facts.extend(to_be_seen(state, given, f"{hold.id}:{moment.house_ms}"))
    for (area, kind), count in _given_back(state, command.areas).items():
        count = min(count, hold.areas.get((area, kind), 0))
        if count > 0:
            facts.append(r.AreaHeld(area, hold.id, kind, -count))
    seats_left = len(hold.seats) - len(given)
    areas_left = sum(hold.areas.values()) + sum(
        fact.count for fact in facts if isinstance(fact, r.AreaHeld)
    )
    if seats_left + areas_left == 0:
        return Decision(None, tuple(ending(state, hold, "released")))
    return Decision(view_of(state, hold, tuple(facts)), tuple(facts))


def release_hold(state: EventInventory, command: c.ReleaseHold, moment: Moment) -> Decision[None]:
    """All places back; a hold that is over already stays so."""
    over = state.over.get(command.hold_id)
    if over is not None and over.basket == command.basket and over.state != "sold":
        return Decision(None)
    hold = _live_hold(state, command.hold_id, command.basket)
    return Decision(None, tuple(ending(state, hold, "released")))


def keep_offer(
    state: EventInventory, command: c.KeepOffer, moment: Moment
) -> Decision[HoldView | None]:
    """The nearest free places to those an order lost, kept for its buyer for a while."""
    kept_before = state.hold_of(command.basket)
    if kept_before is not None:
        return Decision(view(state, kept_before))
    if state.offer.status != "published":
        return Decision(None)
    choices: list[c.SeatChoice] = []
    for line in command.lines:
        if line.seat is None:
            continue
        kept = {choice.seat for choice in choices}
        near = nearest_free(state.house, state.letters, line.seat, kept)
        if near is not None:
            choices.append(c.SeatChoice(near, line.ticket_type))
    areas: dict[tuple[str, str], int] = {}
    for line in command.lines:
        if line.area is not None and state.area_free(line.area) > sum(
            count for (area, _), count in areas.items() if area == line.area
        ):
            key = (line.area, line.ticket_type)
            areas[key] = areas.get(key, 0) + 1
    if not choices and not areas:
        return Decision(None)
    expires_ms = moment.house_ms + command.seconds * 1000
    facts: tuple[r.Record, ...] = (
        r.HoldStarted(command.hold_id, command.basket, moment.house_ms, expires_ms),
        *(
            r.SeatHeld(seat, command.hold_id, kind)
            for seat, kind in _wanted_seats(state, None, tuple(choices)).items()
        ),
        *(r.AreaHeld(area, command.hold_id, kind, n) for (area, kind), n in areas.items()),
    )
    return Decision(view_after(state, None, command, facts), facts)


def expire(state: EventInventory, command: c.Expire, moment: Moment) -> Decision[Changed]:
    """End every hold whose time has come."""
    due = state.due_holds(moment.house_ms)
    facts: list[r.Record] = []
    for hold in due:
        facts.extend(ending(state, hold, "expired"))
    return Decision(Changed(len(due)), tuple(facts))


def ending(state: EventInventory, hold: Hold, how: str) -> Iterator[r.Record]:
    """End a hold and free what it kept; a ballot's seats are kept for their entry again."""
    yield r.HoldOver(hold.id, how)
    for seat in hold.seats:
        yield freed(state, seat, hold.id)
    yield from to_be_seen(state, hold.seats, f"{hold.id}:{how}")
    for (area, _), count in hold.areas.items():
        yield r.AreaFreed(area, count)
    if hold.order_id is not None and how == "expired":
        yield r.OrderLapsed(hold.order_id)


def open_hold(state: EventInventory, basket: str, moment: Moment) -> Hold | None:
    """The basket's hold if places can be added to it now; None when it would be the first."""
    hold = state.hold_of(basket)
    if hold is not None and hold.state == PAYING:
        raise PaymentRunning
    if not state.offer.sells_at(moment.wall_ms):
        raise NotOnSale
    return hold


def changed(hold: Hold, **new: object) -> r.HoldChanged:
    """The record of a hold with some of its facts replaced."""
    facts: dict[str, object] = {
        "hold_id": hold.id,
        "state": hold.state,
        "first_ms": hold.first_ms,
        "expires_ms": hold.expires_ms,
        "rest_ms": hold.rest_ms,
        "extensions": hold.extensions,
        "order_id": hold.order_id,
        "buyer": hold.buyer,
        "later": hold.later,
        "guarded": hold.guarded,
    }
    return r.HoldChanged(**(facts | new))  # type: ignore[arg-type]


def refusal_of_over(state: EventInventory, hold_id: str, basket: str) -> Refusal:
    """Why a hold is not there: expired, given back or sold; or never this basket's."""
    over = state.over.get(hold_id)
    if over is None or over.basket != basket:
        return NotFound()
    return HoldExpired() if over.state == "expired" else HoldEnded()


def _own_hold(state: EventInventory, hold_id: str, basket: str) -> Hold:
    hold = state.holds.get(hold_id)
    if hold is None:
        raise refusal_of_over(state, hold_id, basket)
    if hold.basket != basket:
        raise NotFound
    return hold


def _live_hold(state: EventInventory, hold_id: str, basket: str) -> Hold:
    hold = _own_hold(state, hold_id, basket)
    if hold.state != LIVE:
        raise PaymentRunning
    return hold


def _wanted_seats(
    state: EventInventory, hold: Hold | None, choices: Iterable[c.SeatChoice]
) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for choice in choices:
        index = state.offer.seat_index.get(choice.seat)
        if index is None:
            raise UnknownPlace(seats=[choice.seat])
        category = state.offer.seats[index].category
        kept = hold.seats.get(choice.seat) if hold is not None else None
        kind = choice.ticket_type or kept or default_type(state, category)
        wanted[choice.seat] = _typed(state, category, kind)
    return wanted


def _wanted_areas(
    state: EventInventory, hold: Hold | None, choices: Iterable[c.AreaChoice]
) -> dict[tuple[str, str], int]:
    wanted: dict[tuple[str, str], int] = {}
    for choice in choices:
        area = state.offer.areas.get(choice.area)
        if area is None or choice.count < 1:
            raise UnknownPlace(areas=[choice.area])
        kind = _typed(
            state, area.category, choice.ticket_type or default_type(state, area.category)
        )
        wanted[choice.area, kind] = wanted.get((choice.area, kind), 0) + choice.count
    return wanted


def _given_back(
    state: EventInventory, choices: Iterable[c.AreaChoice]
) -> dict[tuple[str, str], int]:
    """How many of each area and ticket type, however often an area is named."""
    given: dict[tuple[str, str], int] = {}
    for choice in choices:
        area = state.offer.areas.get(choice.area)
        if area is None or choice.count < 1:
            continue
        kind = choice.ticket_type or default_type(state, area.category)
        given[choice.area, kind] = given.get((choice.area, kind), 0) + choice.count
    return given


def default_type(state: EventInventory, category: str) -> str:
    """The ticket type of whoever chose none."""
    kind = state.offer.default_type(category)
    if kind is None:
        raise UnknownPlace("That place is not for sale.")
    return kind


def _typed(state: EventInventory, category: str, ticket_type: str) -> str:
    if state.offer.price(category, ticket_type) is None:
        raise UnknownPlace("That kind of ticket is not sold for this place.")
    return ticket_type


def _refuse_taken(
    state: EventInventory,
    hold: Hold | None,
    wanted: dict[str, str],
    areas: dict[tuple[str, str], int],
) -> None:
    own = hold.seats if hold is not None else {}
    taken = [s for s in wanted if s not in own and state.seat_letter(s) != FREE]
    asked: dict[str, int] = {}
    for (area, _), count in areas.items():
        asked[area] = asked.get(area, 0) + count
    full = [area for area, count in asked.items() if count > state.area_free(area)]
    if taken or full:
        raise taken_refusal(state.offer, state.letters, taken, full)


def taken_refusal(
    offer: Offer, letters: bytes | bytearray, taken: list[str], full: list[str]
) -> PlacesTaken:
    """Names exactly what is gone."""
    if not taken:
        return PlacesTaken("There are not that many places left there.", seats=[], areas=full)
    index = offer.seat_index
    blocked = all(seat in index and letters[index[seat]] == BLOCKED for seat in taken)
    words = "That seat is not on sale." if blocked else None
    if len(taken) > 1:
        words = "Some of these seats were just taken, so none was kept."
    return PlacesTaken(words, seats=taken, areas=full)


def refuse_over_limit(state: EventInventory, hold: Hold | None, more: int) -> None:
    """Raise `LimitReached` when an order would have too many places with `more`."""
    has = hold.place_count if hold is not None else 0
    limit = state.offer.limits.order
    if has + more > limit:
        raise LimitReached(
            f"One order can have at most {limit} places at this event.", limit=limit, held=has
        )


def _refuse_lone(state: EventInventory, new: tuple[str, ...]) -> None:
    if not state.offer.limits.forbid_lone_seats or not new:
        return
    lone = lone_seats(state.house, state.letters, new)
    if lone:
        raise LoneSeat(seats=list(lone))


def _holding(
    state: EventInventory,
    hold: Hold | None,
    basket: str,
    hold_id: str,
    seats: dict[str, str],
    areas: dict[tuple[str, str], int],
    moment: Moment,
) -> Iterator[r.Record]:
    if not seats and not areas:
        raise UnknownPlace("Choose at least one place.")
    target = hold_id if hold is None else hold.id
    own = {} if hold is None else hold.seats
    if hold is None:
        expires_ms = moment.house_ms + state.offer.limits.hold_ms
        yield r.HoldStarted(target, basket, moment.house_ms, expires_ms)
    for seat, kind in seats.items():
        if seat not in own:
            yield r.SeatHeld(seat, target, kind)
        elif own[seat] != kind:
            yield r.SeatRetyped(seat, target, kind)
    for (area, kind), count in areas.items():
        yield r.AreaHeld(area, target, kind, count)
