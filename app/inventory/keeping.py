"""Rules of seats that a ballot keeps: set aside, arranged by its rights, moved into a basket."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from app.inventory import commands as c
from app.inventory import records as r
from app.inventory.best_available import best_available
from app.inventory.hold_views import view, view_after
from app.inventory.holding import default_type, refuse_over_limit
from app.inventory.kept import ballot_of, entry_of, keeper_of
from app.inventory.outcome import Decision, Moment
from app.inventory.search import search_for
from app.inventory.state import BLOCKED, FREE, HELD, PAYING, SOLD, EventInventory
from app.inventory.views import Arranged, Changed, HoldView
from app.refusals import Invalid, NotFound, NotOnSale, PaymentRunning, PlacesTaken, UnknownPlace

ARRANGED_LIMIT: Final = 20  # entries that get seats in one go; then somebody else may ask


def set_aside(state: EventInventory, command: c.SetAside, moment: Moment) -> Decision[Changed]:
    """Exactly so many seats of a category wait for a ballot: the best free ones, row by row."""
    if command.category not in {category.key for category in state.offer.categories}:
        raise UnknownPlace("There is no such price here.")
    pool = keeper_of(command.ballot_id)
    has = [
        seat
        for seat in _pool(state, command.ballot_id)
        if _category(state, seat) == command.category
    ]
    facts: list[r.Record] = []
    for seat in has[command.count :]:
        facts.append(r.SeatFreed(seat, ""))
    wanted = command.count - len(has)
    if wanted > 0:
        free = list(_best_rows(state, command.category))
        if len(free) < wanted:
            raise PlacesTaken(
                f"Only {len(free) + len(has)} seats of this price can be set aside.",
                safe="Nothing was changed.",
                next_step="Give the ballot fewer seats.",
                available=len(free) + len(has),
                seats=[],
                areas=[],
            )
        facts.extend(r.SeatKept(seat, None, pool) for seat in free[:wanted])
    if facts:
        words = {"ballot": command.ballot_id, "category": command.category, "seats": command.count}
        facts.append(r.Journalled("places.set_aside", command.by, None, words))
    return Decision(Changed(abs(wanted)), tuple(facts))


def arrange_kept(
    state: EventInventory, command: c.ArrangeKept, moment: Moment
) -> Decision[Arranged]:
    """Seats for every right that has none, next to each other; those of no right wait again.

    What is held or sold stays as it is. With `to_sale` seats that wait are free for everybody.
    """
    of_entry: dict[str, list[str]] = defaultdict(list)
    pool: dict[str, None] = {}
    for seat, keeper in state.kept.items():
        if ballot_of(keeper) == command.ballot_id:
            of_entry[entry_of(keeper)].append(seat)
    pool.update(dict.fromkeys(of_entry.pop("", ())))
    rights = {right.entry_id: right for right in command.rights}
    left = [
        fact
        for entry_id, seats in of_entry.items()
        for fact in _left_over(state, command.ballot_id, seats, rights.get(entry_id))
    ]
    back = {fact.seat for fact in left}
    pool.update(dict.fromkeys(back))
    waiting = [
        right
        for right in command.rights
        if all(seat in back for seat in of_entry.get(right.entry_id, ()))
    ]
    given, lacking = _giving(state, command, waiting, pool)
    facts: list[r.Record] = [*left, *given]
    if command.to_sale:
        facts.extend(r.SeatFreed(seat, "") for seat in pool)
    held, sold = _taken(state, of_entry)
    unsold = tuple(sorted(_unsold(state, command.ballot_id).items()))
    served = len({fact.keeper for fact in given})
    arranged = Arranged(held, sold, unsold, served, lacking, is_done=served < ARRANGED_LIMIT)
    return Decision(arranged, tuple(facts))


def hold_kept(state: EventInventory, command: c.HoldKept, moment: Moment) -> Decision[HoldView]:
    """An entry's seats go into a basket; never free in between. Sales may not have opened yet."""
    hold = state.hold_of(command.basket)
    if hold is not None and hold.state == PAYING:
        raise PaymentRunning
    closes_ms = state.offer.sales_close_ms
    if state.offer.status != "published" or (closes_ms is not None and moment.wall_ms >= closes_ms):
        raise NotOnSale
    keeper = keeper_of(command.ballot_id, command.entry_id)
    own = _in_order(state, [seat for seat, whose in state.kept.items() if whose == keeper])
    if hold is not None and any(seat in hold.seats for seat in own):
        return Decision(view(state, hold))
    kept = [seat for seat in own if state.seat_letter(seat) == BLOCKED]
    if len(kept) < len(own):
        raise PlacesTaken(
            "Your seats are in another basket already, perhaps on another device.",
            safe="They are still yours.",
            next_step="Pay for them there, or empty that basket.",
            seats=own,
            areas=[],
        )
    if not kept:
        raise NotFound("No seats are kept here for this entry.")
    if not 1 <= command.count <= len(kept):
        raise Invalid({"count": f"You can buy 1 to {len(kept)} seats."})
    refuse_over_limit(state, hold, command.count)
    facts = tuple(_into_basket(state, command, kept[: command.count], keeper, moment))
    return Decision(view_after(state, hold, command, facts), facts)


def _into_basket(
    state: EventInventory, command: c.HoldKept, seats: list[str], keeper: str, moment: Moment
) -> Iterator[r.Record]:
    hold = state.hold_of(command.basket)
    hold_id = command.hold_id if hold is None else hold.id
    if hold is None:
        expires_ms = moment.house_ms + state.offer.limits.hold_ms
        yield r.HoldStarted(hold_id, command.basket, moment.house_ms, expires_ms)
    for seat in seats:
        yield r.SeatHeld(seat, hold_id, default_type(state, _category(state, seat)), keeper)


def _left_over(
    state: EventInventory, ballot_id: int, seats: list[str], right: c.KeptRight | None
) -> Iterator[r.SeatKept]:
    """Kept seats that nobody has a right to any more, or to another kind or number of them."""
    kept = [seat for seat in seats if state.seat_letter(seat) == BLOCKED]
    is_whole = len(kept) == len(seats)
    if right is not None and not (
        is_whole
        and (
            len(kept) != right.count
            or any(_category(state, seat) != right.category for seat in kept)
        )
    ):
        return
    for seat in kept:
        yield r.SeatKept(seat, "", keeper_of(ballot_id))


def _giving(
    state: EventInventory,
    command: c.ArrangeKept,
    waiting: list[c.KeptRight],
    pool: dict[str, None],
) -> tuple[list[r.SeatKept], int]:
    """Seats out of the pool for some rights that have none, in their order; how many lack seats."""
    index = state.offer.seat_index
    letters = bytearray(BLOCKED for _ in state.offer.seats)
    for seat in pool:
        letters[index[seat]] = FREE
    given: list[r.SeatKept] = []
    served = lacking = 0
    for right in waiting:
        if served == ARRANGED_LIMIT:
            break
        best = best_available(state.house, letters, right.count, category=right.category)
        if best is None:
            lacking += 1
            continue
        served += 1
        for seat in best.seats:
            letters[index[seat]] = BLOCKED
            pool.pop(seat)
            given.append(r.SeatKept(seat, "", keeper_of(command.ballot_id, right.entry_id)))
    return given, lacking


def _taken(
    state: EventInventory, of_entry: dict[str, list[str]]
) -> tuple[tuple[str, ...], tuple[tuple[str, str, int], ...]]:
    """Entries whose seats a basket has, and those that bought: with their order and how many."""
    held: list[str] = []
    sold: list[tuple[str, str, int]] = []
    index = state.offer.seat_index
    for entry_id, seats in of_entry.items():
        letters = [state.seat_letter(seat) for seat in seats]
        if HELD in letters:
            held.append(entry_id)
        bought = [state.owners[index[seat]] for seat in seats if state.seat_letter(seat) == SOLD]
        if bought:
            sold.append((entry_id, state.tickets[bought[0]].order_id, len(bought)))
    return tuple(held), tuple(sold)


def _unsold(state: EventInventory, ballot_id: int) -> Counter[str]:
    """Seats of a ballot that no ticket has, by their category."""
    return Counter(
        _category(state, seat)
        for seat, keeper in state.kept.items()
        if ballot_of(keeper) == ballot_id and state.seat_letter(seat) != SOLD
    )


def _pool(state: EventInventory, ballot_id: int) -> list[str]:
    """Seats that wait for an entry, in the order of the plan."""
    pool = keeper_of(ballot_id)
    return _in_order(state, [seat for seat, keeper in state.kept.items() if keeper == pool])


def _in_order(state: EventInventory, seats: list[str]) -> list[str]:
    return sorted(seats, key=state.offer.seat_index.__getitem__)


def _best_rows(state: EventInventory, category: str) -> Iterator[str]:
    """Free seats that may be given to anybody, the best bench first and whole."""
    given = search_for(state.house, state.letters, 1, category, step_free=False).given
    for bench in state.house.benches:
        for at in range(bench.start, bench.stop):
            if given[at]:
                yield state.house.places[at].id


def _category(state: EventInventory, seat: str) -> str:
    return state.offer.seats[state.offer.seat_index[seat]].category
