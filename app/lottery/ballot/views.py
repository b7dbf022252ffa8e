"""What decisions of the ballot answer."""

from __future__ import annotations

from app.frozen import frozen
from app.lottery.ballot.terms import Wish


@frozen
class RightView:
    """Seats that one entry may buy until `until_ms`, house time; `is_guarded` while in a basket."""

    wish: Wish
    count: int
    until_ms: int
    is_offer: bool
    is_guarded: bool = False


@frozen
class EntryView:
    """An entry as its owner sees it.

    `place_now` counts from 1 on the waiting list and `place_at_first` is where it began; both
    are 0 for who is not on it.
    """

    entry_id: str
    status: str
    count: int
    wishes: tuple[Wish, ...]
    salted_hash: str
    place_now: int
    place_at_first: int
    right: RightView | None


@frozen
class BallotView:
    """The ballot as everybody may see it."""

    status: str
    entries: int
    people: int
    commitment: str
    list_hash: str
    public_value: str
    is_value_fixed: bool
    secret: str
    waiting: int


@frozen
class AnnouncedView:
    """How many of how many entries were told; asked again from `done` on."""

    done: int
    total: int
