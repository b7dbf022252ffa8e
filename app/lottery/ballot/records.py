"""Records of the ballot: facts for the store to write and the state to apply."""

from __future__ import annotations

from app.frozen import frozen
from app.inventory.records import EffectDue, Journalled, Record
from app.lottery.ballot.terms import BallotTerms, Wish

__all__ = ["EffectDue", "Journalled", "Record"]


@frozen
class BallotOpened(Record):
    """Entries are taken; everything that was promised and the commitment."""

    terms: BallotTerms
    commitment: str
    at_ms: int


@frozen
class EntryKept(Record):
    """An entry is now this one."""

    entry_id: str
    email_key: str
    count: int
    wishes: tuple[Wish, ...]
    wants_to_wait: bool
    weight: int
    contribution: str


@frozen
class EntryWithdrawn(Record):
    """The entry is gone, as if it had never been."""

    entry_id: str


@frozen
class BallotClosed(Record):
    """The list is frozen; its salted hashes are public."""

    hashes: tuple[tuple[str, str], ...]
    list_hash: str
    at_ms: int


@frozen
class ValueTyped(Record):
    """The first of two people typed the public value."""

    value: str
    by: str


@frozen
class ValueFixed(Record):
    """The public value is this one."""

    value: str
    by: str
    at_ms: int


@frozen
class OrderRecorded(Record):
    """The entries in the order in which they were drawn, and what became of those without seats."""

    order: tuple[str, ...]
    waiting: tuple[str, ...]
    lost: tuple[str, ...]
    at_ms: int


@frozen
class ResultsAnnounced(Record):
    """So many entries, in the drawn order, were told."""

    done: int


@frozen
class SecretPublished(Record):
    """Anybody can repeat the draw from now on."""

    secret: str
    at_ms: int


@frozen
class RightGranted(Record):
    """These seats are an entry's to buy until then; `number` counts its rights."""

    entry_id: str
    number: int
    wish: Wish
    count: int
    until_ms: int
    is_offer: bool


@frozen
class RightGuarded(Record):
    """A basket has the seats, or has them no more: while it does, the right does not end."""

    entry_id: str
    is_guarded: bool


@frozen
class RightStretched(Record):
    """A right runs longer than was said."""

    entry_id: str
    until_ms: int


@frozen
class RightUsed(Record):
    """So many of the seats were bought; the rest goes down the list."""

    entry_id: str
    order_id: str
    count: int


@frozen
class RightEnded(Record):
    """Nobody bought: the seats go down the list. `status` is what the entry is now."""

    entry_id: str
    status: str
    is_refused: bool  # it waits on, and that kind of seat is not offered to it again


@frozen
class ListLeft(Record):
    """An entry waits no more."""

    entry_id: str


@frozen
class ListJoined(Record):
    """An entry waits at the end of the list."""

    entry_id: str
    place: int


@frozen
class SeatsReturned(Record):
    """Somebody gave bought seats back: the entry has `left` of them, and the ballot the rest."""

    entry_id: str
    left: int


@frozen
class EventClosed(Record):
    """Seats of an event are given to nobody any more."""

    event_id: int


@frozen
class BallotEnded(Record):
    """The waiting list is over; rights that run, run on. Before the draw, no entry counts."""

    at_ms: int
    because: str = ""
