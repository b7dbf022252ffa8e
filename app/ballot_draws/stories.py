"""How an entry stands, for its page, its letters and its owner's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.ballot_draws.entering import entry_url
from app.ballot_draws.seats import seats_kept
from app.ballot_reading import ballot_row
from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.inventory.offer import Offer
from app.lottery.ballot.entry import WAITING
from app.lottery.ballot.terms import Wish
from app.models import Ballot, BallotEntry, BallotRequest, BallotRight, BallotWish, RightState
from app.money import sum_words
from app.words import gettext as _
from app.words import list_words, ngettext, short_day_words

ASKED = "asked"  # and not confirmed, or withdrawn again


@dataclass(frozen=True, slots=True)
class KeptSeats:
    """Seats that an entry may buy; `seats` is empty for the moment in which they are chosen."""

    event: EventCard
    category: str
    count: int
    until_ms: int
    is_offer: bool
    is_in_basket: bool
    seats: tuple[str, ...]
    row: str
    numbers: str
    words: str
    cents: int
    total: str


@dataclass(frozen=True, slots=True)
class Story:
    """A request, the entry that came of it, and what it may buy."""

    ballot: Any
    request: Any
    status: str
    count: int
    wishes: tuple[Wish, ...]
    open_count: int  # wishes that it has not let pass
    wants_to_wait: bool
    salted_hash: str
    place_now: int
    place_at_first: int
    kept: KeptSeats | None
    order_id: str | None
    url: str
    weight: int
    contribution: str
    rights: int  # to buy, that it has had


def story_of(office: BoxOffice, request: Any) -> Story:
    """How it stands at this moment."""
    with office.db.read() as connection:
        ballot = ballot_row(connection, Ballot.id == request.ballot_id)
        entry = connection.execute(
            select(BallotEntry.__table__).where(BallotEntry.id == request.id)
        ).first()
        wishes = _wishes(connection, request, entry)
        right = _live_right(connection, request.id)
        place = 0 if entry is None else _place_now(connection, entry)
    known = request if entry is None else entry
    return Story(
        ballot=ballot,
        request=request,
        status=ASKED if entry is None else entry.status,
        count=known._mapping["count"],
        wishes=wishes,
        open_count=len(wishes) - (0 if entry is None else len(entry.refused)),
        wants_to_wait=known.wants_to_wait,
        salted_hash="" if entry is None else entry.salted_hash,
        place_now=place,
        place_at_first=0 if entry is None else entry.place_at_first,
        kept=None if right is None else _kept(office, request, right),
        order_id=None if entry is None else entry.order_id,
        url=entry_url(office, request.id),
        weight=known.weight,
        contribution=known.contribution,
        rights=0 if entry is None else entry.rights,
    )


def stories_of(office: BoxOffice, email_key: str) -> list[Story]:
    """Everything that an address has entered, the newest first."""
    query = (
        select(BallotRequest.__table__)
        .join(BallotEntry, BallotEntry.id == BallotRequest.id)
        .where(BallotEntry.email_key == email_key)
        .order_by(BallotRequest.asked_at.desc(), BallotRequest.id)
    )
    with office.db.read() as connection:
        requests = connection.execute(query).all()
    return [story_of(office, request) for request in requests]


def wish_words(office: BoxOffice, wish: Wish) -> str:
    """Sat 12 December, stalls, £24.00."""
    card, offer = office.catalogue.by_id(wish.event_id), office.offer_of(wish.event_id)
    cents = price_of(offer, wish.category)
    name = next((one.name for one in offer.categories if one.key == wish.category), wish.category)
    return _(
        "%(day)s, %(seats)s, %(price)s",
        day=short_day_words(card.local_start),
        seats=name,
        price=sum_words(cents, offer.currency),
    )


def price_of(offer: Offer, category: str) -> int:
    """What one seat costs whoever chooses nothing else."""
    return offer.price(category, offer.default_type(category) or "") or 0


def seats_words(offer: Offer, seats: Iterable[str]) -> tuple[str, str, str]:
    """Row, numbers, and the whole: Stalls, row G, seats 9 and 10."""
    rows: dict[tuple[str, str], list[str]] = {}
    for seat_id in seats:
        seat = offer.seats[offer.seat_index[seat_id]]
        rows.setdefault((seat.section, seat.row), []).append(seat.number)
    whole = "; ".join(
        ngettext(
            "%(section)s, row %(row)s, seat %(numbers)s",
            "%(section)s, row %(row)s, seats %(numbers)s",
            len(numbers),
            section=section,
            row=row,
            numbers=list_words(numbers),
        ).removeprefix(", ")
        for (section, row), numbers in rows.items()
    )
    names = list(dict.fromkeys(row for _section, row in rows))
    return list_words(names), ", ".join(n for numbers in rows.values() for n in numbers), whole


def _kept(office: BoxOffice, request: Any, right: Any) -> KeptSeats:
    offer, card = office.offer_of(right.event_id), office.catalogue.by_id(right.event_id)
    seats = seats_kept(office, request.ballot_id, request.id, right.event_id)
    row, numbers, words = seats_words(offer, seats)
    count = right._mapping["count"]
    cents = price_of(offer, right.category)
    return KeptSeats(
        card, right.category, count, right.until_ms, right.is_offer, right.is_guarded,
        tuple(seats), row, numbers, words, cents, sum_words(cents * count, offer.currency),
    )  # fmt: skip


def _wishes(connection: Connection, request: Any, entry: Any) -> tuple[Wish, ...]:
    if entry is None:
        return tuple(Wish(*wish) for wish in request.wishes)
    query = (
        select(BallotWish.event_id, BallotWish.category)
        .where(BallotWish.entry_id == entry.id)
        .order_by(BallotWish.position)
    )
    return tuple(Wish(*row) for row in connection.execute(query))


def _live_right(connection: Connection, entry_id: str) -> Any:
    return connection.execute(
        select(BallotRight.__table__).where(
            BallotRight.entry_id == entry_id, BallotRight.state == RightState.LIVE
        )
    ).first()


def _place_now(connection: Connection, entry: Any) -> int:
    if entry.status != WAITING:
        return 0
    before = select(func.count()).where(
        BallotEntry.ballot_id == entry.ballot_id,
        BallotEntry.status == WAITING,
        BallotEntry.place <= entry.place,
    )
    return connection.scalar(before) or 0
