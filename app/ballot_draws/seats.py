"""The seats of a ballot's rights: kept, moved into a basket, bought, or gone down the list.

The ballot knows who may buy, each event knows where the seats are. Both are asked one after the
other under the ballot's `steps`, and asking again heals whatever was cut off in between.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any, Final

from sqlalchemy import select

from app.ballot_reading import EVENT_OVER
from app.box_office import BoxOffice
from app.clock import wall_ms
from app.inventory.commands import ArrangeKept, HoldKept, KeptRight
from app.inventory.kept import keeper_of
from app.inventory.views import Arranged, HoldView
from app.lottery.ballot.commands import (
    DeclineRight,
    DropEvent,
    FreeRight,
    JoinList,
    KeepRight,
    ReturnSeats,
    ShowEntry,
    StretchRights,
    UseRight,
)
from app.lottery.ballot.views import EntryView, RightView
from app.lottery.refusals import RightOver
from app.models import (
    Allocation,
    BallotAddition,
    BallotEntry,
    BallotRight,
    BallotStatus,
    BallotSupply,
    EventStatus,
    RightState,
)
from app.refusals import NotFound, Refusal
from app.tokens import new_id

ROUNDS_LIMIT: Final = 10_000
BY_ITSELF: Final = "cancelled event"


def arrange_seats(office: BoxOffice, ballot_id: int) -> int:
    """Make the events agree with the ballot, and hear from them; how many rights lack seats.

    A right whose seats were sold is used, one whose basket let go runs on, every other has its
    seats kept, and what nobody has a right to waits for the next.
    """
    with office.ballot_of(ballot_id).steps:
        for _round in range(ROUNDS_LIMIT):
            outcomes = [_arrange(office, ballot_id, event) for event in _events(office, ballot_id)]
            if not any(is_more for is_more, _lacking in outcomes):
                break
        return sum(lacking for _is_more, lacking in outcomes)


def arrange_guarded(office: BoxOffice) -> None:
    """Look again at rights that a basket should have: whoever moved the seats may have died."""
    query = select(BallotRight.ballot_id).where(
        BallotRight.state == RightState.LIVE, BallotRight.is_guarded.in_((True,))
    )
    with office.db.read() as connection:
        ballot_ids = sorted(connection.execute(query.distinct()).scalars())
    for ballot_id in ballot_ids:
        arrange_seats(office, ballot_id)


def move_to_basket(
    office: BoxOffice, ballot_id: int, entry_id: str, email_key: str, basket: str, count: int
) -> HoldView:
    """The kept seats, or some of them, into a basket; raises a refusal and leaves them kept."""
    ballot = office.ballot_of(ballot_id)
    with ballot.steps:
        right = _right_to_keep(office, ballot_id, entry_id, email_key)
        event_id = right.wish.event_id
        command = HoldKept(basket, f"{event_id}-{new_id()}", ballot_id, entry_id, count)
        try:
            return office.inventory_of(event_id).ask(command)
        except Refusal:
            with contextlib.suppress(Refusal):  # else the next look frees the right again
                arrange_seats(office, ballot_id)
            raise


def decline_right(
    office: BoxOffice,
    ballot_id: int,
    entry_id: str,
    email_key: str,
    *,
    keeps_place: bool,
    number: int = 0,
) -> EntryView:
    """The seats go down the list; a basket that has just let them go is heard first."""
    ballot = office.ballot_of(ballot_id)
    with ballot.steps:
        arrange_seats(office, ballot_id)
        return ballot.ask(DeclineRight(entry_id, email_key, keeps_place, number))


def join_list(office: BoxOffice, ballot_id: int, entry_id: str, email_key: str) -> EntryView:
    """Wait at the end of the list; seats that nobody before can take are kept at once."""
    ballot = office.ballot_of(ballot_id)
    with ballot.steps:
        joined = ballot.ask(JoinList(entry_id, email_key))
        if joined.right is not None:
            arrange_seats(office, ballot_id)
        return joined


def seats_kept(office: BoxOffice, ballot_id: int, entry_id: str, event_id: int) -> list[str]:
    """Ids of the seats that are an entry's to buy at an event, in the order of the plan."""
    query = select(Allocation.seat_id).where(
        Allocation.event_id == event_id, Allocation.reason == keeper_of(ballot_id, entry_id)
    )
    with office.db.read() as connection:
        seats = list(connection.execute(query).scalars())
    index = office.offer_of(event_id).seat_index
    return sorted(seats, key=lambda seat: index.get(seat, 0))


def _right_to_keep(office: BoxOffice, ballot_id: int, entry_id: str, email_key: str) -> RightView:
    """A right that does not end by itself any more: its time runs, or a basket has its seats."""
    ballot = office.ballot_of(ballot_id)
    try:
        right = ballot.ask(KeepRight(entry_id, email_key)).right
    except RightOver:
        arrange_seats(office, ballot_id)  # a basket that has let go is heard first
        right = ballot.ask(ShowEntry(entry_id, email_key)).right
        if right is None:
            raise
    if right is None:
        raise NotFound
    return right


def _arrange(office: BoxOffice, ballot_id: int, event_id: int) -> tuple[bool, int]:
    """One event once: whether to look at all of them again, and how many rights lack seats."""
    _hear_of_event(office, ballot_id, event_id)
    rights = _rights(office, ballot_id, event_id)
    wanted = tuple(
        KeptRight(row.entry_id, row.category, row._mapping["count"]) for row in rights.values()
    )
    is_over = _is_over(office, ballot_id, event_id)
    arranged = office.inventory_of(event_id).ask(ArrangeKept(ballot_id, wanted, is_over))
    is_changed = _hear(office, ballot_id, rights, arranged) or (
        not is_over and _take_back(office, ballot_id, event_id, arranged)
    )
    return is_changed or not arranged.is_done, arranged.lacking


def _is_over(office: BoxOffice, ballot_id: int, event_id: int) -> bool:
    """Whether the ballot gives nothing of an event any more: then its seats go on sale."""
    query = select(BallotAddition.supply_id).where(
        BallotAddition.ballot_id == ballot_id,
        BallotAddition.supply_id == f"{EVENT_OVER}{event_id}",
    )
    with office.db.read() as connection:
        is_closed = connection.scalar(query) is not None
    return is_closed or office.ballot_of(ballot_id).seen.status == BallotStatus.ENDED


def _hear_of_event(office: BoxOffice, ballot_id: int, event_id: int) -> None:
    """Have the ballot know that an event is cancelled or paused, as often as somebody looks."""
    status = office.inventory_of(event_id).offer.status
    if status == EventStatus.CANCELLED:
        why = office.catalogue.by_id(event_id).status_words
        office.ballot_of(ballot_id).ask(DropEvent(event_id, why, BY_ITSELF, wall_ms()))
    elif status == EventStatus.PAUSED:
        office.ballot_of(ballot_id).ask(StretchRights(event_id))


def _hear(office: BoxOffice, ballot_id: int, rights: dict[str, Any], arranged: Arranged) -> bool:
    """Tell the ballot what was bought and which baskets let go; whether there was anything."""
    ballot, is_changed = office.ballot_of(ballot_id), False
    sold = {entry_id for entry_id, _order, _count in arranged.sold}
    for entry_id, order_id, count in arranged.sold:
        if entry_id in rights:
            ballot.ask(UseRight(entry_id, rights[entry_id].email_key, order_id, count))
            is_changed = True
    for entry_id, right in rights.items():
        if right.is_guarded and entry_id not in arranged.held and entry_id not in sold:
            ballot.ask(FreeRight(entry_id))
            is_changed = True
    return is_changed


def _take_back(office: BoxOffice, ballot_id: int, event_id: int, arranged: Arranged) -> bool:
    """Have the ballot know of bought seats that came back; whether there were any.

    An event has more unsold seats of the ballot than the ballot knows of: tickets were returned.
    """
    known = _unsold(office, ballot_id, event_id)
    back = {category: count - known[category] for category, count in arranged.unsold}
    if not any(count > 0 for count in back.values()):
        return False
    has = {entry_id: count for entry_id, _order, count in arranged.sold}
    is_changed = False
    for row in _buyers(office, ballot_id):
        event, category = row.bought
        count = min(back.get(category, 0), row.bought_count - has.get(row.id, 0))
        if event == event_id and count > 0:
            left = row.bought_count - count
            office.ballot_of(ballot_id).ask(ReturnSeats(row.id, row.email_key, left))
            back[category] -= count
            is_changed = True
    return is_changed


def _unsold(office: BoxOffice, ballot_id: int, event_id: int) -> Counter[str]:
    """How many seats of an event, by category, are free or promised as the ballot knows it."""
    free = select(BallotSupply.category, BallotSupply.room).where(
        BallotSupply.ballot_id == ballot_id, BallotSupply.event_id == event_id
    )
    promised = select(BallotRight.category, BallotRight.__table__.c["count"]).where(
        BallotRight.ballot_id == ballot_id,
        BallotRight.event_id == event_id,
        BallotRight.state == RightState.LIVE,
    )
    found: Counter[str] = Counter()
    with office.db.read() as connection:
        for query in (free, promised):
            for category, count in connection.execute(query):
                found[category] += count
    return found


def _buyers(office: BoxOffice, ballot_id: int) -> list[Any]:
    query = (
        select(
            BallotEntry.id, BallotEntry.email_key, BallotEntry.bought, BallotEntry.bought_count
        )
        .where(BallotEntry.ballot_id == ballot_id, BallotEntry.bought_count > 0)
        .order_by(BallotEntry.place)
    )  # fmt: skip
    with office.db.read() as connection:
        return list(connection.execute(query))


def _events(office: BoxOffice, ballot_id: int) -> list[int]:
    query = select(BallotSupply.event_id).where(BallotSupply.ballot_id == ballot_id).distinct()
    with office.db.read() as connection:
        return sorted(connection.execute(query).scalars())


def _rights(office: BoxOffice, ballot_id: int, event_id: int) -> dict[str, Any]:
    """Live rights at an event, the best drawn first."""
    query = (
        select(
            BallotRight.entry_id, BallotRight.category, BallotRight.count, BallotRight.is_guarded,
            BallotEntry.email_key,
        )
        .join(BallotEntry, BallotEntry.id == BallotRight.entry_id)
        .where(
            BallotRight.ballot_id == ballot_id,
            BallotRight.event_id == event_id,
            BallotRight.state == RightState.LIVE,
        )
        .order_by(BallotEntry.place)
    )  # fmt: skip
    with office.db.read() as connection:
        return {row.entry_id: row for row in connection.execute(query)}
