"""Commands of the ballot. Ids, hashes, times and the drawn order arrive inside them."""

from __future__ import annotations

from app.frozen import frozen
from app.inventory.commands import Command, Expire
from app.lottery.ballot.terms import BallotTerms, Wish
from app.lottery.ballot.views import AnnouncedView, BallotView, EntryView

__all__ = ["Command", "Expire"]

ANNOUNCE_LIMIT = 500


@frozen
class OpenBallot(Command[BallotView]):
    """Take entries, with everything promised and committed."""

    terms: BallotTerms
    commitment: str
    by: str
    at_ms: int


@frozen
class EnterBallot(Command[EntryView]):
    """Enter a group; `email_key` is the keyed hash of an address that was verified.

    `contribution` is what an entrant adds to the public value, if that comes from them.
    """

    entry_id: str
    email_key: str
    count: int
    wishes: tuple[Wish, ...]
    wants_to_wait: bool = True
    weight: int = 1
    contribution: str = ""


@frozen
class ChangeEntry(Command[EntryView]):
    """Enter as another group or with other wishes, while the ballot is open."""

    entry_id: str
    email_key: str
    count: int
    wishes: tuple[Wish, ...]
    wants_to_wait: bool = True


@frozen
class WithdrawEntry(Command[None]):
    """Take an entry back while the ballot is open; afterwards, leave the waiting list."""

    entry_id: str
    email_key: str


@frozen
class ShowEntry(Command[EntryView]):
    """Look at an entry; only its owner may."""

    entry_id: str
    email_key: str


@frozen
class ShowBallot(Command[BallotView]):
    """Look at the ballot."""


@frozen
class CloseBallot(Command[BallotView]):
    """Freeze the list: one salted hash for each entry, and the hash of them all."""

    hashes: tuple[tuple[str, str], ...]  # entry, hash
    list_hash: str
    by: str
    at_ms: int


@frozen
class FixValue(Command[BallotView]):
    """Say the public value of a closed ballot; two of the staff, or once from the entrants."""

    source: str
    value: str
    by: str
    at_ms: int


@frozen
class RecordOrder(Command[BallotView]):
    """Say in which order the entries were drawn; seats are given out by it."""

    order: tuple[str, ...]
    by: str
    at_ms: int


@frozen
class AnnounceResults(Command[AnnouncedView]):
    """Tell the next entries; `done` is how many were told."""

    done: int
    most: int = ANNOUNCE_LIMIT


@frozen
class PublishSecret(Command[BallotView]):
    """Publish the secret; `commitment` is what it hashes to, and must be the published one."""

    secret: str
    commitment: str
    by: str
    at_ms: int


@frozen
class KeepRight(Command[EntryView]):
    """Keep a right while its seats are in a basket: it does not end by itself meanwhile."""

    entry_id: str
    email_key: str


@frozen
class FreeRight(Command[EntryView]):
    """No basket has the seats any more: the right ends when its time has come."""

    entry_id: str


@frozen
class UseRight(Command[EntryView]):
    """The seats, or some of them, were bought."""

    entry_id: str
    email_key: str
    order_id: str
    count: int


@frozen
class DeclineRight(Command[EntryView]):
    """Let the seats go to somebody else; an offer may be let pass without losing the place.

    With the `number` of a right it is about that one only, however often it is pressed.
    """

    entry_id: str
    email_key: str
    keeps_place: bool = False
    number: int = 0


@frozen
class JoinList(Command[EntryView]):
    """Wait at the end of the list."""

    entry_id: str
    email_key: str


@frozen
class ReturnSeats(Command[EntryView]):
    """Of the seats that an entry bought it has `left` now; the others go down the list."""

    entry_id: str
    email_key: str
    left: int


@frozen
class StretchRights(Command[BallotView]):
    """The sale of an event is paused: whoever may buy has at least an offer's time from now on."""

    event_id: int


@frozen
class CloseEvent(Command[BallotView]):
    """Give nothing of an event any more: its sale is over, or it is cancelled. Rights run on."""

    event_id: int
    by: str


@frozen
class EndBallot(Command[BallotView]):
    """End the waiting list; what is left is free to be sold otherwise.

    With `because` a ballot is called off before its draw.
    """

    by: str
    at_ms: int
    because: str = ""


@frozen
class DropEvent(Command[BallotView]):
    """An event of the ballot is cancelled; `because` is told if the ballot ends with it."""

    event_id: int
    because: str
    by: str
    at_ms: int
