"""Names of entrants go: of those who never confirmed, and of all once the shows are long over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    cast,
    exists,
    func,
    select,
    type_coerce,
    update,
)

from app.clock import to_ms
from app.models import (
    Ballot,
    BallotEntry,
    BallotRequest,
    BallotStatus,
    BallotSupply,
    Event,
    Organizer,
)

ERASED: Final = ""
REQUEST_DAYS: Final = 7
DAY_MS: Final = 24 * 3600 * 1000


def is_spent_request(now: datetime) -> ColumnElement[bool]:
    """A wish to enter that came to nothing, of a ballot that takes no entries any more."""
    is_open = exists().where(
        Ballot.id == BallotRequest.ballot_id, Ballot.status == BallotStatus.OPEN
    )
    return and_(
        BallotRequest.asked_at < now - timedelta(days=REQUEST_DAYS),
        ~exists().where(BallotEntry.id == BallotRequest.id),
        ~is_open,
    )


def is_past_entrant(now: datetime) -> ColumnElement[bool]:
    """An entrant whose name and address need not be known any more."""
    ended_ms = type_coerce(func.coalesce(Event.ends_at, Event.starts_at), BigInteger)
    kept_ms = cast(Organizer.personal_days, BigInteger) * DAY_MS
    still_wanted = exists(
        select(BallotSupply.ballot_id)
        .join(Event, Event.id == BallotSupply.event_id)
        .join(Organizer, Organizer.id == Event.organizer_id)
        .where(BallotSupply.ballot_id == BallotRequest.ballot_id, ended_ms + kept_ms >= to_ms(now))
    )
    return and_(BallotRequest.email != ERASED, ~still_wanted)


def find_past_entrants(connection: Connection, now: datetime, limit: int) -> list[Any]:
    """Ids of requests whose names go."""
    query = select(BallotRequest.id).where(is_past_entrant(now)).limit(limit)
    return list(connection.execute(query).scalars())


def erase_entrants(connection: Connection, now: datetime, ids: list[Any]) -> None:
    """Name and address go; the entry stays as the list has it."""
    connection.execute(
        update(BallotRequest)
        .where(BallotRequest.id.in_(ids), is_past_entrant(now))
        .values(name=ERASED, email=ERASED)
    )


def forget_entrant(connection: Connection, email_key: str) -> None:
    """The same at once, for somebody who wishes it: no more letters."""
    connection.execute(
        update(BallotRequest)
        .where(BallotRequest.email_key == email_key)
        .values(name=ERASED, email=ERASED)
    )
