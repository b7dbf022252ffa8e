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


def to_be_seen(state: EventInventory, seats: Iterable[str], once: str) -> Iterator[r.EffectDue]:
    """Have the ballots of these seats look at them again; `once` names the occasion."""
    keepers = (state.kept[seat] for seat in seats if seat in state.kept)
    for ballot_id in sorted({ballot_of(keeper) for keeper in keepers}):
        words = {"ballot": ballot_id}
        yield r.EffectDue("ballot.seats", f"ballot.seats:{ballot_id}:{once}", words)
