"""Opening a ballot: its seats are set aside and its secret is committed to, then entries count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from app.ballot_draws.ballot_secrets import kept_secret, new_secret
from app.ballot_draws.weights import rules_of_file
from app.ballot_files.reading import BallotFile, ShareWords
from app.ballot_files.refused import BallotFileRefused
from app.ballot_reading import terms_of
from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import to_ms, utc_now, wall_ms
from app.draw_files.public_value import CONTRIBUTIONS
from app.inventory.commands import ArrangeKept, SetAside
from app.inventory.kept import keeper_of
from app.lottery.ballot.commands import OpenBallot
from app.lottery.ballot.terms import BallotTerms, Share, Wish, check_terms
from app.lottery.ballot.views import BallotView
from app.lottery.draw.params import BallotParams, commit
from app.lottery.draw.public import read_public
from app.lottery.sealing import BY_BUYERS, BY_STAFF
from app.models import Allocation, Ballot, BallotSecret, BallotStatus, Event, Venue
from app.plans.refused import Problem
from app.refusals import NotFound, PlacesTaken, Refusal

HOUR_MS: Final = 3_600_000
BATCH: Final = "ballot-{slug}"


class AlreadyOpened(Refusal):
    """There is a ballot at this address, and it has promised something else."""

    code, status = "already_opened", 409
    happened = "There is a ballot with this slug already, and it is open or over."
    safe = "What it has promised stays as it is."
    next_step = "Give the new ballot another slug."


def open_ballot(office: BoxOffice, file: BallotFile, by: str) -> tuple[int, BallotView]:
    """The id of the ballot and how it stands; opening the same again changes nothing.

    Raises BallotFileRefused where file and events do not fit. Whoever is killed in between asks
    again: until it is open a ballot is a draft that may be written anew.
    """
    cards = {share.event: _card(office, share) for share in file.shares}
    _refuse_misfits(office, file, cards)
    terms = terms_of_file(office, file, cards)
    check_terms(terms)
    ballot_id, is_new = _draft(office, file, next(iter(cards.values())))
    ballot = office.ballot_of(ballot_id)
    with ballot.steps:
        if ballot.seen.status != BallotStatus.DRAFT:
            return ballot_id, _same(office, ballot_id, terms)
        params = _params(file, terms)
        seed = new_secret(office, ballot_id, params)
        try:
            _set_aside(office, ballot_id, file, terms, by)
        except Refusal:
            if is_new:
                give_up_draft(office, ballot_id)
            raise
        commitment = commit(params, batch_of(file.slug), seed).hex()
        return ballot_id, ballot.ask(OpenBallot(terms, commitment, by, wall_ms()))


def give_up_draft(office: BoxOffice, ballot_id: int) -> None:
    """A ballot that never opened goes, and whatever was set aside for it is on sale again."""
    ballot = office.ballot_of(ballot_id)
    with ballot.steps:
        if ballot.seen.status != BallotStatus.DRAFT:
            raise AlreadyOpened
        kept = select(Allocation.event_id).where(Allocation.reason == keeper_of(ballot_id))
        with office.db.read() as connection:
            event_ids = sorted(connection.execute(kept.distinct()).scalars())
        for event_id in event_ids:
            office.inventory_of(event_id).ask(ArrangeKept(ballot_id, (), to_sale=True))
        with office.db.write() as connection:
            connection.execute(delete(BallotSecret).where(BallotSecret.ballot_id == ballot_id))
            connection.execute(delete(Ballot).where(Ballot.id == ballot_id))


def terms_of_file(office: BoxOffice, file: BallotFile, cards: dict[str, EventCard]) -> BallotTerms:
    """What the ballot promises."""
    return BallotTerms(
        supply=tuple(
            Share(Wish(cards[share.event].id, share.category), share.count) for share in file.shares
        ),
        closes_ms=to_ms(file.closes_at),
        group_limit=file.group_limit,
        wish_limit=min(file.wish_limit, len(file.shares)),
        right_ms=file.hours_to_buy * HOUR_MS,
        offer_ms=file.hours_for_offers * HOUR_MS,
        weight_limit=max((one.weight for one in file.weights), default=1),
        weights=rules_of_file(office, file),
        source=BY_BUYERS if file.public["how"] == CONTRIBUTIONS else BY_STAFF,
    )


def batch_of(slug: str) -> str:
    """The name under which a ballot is committed to."""
    return BATCH.format(slug=slug)


def _params(file: BallotFile, terms: BallotTerms) -> BallotParams:
    """All that is promised, in the words of the file: ids mean nothing to who checks it."""
    promised: dict[str, str | int] = {
        "closes_ms": terms.closes_ms or 0,
        "offer_ms": terms.offer_ms,
        "right_ms": terms.right_ms,
        "wish_limit": terms.wish_limit,
    }
    for number, share in enumerate(file.shares, start=1):
        promised[f"seats_{number}"] = f"{share.count} of {share.category} at {share.event}"
    for number, rule in enumerate(terms.weights, start=1):
        promised[f"weight_{number}"] = f"{rule.weight}: {rule.words}"
    public = read_public(dict(file.public))
    return BallotParams(file.title, terms.group_limit, terms.weight_limit, public, promised)


def _same(office: BoxOffice, ballot_id: int, terms: BallotTerms) -> BallotView:
    """How a ballot stands that has promised just this; raises `AlreadyOpened` for another."""
    state = office.ballot_of(ballot_id).seen
    with office.db.read() as connection:
        kept = connection.scalar(select(Ballot.terms).where(Ballot.id == ballot_id))
    if kept is None or terms_of(kept) != terms:
        raise AlreadyOpened
    kept_secret(office, ballot_id)
    return state


def _set_aside(
    office: BoxOffice, ballot_id: int, file: BallotFile, terms: BallotTerms, by: str
) -> None:
    """All seats or none of them."""
    try:
        for words, share in zip(file.shares, terms.supply, strict=True):
            command = SetAside(ballot_id, share.wish.category, share.count, by)
            try:
                office.inventory_of(share.wish.event_id).ask(command)
            except PlacesTaken as refusal:
                raise _too_few(office, words, share, refusal) from None
    except Refusal:
        for event_id in {share.wish.event_id for share in terms.supply}:
            office.inventory_of(event_id).ask(ArrangeKept(ballot_id, (), to_sale=True))
        raise


def _too_few(
    office: BoxOffice, words: ShareWords, share: Share, refusal: PlacesTaken
) -> BallotFileRefused:
    event = office.catalogue.by_id(share.wish.event_id).title
    told = (
        f"{share.count} seats are wanted, and {event} has {refusal.details['available']} of"
        f" category {share.wish.category} to set aside. Write a smaller number, or free seats that"
        " are held or blocked."
    )
    return BallotFileRefused((Problem(f"{words.place}.count", told, None),))


def _card(office: BoxOffice, share: ShareWords) -> EventCard:
    try:
        return office.catalogue.any_by_slug(share.event)
    except NotFound as refusal:
        words = Problem(f"{share.place}.event", refusal.happened, None)
        raise BallotFileRefused((words,)) from None


def _refuse_misfits(office: BoxOffice, file: BallotFile, cards: dict[str, EventCard]) -> None:
    problems = [
        Problem(place, words, None)
        for share in file.shares
        for place, words in _misfits(office, file, share, cards[share.event])
    ]
    if len({card.house.organizer_id for card in cards.values()}) > 1:
        problems.append(Problem("seats", "All events of a ballot belong to one house.", None))
    if file.closes_at <= utc_now():
        problems.append(Problem("ballot.closes_at", "must be in the future.", None))
    if problems:
        raise BallotFileRefused(tuple(problems))


def _misfits(
    office: BoxOffice, file: BallotFile, share: ShareWords, card: EventCard
) -> Iterator[tuple[str, str]]:
    offer = office.inventory_of(card.id).offer
    if card.status == "cancelled":
        yield f"{share.place}.event", f"{card.title} is cancelled."
    if file.closes_at >= card.starts_at:
        yield "ballot.closes_at", f"must be before {card.title} begins."
    elif _buying_ends(file) > card.sales_close_at:
        words = f"are too many: winners must be able to buy while {card.title} is sold."
        yield "ballot.hours_to_buy", words
    if share.category not in {category.key for category in offer.categories}:
        known = ", ".join(category.key for category in offer.categories)
        yield f"{share.place}.category", f"is not one of {known}."
    elif not any(seat.category == share.category for seat in offer.seats):
        yield f"{share.place}.category", "has no numbered seats; a ballot gives numbered ones."
    elif offer.default_type(share.category) is None:
        yield f"{share.place}.category", "has no price."
    most = min(card.order_limit, card.buyer_limit)
    if file.group_limit > most:
        yield "ballot.group_limit", f"{card.title} sells at most {most} places to one person."


def _buying_ends(file: BallotFile) -> datetime:
    """When the rights of the draw end if it is held in time."""
    return (file.draws_at or file.closes_at) + timedelta(hours=file.hours_to_buy)


def _draft(office: BoxOffice, file: BallotFile, card: EventCard) -> tuple[int, bool]:
    """The ballot's row and whether it was made now; it is written anew while it is a draft."""
    row: dict[str, Any] = {
        "title": file.title, "summary": file.summary, "stock": file.stock,
        "time_zone": file.time_zone, "public": dict(file.public), "draws_at": file.draws_at,
    }  # fmt: skip
    with office.db.write() as connection:
        known = connection.execute(
            select(Ballot.id, Ballot.status).where(Ballot.slug == file.slug)
        ).first()
        if known is None:
            return _add(connection, file, card, row), True
        if known.status == BallotStatus.DRAFT:
            connection.execute(update(Ballot).where(Ballot.id == known.id).values(**row))
        return int(known.id), False


def _add(connection: Connection, file: BallotFile, card: EventCard, row: dict[str, Any]) -> int:
    organizer_id, venue_id = connection.execute(
        select(Event.organizer_id, Venue.id)
        .join(Venue, Venue.id == Event.venue_id)
        .where(Event.id == card.id)
    ).one()
    first = {"slug": file.slug, "status": BallotStatus.DRAFT, "created_at": utc_now()}
    made = insert(Ballot).values(**row, **first, organizer_id=organizer_id, venue_id=venue_id)
    return int(connection.execute(made.returning(Ballot.id)).scalar_one())
