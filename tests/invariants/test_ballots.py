"""A drawn ballot breaks no rule; every way to give its seats to others is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.ballot_draws.seats import move_to_basket
from app.invariants.ballots import ballot_rules
from app.models import BallotRight, RightState
from tests.lottery.opened_ballots import closed_and_drawn, enter, opened_ballot
from tests.opened import opened, show_of

SPOILED = (
    ("UPDATE ballot_rights SET state = 'over' WHERE state = 'live'", "whose right is over"),
    ("UPDATE ballot_rights SET is_guarded = 0", "could end meanwhile"),
    ("DELETE FROM ballot_rights", "never had a right"),
    ("UPDATE ballot_rights SET count = 1 WHERE count = 2", "more than its right"),
    ("DELETE FROM allocations WHERE state = 'blocked'", "and has"),
    ("UPDATE ballot_supplies SET room = room + 1 WHERE room < count", "promised or bought"),
    ("UPDATE allocations SET reason = 'ballot:1' WHERE state = 'held'", "by no entry"),
)


def test_seats_of_a_ballot_that_somebody_else_gets_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as office:
        show = show_of(office, "gala", 40)
        ballot = opened_ballot(office, show, seats=4)
        requests = [enter(office, ballot, show, name, 2) for name in ("ada", "bo")]
        closed_and_drawn(office, ballot, monkeypatch)
        one = requests[0]
        move_to_basket(office, ballot.id, one.id, one.email_key, "basket", 2)

        with office.db.writers.connect() as connection:
            live = BallotRight.__table__.c.state == RightState.LIVE
            assert len(connection.execute(BallotRight.__table__.select().where(live)).all()) == 2
            assert [words for rule in ballot_rules() for words in rule(connection)] == []
            connection.rollback()
            for spoil, words in SPOILED:
                connection.execute(text(spoil))
                found = [told for rule in ballot_rules() for told in rule(connection)]
                connection.rollback()
                assert any(words in told for told in found), (spoil, found)
