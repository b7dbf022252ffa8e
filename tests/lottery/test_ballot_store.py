"""Memory and database agree about a ballot after every batch of random commands, on both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.ballot_store import BallotStore
from app.clock import utc_now
from app.db import Database
from app.lottery.ballot import commands as c
from app.lottery.ballot.decide import decide
from app.lottery.ballot.state import BallotState
from app.models import (
    Ballot,
    BallotEntry,
    BallotRight,
    BallotStatus,
    BallotSupply,
    Event,
    EventStatus,
    Organizer,
    RightState,
    Venue,
)
from app.schema import migrate
from app.stale import StaleMemory
from tests.lottery.ballot_simulator import BallotSimulation, _contents
from tests.lottery.ballots import CIRCLE, SATURDAY, STALLS
from tests.opened import settings_of

BATCHES = 40
BATCH_MOST = 25
BALLOT = 9


class Stored(BallotSimulation):
    """The simulator, whose every batch is also written by a real store."""

    def batch_written(self, store: BallotStore) -> None:
        """Some commands, one transaction."""
        before = len(self.facts)
        for _ in range(self.chance.randint(1, BATCH_MOST)):
            self.one()
        store.write(self.state, self.facts[before:], [])


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[BallotStore]:
    """A database of the newest shape with one ballot in it that is still a draft."""
    settings = settings_of(tmp_path, database_url)
    db = Database(settings)
    migrate(db, settings)
    add_ballot(db)
    opened = BallotStore(BALLOT, db)
    opened.take_over()
    yield opened
    db.close()


def add_ballot(db: Database) -> None:
    """The draft and the events of its wishes."""
    now = utc_now()
    house = {"slug": "h", "name": "H", "contact_email": "a@example.org", "created_at": now}
    venue = {"organizer_id": 1, "slug": "v", "name": "V", "time_zone": "UTC"}
    row: dict[str, Any] = {
        "id": BALLOT, "organizer_id": 1, "venue_id": 1, "slug": "b", "title": "B",
        "time_zone": "UTC", "status": BallotStatus.DRAFT, "created_at": now,
    }  # fmt: skip
    event: dict[str, Any] = {
        "organizer_id": 1, "venue_id": 1, "currency": "GBP", "time_zone": "UTC", "starts_at": now,
        "status": EventStatus.PUBLISHED, "created_at": now, "title": "E", "order_limit": 6,
        "buyer_limit": 6,
    }  # fmt: skip
    with db.write() as connection:
        connection.execute(insert(Organizer), house | {"id": 1, "approved_at": now})
        connection.execute(insert(Venue), venue | {"id": 1})
        for event_id in sorted({wish.event_id for wish in (STALLS, CIRCLE, SATURDAY)}):
            connection.execute(insert(Event), event | {"id": event_id, "slug": f"e{event_id}"})
        connection.execute(insert(Ballot), row)


def picture(state: BallotState) -> dict[str, Any]:
    """Everything that decisions are made from."""
    return _contents(state)


def test_what_is_read_back_is_what_memory_knows(store: BallotStore, seed: int) -> None:
    ballot = Stored(seed)

    for number in range(BATCHES):
        ballot.batch_written(store)
        read, known = picture(store.read()), picture(ballot.state)
        for name, value in known.items():
            assert read[name] == value, (seed, number, name)

    assert ballot.counts["UseRight"] > 0


def test_the_database_knows_the_rules_too(store: BallotStore) -> None:
    ballot = Stored(1)
    while not any(entry.right for entry in ballot.state.entries.values()):
        ballot.batch_written(store)
    entry = next(entry for entry in ballot.state.entries.values() if entry.right)

    with store._db.read() as connection:
        row = connection.execute(select(BallotRight.__table__)).mappings().first()
    assert row is not None

    same_address = update(BallotEntry).where(BallotEntry.id != entry.id)
    _refused(store._db, same_address.values(email_key=entry.email_key))
    second = dict(row) | {"number": 99, "entry_id": entry.id, "state": RightState.LIVE}
    _refused(store._db, insert(BallotRight).values(second))
    _refused(store._db, update(BallotSupply).values(room=BallotSupply.count + 1))


def test_a_right_that_is_over_in_the_database_is_not_used(store: BallotStore) -> None:
    ballot = Stored(1)
    while not any(entry.right for entry in ballot.state.entries.values()):
        ballot.batch_written(store)
    entry = next(entry for entry in ballot.state.entries.values() if entry.right)
    with store._db.write() as connection:
        connection.execute(update(BallotRight).values(state=RightState.OVER))
    use = c.UseRight(entry.id, entry.email_key, "o1", 1)
    facts = decide(ballot.state, use, ballot.moment).records
    ballot.state.apply(facts)

    with pytest.raises(StaleMemory, match="no live right"):
        store.write(ballot.state, facts, [])


def _refused(db: Database, statement: Any) -> None:
    with db.write() as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(statement)
