"""What ballots do by themselves when a show is over, cancelled or paused."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.ballot_draws.drawing import end_ballot
from app.ballot_draws.seats import arrange_guarded, arrange_seats
from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now
from app.lottery.ballot.commands import CloseEvent
from app.models import Ballot, BallotStatus, BallotSupply, EventStatus

BY: Final = "system"


def look_at_ballots(office: BoxOffice) -> None:
    """Rights that a basket should have, and shows that cannot be bought any more."""
    arrange_guarded(office)
    running = select(Ballot.__table__).where(
        Ballot.status.in_((BallotStatus.OPEN, BallotStatus.CLOSED, BallotStatus.DRAWN))
    )
    with office.db.read() as connection:
        ballots = connection.execute(running).all()
    for ballot in ballots:
        is_all_over = close_events(office, ballot.id)
        if ballot.status != BallotStatus.OPEN and _has_paused_event(office, ballot.id):
            arrange_seats(office, ballot.id)  # nobody's time to buy runs out meanwhile
        if is_all_over and ballot.status == BallotStatus.DRAWN:
            arrange_seats(office, ballot.id)  # rights to a cancelled show end first
            end_ballot(office, ballot, BY)
            arrange_seats(office, ballot.id)


def close_events(office: BoxOffice, ballot_id: int) -> bool:
    """Give nothing of its shows that cannot be bought any more; whether that is all of them."""
    cards = _shows(office, ballot_id)
    over = [card for card in cards if cannot_be_bought(card)]
    for card in over:
        office.ballot_of(ballot_id).ask(CloseEvent(card.id, BY))
    return len(over) == len(cards)


def _has_paused_event(office: BoxOffice, ballot_id: int) -> bool:
    return any(card.status == EventStatus.PAUSED for card in _shows(office, ballot_id))


def _shows(office: BoxOffice, ballot_id: int) -> list[EventCard]:
    query = select(BallotSupply.event_id).where(BallotSupply.ballot_id == ballot_id).distinct()
    with office.db.read() as connection:
        return [office.catalogue.by_id(one) for one in connection.execute(query).scalars()]


def cannot_be_bought(card: EventCard) -> bool:
    """Whether a show's seats can be bought by nobody any more; a pause ends."""
    return card.status == "cancelled" or utc_now() >= card.sales_close_at
