"""What ballots do by themselves when a show is over or cancelled: nobody is offered it any more."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.ballot_draws.drawing import end_ballot
from app.ballot_draws.seats import arrange_guarded, arrange_seats
from app.box_office import BoxOffice
from app.catalogue import EventCard
from app.clock import utc_now
from app.lottery.ballot.commands import CloseEvent
from app.models import Ballot, BallotStatus, BallotSupply

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
        if is_all_over and ballot.status == BallotStatus.DRAWN:
            arrange_seats(office, ballot.id)  # rights to a cancelled show end first
            end_ballot(office, ballot, BY)
            arrange_seats(office, ballot.id)


def close_events(office: BoxOffice, ballot_id: int) -> bool:
    """Give nothing of its shows that cannot be bought any more; whether that is all of them."""
    query = select(BallotSupply.event_id).where(BallotSupply.ballot_id == ballot_id).distinct()
    with office.db.read() as connection:
        cards = [office.catalogue.by_id(one) for one in connection.execute(query).scalars()]
    over = [card for card in cards if cannot_be_bought(card)]
    for card in over:
        office.ballot_of(ballot_id).ask(CloseEvent(card.id, BY))
    return len(over) == len(cards)


def cannot_be_bought(card: EventCard) -> bool:
    """Whether a show's seats can be bought by nobody any more; a pause ends."""
    return card.status == "cancelled" or utc_now() >= card.sales_close_at
