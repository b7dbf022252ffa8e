"""Seats that a ballot keeps: for nobody yet, or for the entry that may buy them.

Such a seat is blocked, and the reason says whose it is. It keeps that word while a basket holds it
and after it was sold, so that it goes back to the same entry, and nobody has to guess who bought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from app.inventory import records as r
from app.inventory.state import EventInventory

PREFIX: Final = "ballot:"


def keeper_of(ballot_id: int, entry_id: str = "") -> str:
    """The reason for which a ballot's seat is blocked: for an entry, or for none of them yet."""
    return f"{PREFIX}{ballot_id}:{entry_id}" if entry_id else f"{PREFIX}{ballot_id}"


def is_keeper(reason: str) -> bool:
    """Whether a block's reason is a ballot's."""
    return reason.startswith(PREFIX)


def ballot_of(keeper: str) -> int:
    """The ballot of a keeper."""
    return int(keeper.removeprefix(PREFIX).partition(":")[0])


def entry_of(keeper: str) -> str:
    """The entry of a keeper; empty for a seat that waits for one."""
    return keeper.removeprefix(PREFIX).partition(":")[2]


def freed(state: EventInventory, seat: str, owner: str) -> r.Record:
    """A seat that a hold lets go is free, or kept for the same entry as before."""
    keeper = state.kept.get(seat)
    return r.SeatFreed(seat, owner) if keeper is None else r.SeatKept(seat, owner, keeper)


def given_back(state: EventInventory, seat: str, ticket_id: str, wall_ms: int) -> r.Record:
    """A seat of a returned ticket is free, or waits in its ballot for the next on the list."""
    keeper, closes_ms = state.kept.get(seat), state.offer.sales_close_ms
    is_over = state.offer.status == "cancelled" or (closes_ms is not None and wall_ms >= closes_ms)
    if keeper is None or is_over:
        return r.SeatFreed(seat, ticket_id)
    return r.SeatKept(seat, ticket_id, keeper_of(ballot_of(keeper)))


def moved_keeper(state: EventInventory, before: str, after: str) -> str:
    """The ballot's word that goes along when a ticket moves to a seat of the same price, or ""."""
    seats, index = state.offer.seats, state.offer.seat_index
    is_same = seats[index[before]].category == seats[index[after]].category
    return state.kept.get(before, "") if is_same else ""


def to_be_seen(state: EventInventory, seats: Iterable[str], once: str) -> Iterator[r.EffectDue]:
    """Have the ballots of these seats look at them again; `once` names the occasion."""
    keepers = (state.kept[seat] for seat in seats if seat in state.kept)
    for ballot_id in sorted({ballot_of(keeper) for keeper in keepers}):
        words = {"ballot": ballot_id}
        yield r.EffectDue("ballot.seats", f"ballot.seats:{ballot_id}:{once}", words)
